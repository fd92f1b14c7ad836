/* Values in words, as a rule's text, --why and reports say them. What comes from the capture may hold
 * anything: its control characters are shown as \xNN, so that no packet writes to a terminal. */
#include <string.h>

#include "base/time-format.h"
#include "rules/text/template.h"

static const char *unknown_phrase(ValueType type)
{
    switch (type) {
    case VALUE_BOOL:
    case VALUE_ENUM:
    case VALUE_STRING:
        return "unknown";
    case VALUE_INT:
        return "an unknown number";
    case VALUE_BYTES:
        return "an unknown number of bytes";
    case VALUE_DURATION:
    case VALUE_TIME:
        return "an unknown time";
    case VALUE_FRAME:
        return "a frame that was not captured";
    case VALUE_ADDRESS:
        return "an unknown address";
    case VALUE_PORT:
        return "an unknown port";
    case VALUE_SIDE:
        return "one side";
    }
    return "unknown";
}

static const char *absent_phrase(ValueType type)
{
    switch (type) {
    case VALUE_BOOL:
        return "no";
    case VALUE_INT:
    case VALUE_ENUM:
        return "none";
    case VALUE_BYTES:
        return "no bytes";
    case VALUE_DURATION:
        return "no time";
    case VALUE_TIME:
        return "never";
    case VALUE_FRAME:
        return "no frame";
    case VALUE_ADDRESS:
        return "no address";
    case VALUE_PORT:
        return "no port";
    case VALUE_SIDE:
        return "neither side";
    case VALUE_STRING:
        return "nothing";
    }
    return "none";
}

/* "2026-11-21 05:59:01.000042 UTC" */
static void format_time(GString *out, int64_t time_ns)
{
    int64_t seconds = time_ns / 1000000000, rest = time_ns % 1000000000;
    if (rest < 0) {
        seconds--;
        rest += 1000000000;
    }
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
    g_autofree char *text = time ? g_date_time_format(time, "%Y-%m-%d %H:%M:%S") : NULL;
    if (text)
        g_string_append_printf(out, "%s.%06d UTC", text, (int)(rest / 1000));
    else
        g_string_append_printf(out, "%" G_GINT64_FORMAT " s", seconds);
}

static void format_string(GString *out, const char *text, bool ascii)
{
    for (const char *at = text; *at;) {
        gunichar c = g_utf8_get_char_validated(at, -1);
        bool is_valid = c != (gunichar)-1 && c != (gunichar)-2;
        bool is_shown =
            is_valid && c >= 0x20 && c != 0x7f && (c < 0x80 ? true : !ascii && g_unichar_isprint(c));
        gsize length = is_valid ? (gsize)(g_utf8_next_char(at) - at) : 1;
        if (is_shown)
            g_string_append_len(out, at, (gssize)length);
        else
            for (gsize i = 0; i < length; i++)
                g_string_append_printf(out, "\\x%02x", (unsigned char)at[i]);
        at += length;
    }
}

void value_format(GString *out, const Value *value, const FactRow *row, bool ascii)
{
    if (value->presence != VALUE_KNOWN) { /* the value of a role that nobody plays has no type of its own */
        ValueType type = row ? row->type : value->type;
        g_string_append(out, value->presence == VALUE_UNKNOWN ? unknown_phrase(type) : absent_phrase(type));
        return;
    }
    switch (value->type) {
    case VALUE_BOOL:
        g_string_append(out, value->as.boolean ? "yes" : "no");
        break;
    case VALUE_BYTES:
        format_bytes(out, value->as.number);
        break;
    case VALUE_DURATION:
        format_duration(out, value->as.number, ascii);
        break;
    case VALUE_TIME:
        format_time(out, value->as.number);
        break;
    case VALUE_INT:
    case VALUE_FRAME:
    case VALUE_PORT:
        g_string_append_printf(out, "%" G_GINT64_FORMAT, value->as.number);
        break;
    case VALUE_ADDRESS:
        address_format(out, &value->as.address);
        break;
    case VALUE_SIDE:
        g_string_append_printf(out, "the %s", side_name((Side)value->as.number));
        break;
    case VALUE_ENUM:
        g_string_append(out, row && row->enum_names ? row->enum_names[value->as.number] : "?");
        break;
    case VALUE_STRING:
        format_string(out, value->as.string, ascii);
        break;
    }
}
