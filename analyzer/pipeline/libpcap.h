/* The functions of libpcap that closelint uses. Capture filters and names of rare link types are all that it
 * is for, so it is loaded when one of them is asked for (base/library.h). */
#pragma once

#include <glib.h>
#include <pcap/pcap.h>

#include "base/library.h"

typedef struct {
    LIBRARY_FUNCTION(pcap_open_dead);
    LIBRARY_FUNCTION(pcap_close);
    LIBRARY_FUNCTION(pcap_geterr);
    LIBRARY_FUNCTION(pcap_compile);
    LIBRARY_FUNCTION(pcap_freecode);
    LIBRARY_FUNCTION(pcap_offline_filter);
    LIBRARY_FUNCTION(pcap_datalink_val_to_name);
} Libpcap;

/* NULL where it cannot be loaded: CLOSELINT_ERROR_USAGE. For one thread only. */
const Libpcap *libpcap_get(GError **error);
