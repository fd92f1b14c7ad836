#!/usr/bin/env python3
"""layers.py CLOSELINT [PATTERN]: whether a connection is found under each link layer and in each tunnel.

The same ten segments in each, IPv4 or IPv6, must be one stream of ten packets. With a PATTERN ("." for all) tshark 4.0
is asked as well, where it is installed: that takes a second for each.
"""
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

from files import pcap
from packets import *

FOUR, SIX, ETHER = packets4(), packets6(), frames4()
SNAP = bytes.fromhex("aaaa030000000800")
MACS = bytes.fromhex("020000000002 020000000001")


def tags(*types):
    """The EtherType of the first tag, and what follows the addresses: tags of VLAN 5."""
    return types[0], b"".join(struct.pack(">HH", 5, following) for following in types[1:])


def vlan(packets, *types):
    first, rest = tags(*types)
    return [ethernet(rest + packet, first) for packet in packets]


def over(prefix, packets):
    return [prefix + packet for packet in packets]


def gre(flags, protocol, more, packets):
    return [outer4(47, struct.pack(">HH", flags, protocol) + more + packet) for packet in packets]


def in_udp(port, prefix, packets):
    return [outer4(17, udp(port, prefix + packet)) for packet in packets]


def gtp(flags, more, packets):
    return [outer4(17, udp(2152, struct.pack(">BBHI", flags, 255, len(more + packet), 7) + more + packet))
            for packet in packets]


def wlan(packets, control=b"\x08\x01", more=b""):
    return [control + bytes(2) + MACS + MACS[:6] + bytes(2) + more + SNAP + packet for packet in packets]


def mpls(*labels):
    return b"".join(struct.pack(">I", label << 12 | (number == len(labels) - 1) << 8 | 64)
                    for number, label in enumerate(labels))


def with_extensions(packet, *headers):
    body, following = packet[40:], 6
    for kind, words in reversed(headers):
        body, following = bytes([following, words]) + bytes(words * 8 + 6) + body, kind
    return ethernet(packet[:4] + struct.pack(">HB", len(body), following) + packet[7:40] + body, 0x86dd)


def fragments6(packet, ident):
    payload = packet[40:]
    for at in range(0, len(payload), 8):
        body = struct.pack(">BBHI", 6, 0, at | (at + 8 < len(payload)), ident) + payload[at:at + 8]
        yield ethernet(packet[:4] + struct.pack(">HB", len(body), 44) + packet[7:40] + body, 0x86dd)


def nflog(family, packets, more=b""):
    return [bytes([family, 0, 0, 0]) + more + struct.pack("<HH", 4 + len(packet), 9) + packet + bytes(-len(packet) % 4)
            for packet in packets]


