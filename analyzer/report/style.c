/* Character set, colour and width, decided once for a report; and the escaping of foreign text. */
#include "report/style.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool style_locale_is_ascii(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

static unsigned terminal_width(int descriptor)
{
    struct winsize size;
    if (!ioctl(descriptor, TIOCGWINSZ, &size) && size.ws_col)
        return size.ws_col;
    const char *columns = getenv("COLUMNS");
    return columns ? (unsigned)strtoul(columns, NULL, 10) : 0;
}

Style style_make(const ReportOptions *options, int descriptor)
{
    bool is_terminal = descriptor >= 0 && isatty(descriptor);
    const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
    bool may_color = is_terminal && !(no_color && *no_color) && !(terminal && !strcmp(terminal, "dumb"));
    unsigned width = is_terminal ? terminal_width(descriptor) : 0;
    return (Style){.is_ascii = style_locale_is_ascii(),
                   .has_color = options->color == COLOR_ALWAYS || (options->color == COLOR_AUTO && may_color),
                   .width = width ? CLAMP(width, STYLE_WIDTH_MIN, STYLE_WIDTH_MAX) : STYLE_WIDTH_DEFAULT,
                   .time = options->time};
}

/* What rules and reports use beyond ASCII, and its plain form. */
static const struct {
    gunichar character;
    const char *plain;
} plain_forms[] = {
    {0xb5, "u"},    {0x3bc, "u"},  {0xb7, "-"},    {0xd7, "x"},    {0x2013, "-"},   {0x2014, "-"},
    {0x2018, "'"},  {0x2019, "'"}, {0x201c, "\""}, {0x201d, "\""}, {0x2026, "..."}, {0x2190, "<-"},
    {0x2192, "->"}, {0x2500, "-"}, {0x25b6, ">"},  {0x25c0, "<"},  {0x203a, ">"},   {0x2264, "<="},
    {0x2265, ">="}, {0x27e8, "<"}, {0x27e9, ">"},
};

static void append_plain(GString *out, gunichar character)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(plain_forms); i++) {
        if (plain_forms[i].character == character) {
            g_string_append(out, plain_forms[i].plain);
            return;
        }
    }
    g_string_append_c(out, '?');
}

/* Controls, and the characters that reorder or hide what stands around them. */
static bool is_dangerous(gunichar character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x61c ||
           (character >= 0x200b && character <= 0x200f) || (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2060 && character <= 0x206f) || character == 0xfeff ||
           !g_unichar_isdefined(character);
}

/* Of the bytes at `text`, before `end`, how many are printable ASCII: nearly all. */
static size_t count_simple(const char *text, const char *end)
{
    const char *at = text;
    while (at != end && *at >= 0x20 && *at < 0x7f)
        at++;
    return (size_t)(at - text);
}

void style_escape_part(GString *out, const char *text, size_t length, bool is_ascii)
{
    const char *end = text + length;
    for (;;) {
        size_t simple = count_simple(text, end);
        g_string_append_len(out, text, (gssize)simple);
        text += simple;
        if (text == end)
            return;
        gunichar character = g_utf8_get_char_validated(text, end - text);
        if (character == (gunichar)-1 || character == (gunichar)-2) {
            g_string_append_printf(out, "\\x%02x", (unsigned char)*text++);
            continue;
        }
        if (is_dangerous(character))
            g_string_append_printf(out, character < 0x100 ? "\\x%02x" : "\\u%04x", character);
        else if (character == 0xa0) /* it has done its work where lines are broken: wrap.h */
            g_string_append_c(out, ' ');
        else if (is_ascii && character >= 0x80)
            append_plain(out, character);
        else
            g_string_append_unichar(out, character);
        text = g_utf8_next_char(text);
    }
}

void style_escape(GString *out, const char *text, bool is_ascii)
{
    style_escape_part(out, text, strlen(text), is_ascii);
}

static const char *tone_code(Tone tone)
{
    static const char *const codes[] = {
        [TONE_PLAIN] = "",           [TONE_STRONG] = "\033[1m",     [TONE_DIM] = "\033[2m",
        [TONE_ERROR] = "\033[1;31m", [TONE_WARNING] = "\033[1;33m", [TONE_NOTE] = "\033[1;36m",
        [TONE_OK] = "\033[32m",
    };
    return codes[tone];
}

void style_append(GString *out, const Style *style, Tone tone, const char *text)
{
    bool is_colored = style->has_color && tone != TONE_PLAIN;
    if (is_colored)
        g_string_append(out, tone_code(tone));
    style_escape(out, text, style->is_ascii);
    if (is_colored)
        g_string_append(out, "\033[0m");
}

void style_printf(GString *out, const Style *style, Tone tone, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    style_append(out, style, tone, text);
}

Tone style_severity_tone(Severity severity)
{
    static const Tone tones[] = {TONE_OK, TONE_NOTE, TONE_WARNING, TONE_ERROR};
    return tones[severity];
}

unsigned style_columns(const char *text, gssize length)
{
    const char *end = length < 0 ? text + strlen(text) : text + length;
    unsigned columns = 0;
    for (;;) {
        size_t simple = count_simple(text, end);
        columns += (unsigned)simple;
        text += simple;
        if (text >= end)
            return columns;
        gunichar character = g_utf8_get_char(text);
        columns += g_unichar_iszerowidth(character) ? 0 : g_unichar_iswide(character) ? 2 : 1;
        text = g_utf8_next_char(text);
    }
}

void style_pad(GString *out, unsigned from, unsigned to)
{
    for (unsigned column = from; column < to; column++)
        g_string_append_c(out, ' ');
}
