/* Every bound on what an input may make the program hold, follow or repeat, in one place.
 *
 * A capture and a rule file are hostile input: nothing grows with a number that they claim, and what grows
 * with what they really contain ends here. Reaching a bound never ends the program. Each says what happens
 * then; where that changes what can be said, a diagnostic, a fact that turns unknown or a count of what was
 * left out tells of it.
 *
 * docs/bounds.md has for each what a user then sees, and the test that reaches it.
 *
 * What has no bound of its own is the number of connections: a capture of ten million SYNs has ten million
 * streams, as Wireshark counts them. Each costs one small frozen record and no more (docs/performance.md has
 * the number). */
#pragma once

#include <stdint.h>

/* What is said of an input; the rest is counted and the count told. More nobody reads. */
#define DIAGNOSTICS_MAX 64

/* capture: what a file may claim. */

/* Captured bytes of a frame, as libpcap and Wireshark have it; more is a damaged record, and reading ends
 * there with an error. The wide one is for link types that carry transfers of USB or D-Bus. */
#define PCAP_CAPTURED_MAX      UINT32_C(262144)
#define PCAP_CAPTURED_MAX_WIDE (UINT32_C(128) << 20)

/* Bytes of a pcapng block, which is held whole where it does not lie in a mapped file: room for the widest
 * packet. Beyond, the block is damaged, and reading ends there with an error. */
#define PCAPNG_BLOCK_MAX_BYTES (UINT32_C(128) << 20)

/* Interfaces of all sections of a pcapng file: more than any system has. Beyond, reading ends with an error.
 * Sections have no bound: only the one being read is held. Of the name and of the description of an interface the
 * beginning is kept: Linux has 15 bytes, Windows 50 and for descriptions 255. So what a file can make of them is
 * 64 Ki times 0.7 KiB, as three bytes may stand for one that is no UTF-8. */
#define PCAPNG_INTERFACES_MAX    65536
#define INTERFACE_NAME_MAX_BYTES 256

/* Memory of the xz decoder: `xz -9` needs 65 MiB. A file that needs more is refused with an error. gzip and
 * lz4 need less than 1 MiB, zstd up to 128 MiB, which its library refuses to exceed. */
#define XZ_MEMORY_MAX (UINT64_C(256) << 20)

/* How much a compressed file may become. Decompressed bytes are not kept, so a bomb costs time and no memory;
 * but where more than this came of each of its bytes, after the first GiB, it holds hardly anything but
 * repetition (deflate makes 1032 of zeros at most, of an honest capture less than 200), and reading ends with
 * an error. */
#define DECOMPRESSED_FREE_BYTES (UINT64_C(1) << 30)
#define DECOMPRESSED_RATIO_MAX  1000

/* Frames of a capture, of all joined files together: what is kept of a segment has its number in 32 bits. Beyond,
 * reading ends with an error. */
#define FRAME_NUMBERS_MAX UINT32_MAX

/* decode: what a frame may contain. */

/* Headers around one TCP segment: tunnels in tunnels, tags, labels. Each recurses once. Real networks need
 * ten. Frames with more are not decoded, and counted in a diagnostic. */
#define DECODE_DEPTH_MAX 32

/* IP packets in fragments that are not complete, and what is held of them: as much as a busy capture was seen
 * to have open at a time. The oldest give way, and are counted in a diagnostic. */
#define FRAGMENT_PACKETS_MAX 256
#define FRAGMENT_BYTES_MAX   (4u << 20)

/* Of one packet: its length, by the field in its header, and its fragments: 64 KiB in the smallest that ever
 * were usual. */
#define FRAGMENT_PACKET_BYTES_MAX 65535
#define FRAGMENTS_MAX             1024

/* How long a fragment waits for the others, by the times of the capture: RFC 791's and Wireshark's 30 s. */
#define FRAGMENT_AGE_MAX_NS INT64_C(30000000000)

/* flow: what is held of one connection. */

/* Segments that are kept as events. Beyond, those in the middle are thinned out, openings and ends stay, and
 * what was left out is summed up in a run, which the ladder shows; no verdict changes. */
#define EVENTS_MAX 64

/* Gaps in the numbers of one end. The oldest is forgotten and counts as lost; what hangs on it is unknown. */
#define HOLES_MAX 16

/* What RSTs and TLS alerts had to say, and how much of each is kept: the longest alert. Of RSTs the first are
 * kept, of alerts the last, and nobody asks for others: only the first text is told, and whether the last
 * data was an alert. */