# name, link type, frames
LINKS = [
    ("Ethernet", 1, ETHER), ("Ethernet, IPv6", 1, [ethernet(packet, 0x86dd) for packet in SIX]),
    ("802.1Q", 1, vlan(FOUR, 0x8100, 0x0800)), ("802.1ad", 1, vlan(FOUR, 0x88a8, 0x8100, 0x0800)),
    ("QinQ of 8100", 1, vlan(FOUR, 0x8100, 0x8100, 0x0800)), ("QinQ of 9100", 1, vlan(FOUR, 0x9100, 0x8100, 0x0800)),
    ("802.3 with SNAP", 1, [ethernet(SNAP + packet, len(SNAP + packet)) for packet in FOUR]),
    ("802.3 with LLC", 1, [ethernet(b"\6\6\3" + packet, 3 + len(packet)) for packet in FOUR]),
    ("MPLS", 1, [ethernet(mpls(100) + packet, 0x8847) for packet in FOUR]),
    ("MPLS, three labels, IPv6", 1, [ethernet(mpls(100, 200, 300) + packet, 0x8847) for packet in SIX]),
    ("PPPoE", 1, [ethernet(struct.pack(">HHHH", 0x1100, 1, len(packet) + 2, 0x21) + packet, 0x8864)
                  for packet in FOUR]),
    ("TRILL", 1, [ethernet(bytes(6) + frame, 0x22f3) for frame in ETHER]),
    ("HSR", 1, [ethernet(struct.pack(">HHH", len(packet) + 6, 1, 0x800) + packet, 0x892f) for packet in FOUR]),
    ("PPP", 9, over(b"\xff\x03\x00\x21", FOUR)), ("PPP, short", 9, over(b"\x21", FOUR)),
    ("PPP, IPv6", 9, over(b"\xff\x03\x00\x57", SIX)), ("PPP in HDLC", 50, over(b"\xff\x03\x00\x21", FOUR)),
    ("PPP with direction", 204, over(b"\0\xff\x03\x00\x21", FOUR)),
    ("Linux cooked v1", 113, over(bytes(14) + b"\x08\x00", FOUR)),
    ("Linux cooked v2", 276, over(b"\x08\x00" + bytes(18), FOUR)),
    ("NULL, little-endian", 0, over(b"\2\0\0\0", FOUR)), ("NULL, big-endian", 0, over(b"\0\0\0\2", FOUR)),
    ("NULL, IPv6 of NetBSD", 0, over(b"\x18\0\0\0", SIX)), ("NULL, IPv6 of FreeBSD", 0, over(b"\x1c\0\0\0", SIX)),
    ("NULL, IPv6 of Darwin", 0, over(b"\0\0\0\x1e", SIX)), ("LOOP", 108, over(b"\0\0\0\2", FOUR)),
    ("raw 12", 12, FOUR), ("raw 14", 14, SIX), ("raw 101", 101, FOUR), ("raw 101, IPv6", 101, SIX),
    ("IPv4", 228, FOUR), ("IPv6", 229, SIX),
    ("802.11", 105, wlan(FOUR)), ("802.11 with QoS", 105, wlan(FOUR, b"\x88\x01", bytes(2))),
    ("802.11 between access points", 105, wlan(FOUR, b"\x08\x03", bytes(6))),
    ("radiotap", 127, over(struct.pack("<BBHI", 0, 0, 8, 0), wlan(FOUR))),
    ("Prism", 119, over(struct.pack("<II", 0x44, 144) + bytes(136), wlan(FOUR))),
    ("AVS", 163, over(struct.pack(">II", 0x80211001, 64) + bytes(56), wlan(FOUR))),
    ("PPI", 192, over(struct.pack("<BBHI", 0, 0, 8, 105), wlan(FOUR))),
    ("NFLOG", 239, nflog(2, FOUR)), ("NFLOG, IPv6", 239, nflog(10, SIX)),
    ("NFLOG with a prefix", 239, nflog(2, FOUR, struct.pack("<HH", 8, 10) + b"abc\0")),
    ("PKTAP", 258, over(struct.pack("<III", 108, 1, 1) + bytes(96), ETHER)),
    ("Cisco HDLC", 104, over(b"\x0f\0\x08\0", FOUR)), ("Frame Relay", 107, over(b"\x18\x41\3\xcc", FOUR)),
    ("FDDI", 10, over(b"\x50" + bytes(12) + SNAP, FOUR)), ("LLC over ATM", 100, over(SNAP, FOUR)),
    ("LLC over ATM 11", 11, over(SNAP, FOUR)), ("SunATM", 123, over(b"\2\0\0\5" + SNAP, FOUR)),
    ("token ring", 6, over(b"\x10\x40" + MACS + SNAP, FOUR)),
    ("token ring, routed", 6, over(b"\x10\x40" + MACS[:6] + b"\x82" + MACS[7:] + b"\6\0\0\1\0\2" + SNAP, FOUR)),
    ("IP over Fibre Channel", 122, over(bytes(16) + SNAP, FOUR)), ("FireWire", 138, over(bytes(16) + b"\x08\0", FOUR)),
    ("IP over InfiniBand", 242, over(bytes(40) + b"\x08\0\0\0", FOUR)), ("TZSP", 128, over(b"\1\0\0\1\1", ETHER)),
]

