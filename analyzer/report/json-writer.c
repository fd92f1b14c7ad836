/* The one flag says whether the next value follows another at its level: set by every value, cleared by every
 * opening bracket, and after a closing one the bracketed value itself has been written. */
#include "report/json-writer.h"

#include <inttypes.h>
#include <string.h>

JsonWriter json_writer_make(GString *out)
{
    return (JsonWriter){.out = out};
}

static void quote_character(GString *out, gunichar character)
{
    switch (character) {
    case '"':
    case '\\':
        g_string_append_printf(out, "\\%c", (int)character);
        return;
    case '\n':
        g_string_append(out, "\\n");
        return;
    case '\t':
        g_string_append(out, "\\t");
        return;
    default:
        /* DEL, C1 and the two line separators are legal, but harm terminals and line readers */
        if (character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x2028 ||
            character == 0x2029)
            g_string_append_printf(out, "\\u%04x", character);
        else
            g_string_append_unichar(out, character);
    }
}

/* Printable ASCII that stands for itself: nearly everything, so it is copied in stretches. */
static size_t plain_length(const char *text)
{
    size_t length = 0;
    while (text[length] >= ' ' && text[length] < 0x7f && text[length] != '"' && text[length] != '\\')
        length++;
    return length;
}

void json_quote(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (;;) {
        size_t length = plain_length(text);
        g_string_append_len(out, text, (gssize)length);
        text += length;
        if (!*text)
            break;
        gunichar character = g_utf8_get_char_validated(text, -1);
        if (character == (gunichar)-1 || character == (gunichar)-2) {
            g_string_append(out, "\xef\xbf\xbd"); /* U+FFFD */
            text++;
        } else {
            quote_character(out, character);
            text = g_utf8_next_char(text);
        }
    }
    g_string_append_c(out, '"');
}

static void begin_value(JsonWriter *json, const char *key)
{
    if (json->needs_comma)
        g_string_append_c(json->out, ',');
    json->needs_comma = true;
    if (key) {
        json_quote(json->out, key);
        g_string_append_c(json->out, ':');
    }
}

void json_begin_object(JsonWriter *json, const char *key)
{
    begin_value(json, key);
    g_string_append_c(json->out, '{');
    json->needs_comma = false;
}

void json_end_object(JsonWriter *json)
{
    g_string_append_c(json->out, '}');
    json->needs_comma = true;
}

void json_begin_array(JsonWriter *json, const char *key)
{
    begin_value(json, key);
    g_string_append_c(json->out, '[');
    json->needs_comma = false;
}

void json_end_array(JsonWriter *json)
{
    g_string_append_c(json->out, ']');
    json->needs_comma = true;
}

void json_string(JsonWriter *json, const char *key, const char *text)
{
    begin_value(json, key);
    if (text)
        json_quote(json->out, text);
    else
        g_string_append(json->out, "null");
}

void json_int(JsonWriter *json, const char *key, int64_t number)
{
    begin_value(json, key);
    g_string_append_printf(json->out, "%" PRId64, number);
}

void json_uint(JsonWriter *json, const char *key, uint64_t number)
{
    begin_value(json, key);
    g_string_append_printf(json->out, "%" PRIu64, number);
}

void json_bool(JsonWriter *json, const char *key, bool truth)
{
    begin_value(json, key);
    g_string_append(json->out, truth ? "true" : "false");
}

void json_null(JsonWriter *json, const char *key)
{
    json_string(json, key, NULL);
}
