/* Greedy filling: a word goes on the line as long as it fits. */
#include "report/wrap.h"

#include <string.h>

/* The last character appended before `begin` was a space: there the line ends. */
static void break_before(GString *out, size_t begin, unsigned indent)
{
    out->str[begin - 1] = '\n';
    for (unsigned i = 0; i < indent; i++)
        g_string_insert_c(out, (gssize)begin, ' ');
}

void wrap_append(GString *out, const Style *style, const char *text, unsigned at, unsigned indent)
{
    unsigned column = at;
    bool is_line_begin = true;
    for (const char *word = text + strspn(text, " "); *word; word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        if (!is_line_begin)
            g_string_append_c(out, ' ');
        size_t begin = out->len;
        style_escape_part(out, word, length, style->is_ascii);
        unsigned columns = style_columns(out->str + begin, (gssize)(out->len - begin));
        if (!is_line_begin && column + 1 + columns > style->width) {
            break_before(out, begin, indent);
            column = indent;
            is_line_begin = true;
        }
        column += columns + !is_line_begin;
        is_line_begin = false;
        word += length;
    }
    g_string_append_c(out, '\n');
}