#define NOTES_MAX      8
#define NOTE_BYTES_MAX 48

/* Connections that are kept ready for their next segment, to begin with, of all lanes together; all others
 * are frozen, which loses nothing. Where one in 32 of them had to be woken up again, twice as many are
 * kept; then where one in 16 had to, and so on: about as many as are open at one time. With their first
 * events they are 640 bytes each, so this is 5 MB, which a large cache holds. */
#define LIVE_AT_FIRST 8192u

/* endpoint and facts: what is derived of one connection. */

/* Changes of state: each end only ever goes on, through at most eleven states, so that this is never reached;
 * the fuzz target of flows holds every script to it. */
#define HISTORY_TRANSITIONS_MAX 32

/* Zeek's history of one connection; letters beyond are left out. */
#define ZEEK_HISTORY_MAX 255

/* rules: what a rule file may contain. All are mistakes with file, line and column, exit status 2. */

/* Depth of an expression (parentheses, `not`, the tree), which parser and evaluator recurse over, and its
 * nodes, whose indices are 16 bits. */
#define EXPRESSION_DEPTH_MAX 64
#define EXPRESSION_NODES_MAX 20000

/* Depth, nodes and bytes of a YAML document: some hundred times the largest built-in file. */
#define YAML_DEPTH_MAX 16
#define YAML_NODES_MAX 200000
#define YAML_SIZE_MAX  (UINT32_C(8) << 20)

/* Folders in folders of rules, and files that add files. */
#define RULE_FILE_DEPTH_MAX 12

/* Conditions within one another in a rule's text. */
#define TEMPLATE_NESTING_MAX 16

/* Of a regular expression, and of what it is tried on. A match that gives up is unknown. */
#define PATTERN_LENGTH_MAX  1000
#define PATTERN_NESTING_MAX 50
#define PATTERN_MATCH_LIMIT 100000
#define PATTERN_HEAP_KIB    1024
#define SUBJECT_LENGTH_MAX  65536

/* Mistakes of rule files that are shown; the rest is counted. */
#define MISTAKES_MAX 50

/* A verdict: the depth of the tree of endings, the rules for findings, all of which one connection may have,
 * the causes that hold in it (one leads, further ones are a line each: what comes behind so many is left
 * out), and what might have been: the first of it, which is enough to say that a verdict is only likely. */
#define VERDICT_PATH_MAX     8
#define VERDICT_CAUSES_MAX   8
#define VERDICT_FINDINGS_MAX 256
#define VERDICT_POSSIBLE_MAX 8

/* verdict and report: what is told. What is left out is counted. */
#define TELLING_EVIDENCE_MAX 64
#define STREAM_RANGES_MAX    64
#define GROUP_SERVERS_MAX    8

/* Kinds of verdict of which a fingerprint counts the cases; of later ones all look like the first. */
#define FINGERPRINT_KINDS_MAX 100000

/* junit: connections of a capture that are test cases of their own; beyond, a rule and a server are one. */
#define JUNIT_CASES_MAX 1000

/* sarif: what GitHub's code scanning takes in one run. The worst are kept, the rest is counted in a notification.
 */
#define SARIF_RESULTS_MAX 25000

/* sarif: frames of a capture of which it is known where they lie in the file; regions of later ones are left out.
 */
#define FRAME_OFFSETS_MAX (UINT32_C(1) << 24)

/* Different ways to come out that are told apart before all is read; a connection with one more is judged
 * once again. */
#define OUTCOMES_MAX UINT16_MAX

/* pipeline. */

/* Files being written that are removed where the program ends early: one a report (-o FORMAT=FILE), of which
 * there are ten formats. Beyond, what is half written would stay behind. */
#define UNFINISHED_MAX 64

/* Link types that nobody reads and that are told one by one, and interfaces that are listed; the rest is
 * counted. */
#define ODD_LINK_TYPES_MAX   8
#define INTERFACES_SHOWN_MAX 8

/* Link types for which a capture filter is compiled; frames of others do not pass, and are counted in a
 * diagnostic. */
#define FILTER_LINK_TYPES_MAX 16

/* --follow: bytes of one direction that wait for those before them. Beyond, the gap is given up, as if the
 * other side had acknowledged it, and the output says how many bytes are missing. */
#define REASSEMBLY_WAITING_MAX (64u << 20)
