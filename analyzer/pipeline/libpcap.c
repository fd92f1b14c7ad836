#include "pipeline/libpcap.h"

#include "base/error.h"
#include "base/library.h"

/* Debian counts differently. */
static const char *const names[] = {"libpcap.so.0.8", "libpcap.so.1", NULL};

/* As in Libpcap. */
static const char *const functions[] = {"pcap_open_dead",
                                        "pcap_close",
                                        "pcap_geterr",
                                        "pcap_compile",
                                        "pcap_freecode",
                                        "pcap_offline_filter",
                                        "pcap_datalink_val_to_name",
                                        NULL};

_Static_assert(sizeof(Libpcap) == sizeof functions - sizeof functions[0], "all of them");

const Libpcap *libpcap_get(GError **error)
{
    static Libpcap libpcap;
    g_autofree char *problem = NULL;
    if (!library_load(names, functions, (void **)&libpcap, &problem)) {
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE, "libpcap cannot be loaded: %s", problem);
        return NULL;
    }
    return &libpcap;
}
