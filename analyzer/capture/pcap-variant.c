/* Red Hat 6.1, SuSE 6.3 and Nokia's IPSO wrote records with longer headers under magic numbers that were
 * already taken. As Wireshark does (wiretap/libpcap.c), each layout is tried on the first records. Other than
 * there, the usual layout gives way only to one that fits without any doubt, over two records at least: a
 * file that is merely cut or damaged must not be taken for an older one. */
#include "capture/pcap-variant.h"

#include "capture/bytes.h"

#define RECORDS_TRIED   3
#define RECORDS_FITTING 2
#define RECORD_FIELDS   16

#define ORIGINAL_MAX (UINT32_C(128) << 20)

/* Records that follow one another in the first moments of a capture: a day apart at most. */
#define APART_MAX_S 86400

typedef enum { TRY_FITS, TRY_ENDS, TRY_ODD } TryResult;

typedef struct {
    uint64_t offset;  /* of the next record from the start of the file */
    uint32_t first_s; /* of the first record */
    unsigned fitting;
} Trial;

static TryResult pcap_try_record(Feed *feed, const PcapGuess *guess, uint32_t header_bytes, Trial *trial)
{
    if (!feed_fill(feed, trial->offset + header_bytes))
        return feed_left(feed) > trial->offset ? TRY_ODD : TRY_ENDS;
    const uint8_t *record = feed->at + trial->offset;
    uint32_t seconds = read32(record, guess->big_endian);
    uint32_t parts = read32(record + 4, guess->big_endian);
    uint32_t captured = read32(record + 8, guess->big_endian);
    uint32_t original = read32(record + 12, guess->big_endian);
    trial->first_s = trial->fitting ? trial->first_s : seconds;
    uint32_t apart = seconds > trial->first_s ? seconds - trial->first_s : trial->first_s - seconds;
    bool fits = parts < 1000000 && captured && captured <= guess->captured_max && captured <= original &&
                original <= ORIGINAL_MAX && apart <= APART_MAX_S &&
                (!guess->snaplen || captured <= guess->snaplen);
    if (!fits)
        return TRY_ODD;
    trial->offset += header_bytes + captured;
    if (!feed_fill(feed, trial->offset))
        return TRY_ENDS; /* cut inside a packet, as any file may be */
    trial->fitting++;
    return TRY_FITS;
}

/* How many records fit; 0 as soon as one does not. */
static unsigned pcap_try_layout(Feed *feed, uint32_t offset, const PcapGuess *guess, uint32_t header_bytes)
{
    Trial trial = {.offset = offset};
    TryResult result = TRY_FITS;
    while (trial.fitting < RECORDS_TRIED && result == TRY_FITS)
        result = pcap_try_record(feed, guess, header_bytes, &trial);
    return result == TRY_ODD ? 0 : trial.fitting;
}

const PcapLayout *pcap_layout_guess(Feed *feed, uint32_t offset, const PcapGuess *guess)
{
    if (guess->count == 1 || !feed->file_size)
        return &guess->layouts[0];
    for (unsigned i = 0; i < guess->count; i++) {
        unsigned fitting = pcap_try_layout(feed, offset, guess, guess->layouts[i].record_header_bytes);
        if (fitting >= (i ? RECORDS_FITTING : 1))
            return &guess->layouts[i];
    }
    return &guess->layouts[0];
}
