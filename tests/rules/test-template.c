/* Texts: values in words, capitals, conditions, white space, plain ASCII. */
#include "testing.h"

static FactSet *facts_new(void)
{
    FactSet *facts = fake_facts_new();
    preset_number(facts, "closer", SIDE_CLIENT, 8);
    preset_number(facts, "peer", SIDE_SERVER, 0);
    preset_absent(facts, "resetter");
    preset_number(facts, "closer.fin.frame", 8, 8);
    preset_address(facts, "client.addr", "10.0.0.1");
    preset_address(facts, "server.addr", "2001:db8::1");
    preset_number(facts, "client.port", 51234, 0);
    preset_bool(facts, "rst.seen", true, 11);
    preset_enum(facts, "rst.answers", "syn-ack", 10);
    preset_number(facts, "rst.delay", 41000, 11);
    preset_number(facts, "rst.frame", 11, 11);
    preset_number(facts, "rst.time", INT64_C(1795236099528860123), 11);
    preset_string(facts, "rst.text", "go\naway\x1b[31m \xc3\xa4\xff");
    preset_number(facts, "peer.data.bytes", 512, 10);
    preset_number(facts, "client.data.bytes", 1, 10);
    preset_number(facts, "conn.packets", 12, 0);
    preset_absent(facts, "resetted.fin.frame");
    preset_absent(facts, "resetted.fin.time");
    preset_absent(facts, "resetted.data.bytes");
    preset_absent(facts, "conn.label");
    return facts;
}

static const struct {
    const char *text, *rendered;
    bool ascii;
} cases[] = {
    {"plain", "plain", false},
    {"{closer.fin.frame} {rst.delay} {peer.data.bytes} {client.data.bytes} {client.addr} {server.addr} "
     "{client.port}",
     "8 41 µs 512 bytes 1 byte 10.0.0.1 2001:db8::1 51234", false},
    {"{rst.seen}, {rst.answers}, {conn.packets}, {rst.time}",
     "yes, syn-ack, 12, 2026-11-21 04:41:39.528860 UTC", false},
    {"{rst.text}", "go\\x0aaway\\x1b[31m ä\\xff", false},
    {"{rst.text}", "go\\x0aaway\\x1b[31m \\xc3\\xa4\\xff", true},
    {"{{rst.text}} and {{}}", "{rst.text} and {}", false},
    {"{$wait}", "1 min", false},

    /* sides, and capitals */
    {"{closer} wrote to {peer}", "the client wrote to the server", false},
    {"{closer} wrote to {peer}.", "The client wrote to the server.", false},
    {"{closer}'s kernel. {peer}'s kernel.", "The client's kernel. The server's kernel.", false},
    {"x. {closer} y", "x. The client y", false},
    {"x? {closer} y! {peer} z", "x? The client y! The server z", false},
    {"x: {closer} y; {peer} z, {closer}.", "x: the client y; the server z, the client.", false},
    {"(x.) {closer}", "(x.) The client", false},
    {"“x.” {closer}", "“x.” The client", false},
    {"e.g. {closer}, i.e. {peer}", "e.g. the client, i.e. the server", false},
    {"x\n\n{closer} y", "x\n\nThe client y", false},
    {"1.{closer}", "1.the client", false},
    {"x.\n  {closer} y.\n", "x. The client y.", false},
    {"{if rst.seen}{closer}{end} y.", "The client y.", false},
    {"{closer} x{if rst.seen}, and y.{else}.{end}\n", "The client x, and y.", false},
    {"{closer} x{if rst.seen}, and y{end}", "the client x, and y", false},
    {"{resetter} did it", "neither side did it", false},
    {"{resetted} did it.", "One side did it.", false},

    /* not known */
    {"in frame {rst.frame}, in frame {server.fin.frame}", "in frame 11, in a frame that was not captured",
     false},
    {"(frame {server.fin.frame})", "(a frame that was not captured)", false},
    {"Frame {server.fin.frame}.", "A frame that was not captured.", false},
    {"x. Frame {server.fin.frame}.", "x. A frame that was not captured.", false},
    {"x\n\nframe {server.fin.frame}", "x\n\nA frame that was not captured", false},
    {"mainframe {server.fin.frame}", "mainframe a frame that was not captured", false},
    {"frames{server.fin.frame}", "framesa frame that was not captured", false},
    {"in frame {resetted.fin.frame}", "in no frame", false},
    {"to port {server.port}", "to an unknown port", false},
    {"{server.data.bytes} at {server.fin.time} from {resetter.addr}, {server.fin.seen}",
     "an unknown number of bytes at an unknown time from an unknown address, unknown", false},
    {"{resetted.data.bytes} at {resetted.fin.time}, {conn.label}, {conn.handshake}",
     "no bytes at never, nothing, unknown", false},

    /* conditions */
    {"{if rst.seen}a{else}b{end}c", "ac", false},
    {"{if not rst.seen}a{else}b{end}c", "bc", false},
    {"{if not rst.seen}a{end}c", "c", false},
    {"{if server.fin.seen}a{else}b{end}", "b", false},
    {"{if rst.seen}{if rst.answers in {syn, syn-ack}}x{else}y{end}{else}z{end}", "x", false},
    {"{if rst.seen}{if rst.answers in {syn}}x{else}y{end}{else}z{end}", "y", false},
    {"{if not rst.seen}{if rst.seen}x{else}y{end}{else}z{end}", "z", false},
    {"{if rst.text contains \"}{end}\"}x{else}y{end}", "y", false},
    {"a {if not rst.seen}b{end} c", "a c", false},
    {"{if\nrst.seen}a{end}", "a", false},

    /* white space */
    {"  a \t b\nc\n", "a b c", false},
    {"a\n\nb\n \n\n c", "a\n\nb\n\nc", false},
    {"a\n{if rst.seen}\nb{end}", "a b", false},
    {"a\n{if not rst.seen}x{end}\nb", "a b", false},
    {"a\n\n{if not rst.seen}x{end}\nb", "a\n\nb", false},
    {"", "", false},

    /* ASCII */
    {"a – b — “c” ‘d’ → … {rst.delay} · ä", "a - b - \"c\" 'd' -> ... 41 us - ?", true},
    {"a – b — “c” → … {rst.delay} · ä", "a – b — “c” → … 41 µs · ä", false},
};