TUNNELS = [
    ("GRE", gre(0, 0x0800, b"", FOUR)), ("GRE, IPv6", gre(0, 0x86dd, b"", SIX)),
    ("GRE with all fields", gre(0xb000, 0x0800, bytes(12), FOUR)), ("GRE, Ethernet", gre(0, 0x6558, b"", ETHER)),
    ("PPTP", [outer4(47, struct.pack(">HHHHI", 0x3001, 0x880b, len(packet) + 4, 1, 9) + b"\xff\x03\0\x21" + packet)
              for packet in FOUR]),
    ("GRE over IPv6", [outer6(47, b"\0\0\x08\0" + packet) for packet in FOUR]),
    ("ERSPAN I", gre(0, 0x88be, b"", ETHER)),
    ("ERSPAN II", gre(0x1000, 0x88be, bytes(4) + b"\x10\1\0\1" + bytes(4), ETHER)),
    ("ERSPAN III", gre(0x1000, 0x22eb, bytes(4) + b"\x20\1\0\1" + bytes(8), ETHER)),
    ("IPIP", [outer4(4, packet) for packet in FOUR]), ("6in4", [outer4(41, packet) for packet in SIX]),
    ("4in6", [outer6(4, packet) for packet in FOUR]), ("6in6", [outer6(41, packet) for packet in SIX]),
    ("VXLAN", in_udp(4789, b"\x08\0\0\0\0\0\5\0", ETHER)),
    ("VXLAN over IPv6", [outer6(17, udp(4789, b"\x08\0\0\0\0\0\5\0" + frame)) for frame in ETHER]),
    ("Geneve", in_udp(6081, b"\0\0\x65\x58\0\0\5\0", ETHER)),
    ("Geneve with options", in_udp(6081, b"\2\0\x65\x58\0\0\5\0" + bytes(8), ETHER)),
    ("Geneve, IPv4", in_udp(6081, b"\0\0\x08\0\0\0\5\0", FOUR)),
    ("GTP-U", gtp(0x30, b"", FOUR)), ("GTP-U, IPv6", gtp(0x30, b"", SIX)),
    ("GTP-U with a sequence", gtp(0x32, bytes(4), FOUR)),
    ("GTP-U with an extension", gtp(0x34, b"\0\1\0\x85\1\0\0\0", FOUR)),
    ("Teredo", in_udp(3544, b"", SIX)), ("Teredo with origin", in_udp(3544, bytes(8), SIX)),
    ("Teredo with authentication", in_udp(3544, b"\0\1\0\0" + bytes(9), SIX)),
    ("L2TP", in_udp(1701, b"\0\2\0\1\0\1\xff\3\0\x21", FOUR)), ("LISP", in_udp(4341, bytes(8), FOUR)),
    ("AMT", in_udp(2268, b"\6\0", FOUR)),
    ("EtherIP", [outer4(97, b"\x30\0" + frame) for frame in ETHER]),
    ("authentication header", [ethernet(ip4(dotted(packet[12:16]), dotted(packet[16:20]), 51, b"\6\4" + bytes(22)
                                            + packet[20:])) for packet in FOUR]),
    ("extension headers", [with_extensions(packet, (0, 0), (60, 1), (43, 0), (60, 2)) for packet in SIX]),
    ("a tunnel in a tunnel in MPLS", [ethernet(mpls(7) + ip4("192.0.2.3", "192.0.2.4", 47, b"\0\0\x08\0" + ip4(
        "192.0.2.5", "192.0.2.6", 17, udp(4789, b"\x08\0\0\0\0\0\5\0" + frame))), 0x8847)
                                      for frame in vlan(FOUR, 0x8100, 0x0800)]),
]

# More frames than packets: the first frames of the packets are others, and each counts where it is complete.
SPLIT = [
    ("IPv4 fragments", [ethernet(part) for number, packet in enumerate(FOUR)
                        for part in fragments4(packet, 8, number)]),
    ("IPv4 fragments, backwards", [ethernet(part) for number, packet in enumerate(FOUR)
                                   for part in reversed(list(fragments4(packet, 8, number)))]),
    ("IPv6 fragments", [part for number, packet in enumerate(SIX) for part in fragments6(packet, number)]),
]

# Inside and outside of a tunnel: twice the packets, in one stream.
TWICE = [("inside and outside", [frame for pair in zip(ETHER, in_udp(4789, b"\x08\0\0\0\0\0\5\0", ETHER))
                                 for frame in pair])]


def ours(closelint, path):
    """{stream: [first frame, packets]}"""
    done = subprocess.run([closelint, "--no-config", "--numbering", "4.0", "--fail-on", "never", "-q", "-o", "jsonl", path],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    lines = map(json.loads, done.stdout.decode().splitlines())
    return {one["stream"]: [one["first_frame"], one["packets"]] for one in lines if one["type"] == "connection"}


def theirs(path):
    done = subprocess.run(["tshark", "-n", "-r", path, "-Y", "tcp.stream", "-T", "fields", "-e", "tcp.stream",
                           "-e", "frame.number", "-E", "occurrence=l"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    streams = {}
    for line in done.stdout.decode().splitlines():
        stream, frame = map(int, line.split("\t"))
        streams.setdefault(stream, [frame, 0])[1] += 1
    return streams


def has_tshark():
    if not shutil.which("tshark"):
        return False
    return b" 4.0." in subprocess.run(["tshark", "--version"], capture_output=True, check=False).stdout.split(b"\n")[0]


def main():
    closelint, wanted = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    rows = [(name, link_type, frames, 10) for name, link_type, frames in LINKS]
    rows += [(name, 1, frames, 10) for name, frames in TUNNELS + SPLIT]
    rows += [(name, 1, frames, 20) for name, frames in TWICE]
    mistakes, asks = [], bool(wanted) and has_tshark()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "capture.pcap")
        for name, link_type, frames, packets in rows:
            if not re.search(wanted, name):
                continue
            with open(path, "wb") as out:
                out.write(pcap(frames, network=link_type))
            found = ours(closelint, path)
            if [count for _, count in found.values()] != [packets]:
                mistakes.append(f"{name}: {found}, expected one stream of {packets} packets")
            if asks and found != theirs(path):
                mistakes.append(f"{name}: {found}, and in tshark {theirs(path)}")
    for mistake in mistakes:
        print(mistake)
    print(f"{len(rows)} layers, {len(mistakes)} mistakes")
    return bool(mistakes)


if __name__ == "__main__":
    sys.exit(main())
