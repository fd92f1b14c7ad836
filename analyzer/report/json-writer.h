/* Writes JSON (RFC 8259) into a string: commas, escapes and UTF-8 are right by construction.
 *
 * Bytes that are not UTF-8 become U+FFFD and control characters are escaped, so nothing that a capture or a
 * path holds can break the document. Inside an object every value takes its key; in an array the key is NULL.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    GString *out;
    bool needs_comma;
} JsonWriter;

JsonWriter json_writer_make(GString *out);

void json_begin_object(JsonWriter *json, const char *key);
void json_end_object(JsonWriter *json);
void json_begin_array(JsonWriter *json, const char *key);
void json_end_array(JsonWriter *json);

/* NULL is null. */
void json_string(JsonWriter *json, const char *key, const char *text);
void json_int(JsonWriter *json, const char *key, int64_t number);
void json_uint(JsonWriter *json, const char *key, uint64_t number);
void json_bool(JsonWriter *json, const char *key, bool truth);
void json_null(JsonWriter *json, const char *key);

/* The text as a JSON string with its quotes. Appends. */
void json_quote(GString *out, const char *text);
