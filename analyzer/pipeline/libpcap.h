/* The functions of libpcap that closelint uses. Capture filters and names of rare link types are all that it
 * is for, so it is loaded when one of them is asked for (base/library.h). */
#pragma once

#include <glib.h>
#include <pcap/pcap.h>

typedef struct {
    __typeof__(pcap_open_dead) *pcap_open_dead;
    __typeof__(pcap_close) *pcap_close;
    __typeof__(pcap_geterr) *pcap_geterr;
    __typeof__(pcap_compile) *pcap_compile;
    __typeof__(pcap_freecode) *pcap_freecode;
    __typeof__(pcap_offline_filter) *pcap_offline_filter;
    __typeof__(pcap_datalink_val_to_name) *pcap_datalink_val_to_name;
} Libpcap;

/* NULL where it cannot be loaded: CLOSELINT_ERROR_USAGE. For one thread only. */
const Libpcap *libpcap_get(GError **error);
