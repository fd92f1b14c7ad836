#!/usr/bin/env python3
"""table.py CLOSELINT [PATTERN]: what is said of each kind of odd capture, and how much of it is read all the same.

Each row is a kind: its name, the file, the exit status, how many packets and TCP segments are read, and what the
diagnostics say, with the byte or the frame; "" where nothing is wrong. All files are made here. Each is read from its
path and from a pipe, which must not differ but in what a pipe cannot know.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

from files import *
from packets import *

FRAMES = frames4()
PLAIN = pcap(FRAMES)
BLOCKS = pcapng(FRAMES)
HEAD = section() + interface()
RECORD3 = len(pcap(FRAMES[:3]))
BLOCK3 = len(pcapng(FRAMES[:3]))
MODIFIED = {order: struct.pack(order + "IHBB", 3, 0x0800, 0, 0) for order in "<>"}
END = option(0, b"")
LLC = bytes.fromhex("aaaa030000000800")


def count(code, value):
    return option(code, struct.pack("<Q", value))


def epbs(frames=FRAMES, **more):
    return b"".join(enhanced(data, number, **more) for number, data in enumerate(frames))


def damaged(data, at, value=0xff):
    return data[:at] + bytes([data[at] ^ value]) + data[at + 1:]


def bomb():
    """A pcapng file of unknown blocks of zeros, 1.2 GiB in 40 KB of zstd."""
    size = 100 << 20
    head = block(0x7777, bytes(4096), length=size)[:8]
    out = b"\x28\xb5\x2f\xfd\x00\x50" + stored(BLOCKS)
    for _ in range(12):
        out += stored(head)
        for at in range(8, size - 4, 65536):
            out += struct.pack("<I", min(65536, size - 4 - at) << 3 | 2)[:3] + b"\0"
        out += stored(struct.pack("<I", size))
    return out + struct.pack("<I", 1)[:3]


def stored(data):
    return struct.pack("<I", len(data) << 3)[:3] + data


def fragment_flood(packets):
    """First fragments, all at one time."""
    payload = bytes(64)
    firsts = [next(fragments4(ip4("10.0.0.1", "10.0.0.2", 6, payload), 32, number)) for number in range(packets)]
    return pcap_header() + b"".join(record(ethernet(first)) for first in firsts)


def nested(packet, depth):
    for _ in range(depth):
        packet = ip4("192.0.2.1", "192.0.2.2", 4, packet)
    return ethernet(packet)


# kind, file, exit status, packets, segments, what is said
PCAP = [
    ("empty file", b"", 3, 0, 0, "the file is empty"),
    ("text", b"No. Time Source\n", 3, 0, 0, "byte 0: expected the magic number .* found 4e 6f 2e 20 .*text file"),
    ("no frames", pcap([]), 0, 0, 0, "the capture holds no frame"),
    ("only the magic number", PLAIN[:4], 3, 0, 0, "byte 4: expected a pcap file header of 24 bytes"),
    ("cut file header", PLAIN[:20], 3, 0, 0, "byte 20: expected a pcap file header of 24 bytes"),
    ("cut record header", PLAIN + b"\1\2\3", 0, 10, 10, r"after frame 10 needs 16 bytes, found 3 \(byte 736\)"),
    ("cut record", PLAIN[:-5], 0, 9, 9, r"after frame 9 needs 70 bytes, found 65 \(byte 666\)"),
    ("garbage at the end", PLAIN + b"\xff" * 64, 3, 10, 10,
     r"frame 11 is damaged: expected .* at most 262144, found 4294967295; .*\(byte 736\)"),
    ("impossible length", PLAIN[:RECORD3] + record(FRAMES[3], captured=0x40000000), 3, 3, 3,
     rf"frame 4 is damaged: expected .* at most 262144, found 1073741824; .*\(byte {RECORD3}\)"),
    ("version 1.4", pcap(FRAMES, version=(1, 4)), 3, 0, 0, "byte 4: expected version 2.4 .* found 1.4"),
    ("version 2.5", pcap(FRAMES, version=(2, 5)), 0, 10, 10, r"version 2.5 .* unknown: read as 2.4 \(byte 4\)"),
    ("reserved bits", pcap(FRAMES, network=0x300001), 0, 10, 10, r"reserved bits .*0x00300001.*\(byte 20\)"),
    ("snap length 0", pcap(FRAMES, snaplen=0), 0, 10, 10, ""),
    ("more captured than there was", pcap_header() + record(FRAMES[0], original=20), 0, 1, 1,
     r"frame 1 has a captured length of 54, more than its original length of 20 \(byte 24\)"),
    ("microseconds beyond a second", pcap_header() + record(FRAMES[0], parts=1000001), 0, 1, 1,
     r"frame 1 has 1000001 microseconds.*\(byte 24\)"),
    ("snap length 40", pcap_header() + b"".join(record(data[:40], original=len(data)) for data in FRAMES), 0, 10, 0,
     "10 of 10 frames cut by the snap length"),
    ("private link type", pcap(FRAMES, network=147), 3, 10, 0, r"link type 147 \(USER0\) \(byte 20\) is not read: 10 "),
    ("link type nobody has", pcap(FRAMES, network=9999), 3, 10, 0, r"link type 9999 .*\(byte 20\) is not read: 10 "),
]

VARIANTS = [(name + order, pcap(frames, order, **more), 0, 10, 10, "")
            for order in "<>"
            for name, frames, more in (
                ("microseconds", FRAMES, {}),
                ("nanoseconds", FRAMES, {"magic": 0xa1b23c4d}),
                ("Kuznetzov's", FRAMES, {"magic": 0xa1b2cd34, "extra": MODIFIED[order]}),
                ("Ixia software", FRAMES, {"magic": 0x1c0001ab, "more": bytes(4)}),
                ("Ixia hardware", FRAMES, {"magic": 0x1c0001ac, "more": bytes(4)}),
                ("version 2.2", FRAMES, {"version": (2, 2), "swapped": True}),
                ("version 2.3", FRAMES, {"version": (2, 3)}),
                ("version 2.3, exchanged", FRAMES, {"version": (2, 3), "swapped": True}),
                ("version 543.0", FRAMES, {"version": (543, 0), "swapped": True}),
                ("AIX", FRAMES, {"version": (2, 2), "network": 6, "swapped": True}),
                ("AIX FDDI", [bytes(3) + b"\x50" + bytes(12) + LLC + packet for packet in packets4()],
                 {"version": (2, 2), "network": 15, "swapped": True}),
                ("FCS length", FRAMES, {"network": 0x24000001}))]

# A pipe cannot be read twice, so that these are known in a file only.
GUESSED = [(name + order, pcap(FRAMES, order, **more), 0, 10, 10, "")
           for order in "<>"
           for name, more in (
               ("Red Hat 6.1", {"extra": MODIFIED[order]}),
               ("SuSE 6.3", {"magic": 0xa1b2cd34, "extra": MODIFIED[order] + bytes(4)}),
               ("Nokia", {"extra": struct.pack(order + "I", 0x12345678)}))]

PCAPNG = [
    ("little-endian", BLOCKS, 0, 10, 10, ""),
    ("big-endian", pcapng(FRAMES, ">"), 0, 10, 10, ""),
    ("sections of both orders", pcapng(FRAMES[:5]) + pcapng(FRAMES[5:], ">"), 0, 10, 10,
     r"interfaces: 0 \(Ethernet, 5 frames\), 1 \(Ethernet, 5 frames\)"),
    ("obsolete packet blocks", HEAD + b"".join(map(obsolete, FRAMES)), 0, 10, 10, ""),
    ("simple packet blocks", HEAD + b"".join(map(simple, FRAMES)), 0, 10, 10, "10 frames without a time"),
    ("simple packet blocks and a snap length", section() + interface(snaplen=54) + b"".join(
        simple(data[:54], original=len(data)) for data in FRAMES), 0, 10, 10, "2 of 10 frames cut by the snap length"),
    ("unknown blocks", HEAD + b"".join(block(0x7777, b"abc") + enhanced(data) for data in FRAMES), 0, 10, 10, ""),
    ("interfaces that differ", section() + interface(options=option(2, b"eth0") + END) + interface(
        link_type=101, snaplen=99, options=option(2, b"tun0") + option(9, b"\x09") + END) + enhanced(
            FRAMES[0]) + enhanced(FRAMES[1][14:], interface=1, ticks=TIME * 10**9), 0, 2, 2,
     r"interfaces: 0 eth0 \(Ethernet, 1 frame\), 1 tun0 \(raw IP, 1 frame\)"),
    ("an interface nobody reads", HEAD + interface(link_type=9999) + enhanced(FRAMES[0]) + enhanced(
        FRAMES[1], interface=1), 0, 2, 1, r"link type 9999 .*\(byte 48\) is not read: 1 frame "),
    ("drops of the statistics", section() + interface(options=option(2, b"eth0") + END) + epbs() + statistics(
        options=count(4, 20) + count(5, 7) + count(7, 2) + END), 0, 10, 10,
     r"dropped 9 packets on interface 0 \(eth0\)"),
    ("drops of the packets", HEAD + epbs(options=count(4, 3) + END), 0, 10, 10, "dropped 30 packets on interface 0"),
    ("no interfaces", section() + epbs(), 3, 0, 0,
     r"frame 1 belongs to interface 0, but the section describes 0 so far.*\(byte 28\)"),
    ("an interface that is missing", HEAD + epbs(FRAMES[:3]) + enhanced(FRAMES[3], interface=5) + epbs(
        FRAMES[4:]), 3, 9, 9,
     rf"frame 4 belongs to interface 5, but the section describes 1 so far.*\(byte {BLOCK3}\)"),
    ("statistics of no interface", HEAD + epbs() + statistics(9), 0, 10, 10,
     r"statistics of interface 9.*\(byte 940\)"),
    ("a long option", section() + interface(options=option(2, b"eth0", length=400)) + epbs(), 0, 10, 10,
     r"an option claims more bytes than its block \(type 1\).*\(byte 28\)"),
    ("a clock of the wrong length", section() + interface(options=option(9, b"\x06\x06")) + epbs(), 0, 10, 10,
     r"expected a length of 1 for the option if_tsresol, found 2.*\(byte 28\)"),
    ("a packet larger than its block", HEAD + epbs(FRAMES[:3]) + enhanced(FRAMES[3], captured=999) + epbs(
        FRAMES[4:]), 3, 9, 9, rf"frame 4 claims 999 bytes, but the block has room for 60.*\(byte {BLOCK3}\)"),
    ("lengths that disagree", HEAD + epbs(FRAMES[:3]) + enhanced(FRAMES[3], second=400) + epbs(FRAMES[4:]), 3, 3, 3,
     rf"expected its length of 92 bytes again at its end, found 400.*\(byte {BLOCK3}\)"),
    ("a length of 0", HEAD + epbs(FRAMES[:3]) + struct.pack("<III", 6, 0, 0), 3, 3, 3,
     rf"expected a length of 32 to 134217728 bytes for type 6, found 0.*\(byte {BLOCK3}\)"),
    ("an unknown block of 4 GB", BLOCKS + struct.pack("<III", 0x7777, 0xfffffff0, 0), 3, 10, 10,
     r"expected a length of 12 to 134217728 bytes for type 30583, found 4294967280.*\(byte 940\)"),
    ("cut block", BLOCKS[:-7], 0, 9, 9, r"after frame 9 needs 88 bytes, found 81 \(byte 852\)"),
    ("cut block header", BLOCKS + b"\6", 0, 10, 10, r"after frame 10 needs 12 bytes, found 1 \(byte 940\)"),
    ("cut section header", BLOCKS[:20], 3, 0, 0, "byte 20: expected a pcapng section header of 28 bytes"),
    ("a section without byte order", BLOCKS + block(0x0a0d0d0a, bytes(16)), 3, 10, 10,
     r"expected the byte-order magic 1a2b3c4d, found 00000000.*\(byte 940\)"),
    ("version 2.0", section(version=(2, 0)) + interface(), 3, 0, 0, "byte 0: expected version 1.0 or 1.2 .* found 2.0"),
    ("version 1.2", section(version=(1, 2)) + interface() + epbs(), 0, 10, 10, ""),
    ("times beyond 2262", HEAD + enhanced(FRAMES[0], ticks=2**64 - 1), 0, 1, 1,
     r"time of frame 1 lies before 1677 or after 2262.*\(byte 48\)"),
]

CLOCKS = [(f"ticks of {resolution:#x}", section() + interface(options=option(9, bytes([resolution])) + option(
    14, struct.pack("<q", -TIME + 3)) + END) + enhanced(FRAMES[0], ticks=ticks), 0, 1, 1, "")
          for resolution, ticks in ((0, TIME), (3, TIME * 10**3), (6, TIME * 10**6), (9, TIME * 10**9),
                                    (0x80, TIME), (0x80 | 10, TIME << 10), (0x80 | 32, TIME << 32))]

COMPRESSED = [row for name, compress in (("gzip", gzipped), ("zstd", zstd), ("lz4", lz4), ("xz", xzipped)) for row in (
    (name, compress(PLAIN), 0, 10, 10, ""),
    (f"{name} of pcapng", compress(BLOCKS), 0, 10, 10, ""),
    (f"{name}, members", compress(b"") + compress(PLAIN[:300]) + compress(PLAIN[300:]), 0, 10, 10, ""),
    (f"{name}, cut at its end", compress(PLAIN)[:-3], 3, None, None,
     rf"the {name} data is cut short: the compressed file ends at byte {len(compress(PLAIN)) - 3}"),
    (f"{name}, cut header", compress(PLAIN)[:6], 3, 0, 0, f"the {name} data is cut short: .* byte 6"),
    (f"{name}, garbage after it", compress(PLAIN) + b"garbage, and more", 0, 10, 10,
     f"bytes that are no {name} data follow byte {len(compress(PLAIN))}"),
    (f"{name} of a cut file", compress(PLAIN[:-5]), 0, 9, 9,
     r"needs 70 bytes, found 65 \(byte 666 of the decompressed"),
    (f"{name} of nothing", compress(b""), 3, 0, 0, "the file is empty"),
    (f"{name} of text", compress(b"Hello, world"), 3, 0, 0, "byte 0: expected the magic number"),
    (f"{name} within gzip", gzipped(compress(PLAIN)), 3, 0, 0, f"{name} within another compression"))]

DAMAGED = [
    ("gzip, wrong checksum", damaged(gzipped(PLAIN), len(gzipped(PLAIN)) - 6), 3, 10, 10,
     "the gzip data is damaged at byte .*: incorrect data check; the 10 frames before it were read"),
    ("xz, wrong checksum", damaged(xzipped(PLAIN), len(xzipped(PLAIN)) - 6), 3, 10, 10,
     "the xz data is damaged at byte "),
    ("lz4, wrong block", damaged(lz4(PLAIN), 10), 3, 0, 0, "the lz4 data is (damaged|cut short)"),
    ("zstd, wrong block", damaged(zstd(PLAIN), 6, 0x06), 3, 0, 0, "the zstd data is damaged at byte "),
    ("a bomb", bomb(), 3, 10, 10, "the zstd data was given up at byte .*expected at most 1000 bytes of each"),
]


BOUNDS = [
    ("headers in headers", pcap([nested(packet, 40) for packet in packets4()]), 0, 10, 0,
     "10 frames have more than 32 headers .* the first is frame 1"),
    ("packets in fragments", fragment_flood(300), 0, 300, 0, "44 IP packets in fragments were given up .* at most 256"),
    ("fragments that never come", fragment_flood(3), 0, 3, 0, "of 3 IP packets in fragments not all fragments"),
    ("encrypted 802.11", pcap([b"\x08\x41" + bytes(22) + LLC + packet for packet in packets4()], network=105), 0, 10, 0,
     "10 frames of 802.11 are encrypted .* the first is frame 1"),
]


def read(closelint, path, is_pipe):
    command = [closelint, "--no-config", "--fail-on", "never", "-q", "-o", "json", "-" if is_pipe else path]
    if is_pipe:
        with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as cat:
            done = subprocess.run(command, stdin=cat.stdout, capture_output=True, check=False)
    else:
        done = subprocess.run(command, capture_output=True, check=False)
    capture = json.loads(done.stdout)["captures"][0]
    said = [one["message"] for one in capture["diagnostics"]]
    return done.returncode, capture["frames"], capture["segments"], said, capture["diagnostics"]


def check(closelint, path, row, is_pipe):
    kind, _, status, packets, segments, pattern = row
    got_status, got_packets, got_segments, said, diagnostics = read(closelint, path, is_pipe)
    name = f"{kind}{' (pipe)' if is_pipe else ''}"
    if got_status != status:
        yield f"{name}: exit status {got_status}, expected {status}: {said}"
    if packets is not None and (got_packets, got_segments) != (packets, segments):
        yield f"{name}: {got_packets} packets, {got_segments} segments, expected {packets}, {segments}: {said}"
    if pattern and not any(re.search(pattern, line) for line in said):
        yield f"{name}: nothing like '{pattern}' in {said}"
    if not pattern and said:
        yield f"{name}: {said}, expected nothing"
    if status == 3 and not any(one["severity"] == "error" for one in diagnostics):
        yield f"{name}: no diagnostic is an error"
    for one in diagnostics:
        place = re.search(r"\(byte (\d+)|^byte (\d+): ", one["message"])
        if place and one["offset"] != int(place[1] or place[2]):
            yield f"{name}: the offset {one['offset']} is not that of the message '{one['message']}'"


def main():
    closelint, wanted = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    mistakes, checked = [], 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "capture")
        for table in (PCAP, VARIANTS, GUESSED, PCAPNG, CLOCKS, COMPRESSED, DAMAGED, BOUNDS):
            for row in table:
                if not re.search(wanted, row[0]):
                    continue
                with open(path, "wb") as out:
                    out.write(row[1])
                for is_pipe in (False, True)[:1 if table is GUESSED else 2]:
                    mistakes += check(closelint, path, row, is_pipe)
                    checked += 1
    for mistake in mistakes:
        print(mistake)
    print(f"{checked} readings, {len(mistakes)} mistakes")
    return bool(mistakes or not checked)


if __name__ == "__main__":
    sys.exit(main())