static void renders(void **state)
{
    (void)state;
    g_autoptr(RuleSet) rules = rules_from("parameters: {wait: {value: 60s, source: s, doc: d}}\n");
    FactSet *facts = facts_new();
    g_autoptr(GString) wrong = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Template) template = template_new(cases[i].text, "t", 1, 1, rules, &error);
        if (!template)
            fail_msg("%s\n%s", cases[i].text, error->message);
        assert_text(template_text(template), cases[i].text);
        g_autoptr(GString) rendered = g_string_new("before");
        template_render(template, facts, cases[i].ascii, rendered);
        if (strcmp(rendered->str + 6, cases[i].rendered))
            g_string_append_printf(wrong, "\n%s\ngot:      %s\nexpected: %s\n", cases[i].text,
                                   rendered->str + 6, cases[i].rendered);
    }
    fake_facts_free(facts);
    if (wrong->len)
        fail_msg("%s", wrong->str);
}

static void lists_frames(void **state)
{
    (void)state;
    FactSet *facts = facts_new();
    g_autoptr(Template) template = template_new(
        "{rst.frame} {rst.delay} {peer.data.bytes} {server.fin.frame} {conn.packets} {closer.fin.frame}"
        "{if not rst.seen}{rst.answers}{else}{resetter}{end}",
        "t", 1, 1, NULL, NULL);
    g_autoptr(GArray) frames = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    template_frames(template, facts, frames);
    static const uint64_t expected[] = {11, 10, 8};
    assert_int_equal(frames->len, G_N_ELEMENTS(expected));
    assert_memory_equal(frames->data, expected, sizeof expected);
    fake_facts_free(facts);
}

static void is_bounded(void **state)
{
    (void)state;
    g_autoptr(GString) nested = g_string_new(NULL);
    for (guint i = 0; i < 100000; i++)
        g_string_append(nested, "{if rst.seen}");
    g_autoptr(GError) error = NULL;
    Template *template = template_new(nested->str, "t", 1, 1, NULL, &error);
    assert_null(template);
    assert_text(error->message, "t:1:209: error: {if} is nested too deeply");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renders),
        cmocka_unit_test(lists_frames),
        cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
