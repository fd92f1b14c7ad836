/* The pages of a mapped file: read and mapped before somebody gets there, given back afterwards.
 *
 * The kernel takes 100 ns a page for entering it into the page tables and out of them again, which is nothing
 * beside the forty short packets in it, and half of all the time where packets are long. So with a second
 * processor a thread does it, until it is through with the file; whoever is faster than the thread maps the
 * page by touching it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* A multiple of any page size: what is mapped ahead, and kept mapped behind. */
#define PAGES_CHUNK_BYTES ((size_t)4 << 20)

typedef struct Pages Pages;

/* Of a mapping that is there until pages_free(). */
Pages *pages_new(const uint8_t *map, size_t length);
void pages_free(Pages *pages);

/* All before `passed` will hardly be read again, and what is before `wanted` next; both only ever grow. Does
 * not wait. */
void pages_turn(Pages *pages, size_t passed, size_t wanted);
