#include "testing.h"

#include "base/address.h"

static Address parse(const char *text)
{
    Address address = {.version = 0};
    unsigned prefix;
    if (!address_parse_prefix(text, &address, &prefix))
        fail_msg("%s is no address", text);
    return address;
}

static void assert_endpoint(const char *address, uint16_t port, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Address parsed = parse(address);
    endpoint_format(text, &parsed, port);
    assert_string_equal(text->str, expected);
}

static void formats_as_text_is_usually_written(void **state)
{
    (void)state;
    assert_endpoint("10.0.0.1", 80, "10.0.0.1:80");
    assert_endpoint("2001:db8:0:0:0:0:0:1", 443, "[2001:db8::1]:443"); /* RFC 5952 */
    assert_endpoint("::", 0, "[::]:0");
    assert_endpoint("2001:DB8::A", 65535, "[2001:db8::a]:65535");
}

static void no_address_is_a_question_mark(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new("from ");
    Address none = {.version = 0};
    endpoint_format(text, &none, 7);
    assert_string_equal(text->str, "from ?:7");
}

static void parses_prefixes(void **state)
{
    (void)state;
    Address address;
    unsigned prefix;
    assert_true(address_parse_prefix("10.0.0.0/8", &address, &prefix));
    assert_int_equal(prefix, 8);
    assert_int_equal(address.version, 4);
    assert_true(address_parse_prefix("10.1.2.3", &address, &prefix));
    assert_int_equal(prefix, 32);
    assert_true(address_parse_prefix("2001:db8::/32", &address, &prefix));
    assert_int_equal(prefix, 32);
    assert_int_equal(address.version, 6);
    assert_true(address_parse_prefix("::1", &address, &prefix));
    assert_int_equal(prefix, 128);
}

static void refuses_what_is_no_address(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "10.0.0",
        "10.0.0.256",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/-1",
        "10.0.0.0/x",
        "::/129",
        "1:2",
        "localhost",
        "10.0.0.0/8/8",
        "10.0.0.1 ",
        ":",
        "/8",
        "fe80::1%eth0",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
        Address address = {.version = 99};
        unsigned prefix = 99;
        if (address_parse_prefix(wrong[i], &address, &prefix))
            fail_msg("\"%s\" was taken for an address", wrong[i]);
        assert_int_equal(address.version, 99); /* written on success only */
        assert_int_equal(prefix, 99);
    }
}

static void assert_in(const char *text, const char *prefix_text, bool expected)
{
    Address address = parse(text), prefix;
    unsigned bits;
    assert_true(address_parse_prefix(prefix_text, &prefix, &bits));
    if (address_in_prefix(&address, &prefix, bits) != expected)
        fail_msg("%s %s %s", text, expected ? "should be in" : "is not in", prefix_text);
}

static void prefixes_contain(void **state)
{
    (void)state;
    assert_in("10.1.2.3", "10.0.0.0/8", true);
    assert_in("11.1.2.3", "10.0.0.0/8", false);
    assert_in("10.1.2.127", "10.1.2.0/25", true);
    assert_in("10.1.2.128", "10.1.2.0/25", false);
    assert_in("10.1.2.3", "10.1.2.3", true);
    assert_in("10.1.2.2", "10.1.2.3", false);
    assert_in("255.255.255.255", "0.0.0.0/0", true);
    assert_in("2001:db8:1::1", "2001:db8::/32", true);
    assert_in("2001:db9::1", "2001:db8::/32", false);
    assert_in("2001:db8::1", "2001:db8::/127", true);
    assert_in("2001:db8::2", "2001:db8::/127", false);
    assert_in("::1", "::1", true);
    assert_in("10.0.0.1", "::/0", false); /* never across versions */
    assert_in("::1", "0.0.0.0/0", false);
}

static void versions_are_part_of_equality(void **state)
{
    (void)state;
    Address four = {.version = 4}, six = {.version = 6};
    assert_false(address_equal(&four, &six));
    assert_true(address_equal(&four, &four));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_as_text_is_usually_written),
        cmocka_unit_test(no_address_is_a_question_mark),
        cmocka_unit_test(parses_prefixes),
        cmocka_unit_test(refuses_what_is_no_address),
        cmocka_unit_test(prefixes_contain),
        cmocka_unit_test(versions_are_part_of_equality),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
