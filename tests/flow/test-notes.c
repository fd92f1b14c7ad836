/* What is kept of payloads that say something about the end, where there are more of them than room. */
#include <string.h>

#include "script.h"

#define ALERT_BYTES 7

static const uint8_t alert[ALERT_BYTES] = {0x15, 3, 3, 0, 2, 1, 0};

/* Adds a segment with this payload, and notes it as the program does. */
static void emit_noted(Script *script, const char *flags, uint32_t seq, const uint8_t *payload)
{
    emit(script, CLIENT, flags, seq, 1, ALERT_BYTES);
    script->last.captured_length = ALERT_BYTES;
    Note note;
    assert_true(note_is_due(&script->last));
    assert_true(note_make(&note, &script->last, payload));
    flow_table_note(script->table, script->connection, &note);
}

static unsigned count_notes(const Script *script, const Note **ret_first, const Note **ret_last)
{
    unsigned count = 0;
    *ret_first = *ret_last = flow_table_first_note(script->table, script->connection);
    for (const Note *note = *ret_first; note; note = flow_table_next_note(script->table, note)) {
        *ret_last = note;
        count++;
    }
    return count;
}

static void the_last_alerts_are_kept(void **state)
{
    (void)state;
    Script script;
    const Note *first, *last;
    script_init(&script);
    for (uint32_t i = 0; i < 2 * NOTES_MAX; i++)
        emit_noted(&script, "P.", 1 + i * ALERT_BYTES, alert);
    assert_int_equal(count_notes(&script, &first, &last), NOTES_MAX);
    assert_int_equal(first->frame, NOTES_MAX + 1);
    assert_int_equal(last->frame, 2 * NOTES_MAX);
    script_clear(&script);
}

static void the_first_texts_of_rsts_are_kept(void **state)
{
    (void)state;
    Script script;
    const Note *first, *last;
    script_init(&script);
    emit_noted(&script, "P.", 1, alert);
    for (uint32_t i = 0; i < 2 * NOTES_MAX; i++)
        emit_noted(&script, "R.", 1 + ALERT_BYTES, (const uint8_t *)"go away");
    emit_noted(&script, "P.", 1 + ALERT_BYTES, alert);
    assert_int_equal(count_notes(&script, &first, &last), NOTES_MAX);
    assert_int_equal(first->frame, 2);
    assert_int_equal(first->kind, NOTE_RST_PAYLOAD);
    assert_int_equal(last->frame, NOTES_MAX + 1);
    script_clear(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_alerts_are_kept),
        cmocka_unit_test(the_first_texts_of_rsts_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
