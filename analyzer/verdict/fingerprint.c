#include "verdict/fingerprint.h"

#include <string.h>

#include "base/address.h"
#include "base/bounds.h"

struct Fingerprints {
    GHashTable *counts; /* what is known of a verdict → how many like it there were */
};

Fingerprints *fingerprints_new(void)
{
    Fingerprints *fingerprints = g_new(Fingerprints, 1);
    fingerprints->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return fingerprints;
}

void fingerprints_free(Fingerprints *fingerprints)
{
    if (!fingerprints)
        return;
    g_hash_table_unref(fingerprints->counts);
    g_free(fingerprints);
}

/* How many like it there were before. Takes `kind`. */
static guint fingerprints_count(Fingerprints *fingerprints, char *kind)
{
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(fingerprints->counts, kind));
    if (count || g_hash_table_size(fingerprints->counts) < FINGERPRINT_KINDS_MAX)
        g_hash_table_insert(fingerprints->counts, kind, GUINT_TO_POINTER(count + 1));
    else
        g_free(kind);
    return count;
}

void fingerprints_next(Fingerprints *fingerprints, const Case *subject, const Rule *rule,
                       char ret_digits[FINGERPRINT_BYTES])
{
    const HistorySide *client = &subject->history->side[SIDE_CLIENT];
    const HistorySide *server = &subject->history->side[SIDE_SERVER];
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s\n%s\n", subject->capture, rule->id);
    address_format(text, &client->address);
    g_string_append_c(text, '\n');
    endpoint_format(text, &server->address, server->port);
    guint number = fingerprints_count(fingerprints, g_strdup(text->str));
    g_string_append_printf(text, "\n%u", number);
    g_autofree char *digits = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text->str, -1);
    memcpy(ret_digits, digits, FINGERPRINT_BYTES - 1);
    ret_digits[FINGERPRINT_BYTES - 1] = '\0';
    g_string_free(text, TRUE);
}
