/* From an offset in a text back to line and column of the file it came from. */
#include "rules/yaml/source.h"

void source_locate(const Source *source, size_t offset, unsigned *ret_line, unsigned *ret_column)
{
    guint low = 0, high = source->run_count;
    while (high - low > 1) {
        guint middle = low + (high - low) / 2;
        if (source->runs[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    const SourceRun *run = &source->runs[low];
    unsigned line = run->line, column = run->column;
    for (size_t at = run->offset; at < offset && at < source->length; at++) {
        unsigned char c = (unsigned char)source->text[at];
        if (c == '\n') {
            line++;
            column = 1;
        } else if ((c & 0xc0) != 0x80 || at == run->offset) {
            column++;
        }
    }
    *ret_line = line;
    *ret_column = column;
}
