#!/usr/bin/env python3
"""tshark.py CLOSELINT SAMPLES [CAPTURE...]: whether closelint --numbering 4.0 counts as tshark 4.0 does.

Stream numbers and, of each stream, the first and last frame, packets, tcp.completeness, and the frames with FIN and
with RST of either side. All samples, one after the other, make one long capture for each of the two capture points, so
tshark has to start only twice, and addresses and ports come back in it; a CAPTURE is compared by itself. Differences
that stand in known-differences, with the reason, are allowed. Skipped where there is no tshark, or another version.
"""
import bisect
import collections
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
UNIT = {0xa1b2c3d4: 1000, 0xa1b23c4d: 1}
FIELDS = ("tcp.stream", "frame.number", "tcp.completeness", "tcp.flags.fin", "tcp.flags.reset", "ip.src", "ipv6.src",
          "tcp.srcport", "frame.protocols")


def packets(path):
    """(time in nanoseconds, original length, bytes) of each packet of an Ethernet pcap file; nothing of others."""
    data = path.read_bytes()
    order = "<" if struct.unpack_from("<I", data)[0] in UNIT else ">"
    magic, _, _, _, _, _, link_type = struct.unpack_from(order + "IHHiIII", data)
    at = 24
    while link_type == 1 and at + 16 <= len(data):
        seconds, fraction, captured, length = struct.unpack_from(order + "IIII", data, at)
        yield seconds * 10**9 + fraction * UNIT[magic], length, data[at + 16:at + 16 + captured]
        at += 16 + captured


def write_all(captures, path):
    """Returns the first frame of each capture in the long one."""
    first, frames = [], 0
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 262144, 1))
        for capture in captures:
            first.append(frames + 1)
            for time, length, data in packets(capture):
                out.write(struct.pack("<IIII", time // 10**9, time % 10**9, len(data), length) + data)
                frames += 1
    return first


def streams_of_tshark(path):
    """Stream number -> what is compared. Of several TCP headers in a frame the innermost counts."""
    fields = [word for field in FIELDS for word in ("-e", field)]
    text = subprocess.run(["tshark", "-n", "-2", "-r", path, "-Y", "tcp", "-T", "fields", *fields, "-E", "occurrence=l"],
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    streams = {}
    for line in text.splitlines():
        stream, frame, completeness, fin, rst, ipv4, ipv6, port, protocols = line.split("\t")
        if not stream:
            continue
        one = streams.setdefault(int(stream), {"first_frame": int(frame), "packets": 0,
                                               "fin": collections.Counter(), "rst": collections.Counter()})
        layers = protocols.split(":")
        address = ipv4 if "ip" in layers and "ipv6" not in layers[len(layers) - layers[::-1].index("ip"):] else ipv6
        one["last_frame"] = int(frame)
        one["packets"] += 1
        one["completeness"] = int(completeness)
        one["fin"][(address, port)] += fin == "1"
        one["rst"][(address, port)] += rst == "1"
    return streams


def streams_of_closelint(closelint, path):
    text = subprocess.run([closelint, "--no-config", "--numbering", "4.0", "--fail-on", "never", "-q", "-o", "jsonl", path],
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8").stdout
    streams = {}
    for line in map(json.loads, text.splitlines()):
        if line["type"] != "connection":
            continue
        one = {key: line[key] for key in ("first_frame", "last_frame", "packets", "completeness")}
        for flag in ("fin", "rst"):
            one[flag] = collections.Counter()
            for side in ("client", "server"):
                one[flag][(line[side]["addr"], str(line[side]["port"]))] += line["counts"][side][flag]
        streams[line["stream"]] = one
    return streams


WHATS = ("streams", "last_frame", "packets", "completeness", "fin", "rst", "follow")


def known_differences(lines):
    """{(capture, what)}, from lines of "capture what: reason"."""
    known = set()
    for line in lines:
        if not line or line.startswith("#"):
            continue
        difference, _, reason = line.partition(": ")
        capture, what = difference.split()
        assert what in WHATS and reason.strip(), f"known-differences: '{line}'"
        known.add((capture, what))
    return known


def prove_itself():
    """That a difference fails the test unless it stands in the file, and a line without a reason is refused."""
    known = known_differences(["# a comment", "", "four-way/client fin: a reason"])
    made = [(1, "fin", "made up"), (1, "rst", "made up")]
    assert count_unknown(made, lambda frame: "four-way/client", known, print_line=lambda line: None) == 1
    assert count_unknown(made, lambda frame: "four-way/server", known, print_line=lambda line: None) == 2
    for wrong in ("four-way/client fin", "four-way/client fin: ", "four-way/client anything: a reason"):
        try:
            known_differences([wrong])
        except AssertionError:
            continue
        raise SystemExit(f"'{wrong}' was taken for a known difference")


def differences(closelint, path):
    """(first frame, what, text) of each."""
    theirs, ours = streams_of_tshark(path), streams_of_closelint(closelint, path)
    numbers = {number: one["first_frame"] for number, one in theirs.items()}
    if numbers != {number: one["first_frame"] for number, one in ours.items()}:
        differing = min(number for number in theirs.keys() | ours.keys()
                        if numbers.get(number) != ours.get(number, {}).get("first_frame"))
        yield (numbers.get(differing) or ours[differing]["first_frame"], "streams",
               f"{len(theirs)} streams in tshark, {len(ours)} in closelint; the first that differs is {differing}")
    for number in sorted(theirs.keys() & ours.keys()):
        for what in ("last_frame", "packets", "completeness", "fin", "rst"):
            their, our = theirs[number][what], ours[number][what]
            if their != our:
                yield (theirs[number]["first_frame"], what,
                       f"stream {number}: {what} is {their} in tshark and {our} in closelint")


def count_unknown(found, name_of, known, print_line=print):
    failures = 0
    for frame, what, text in found:
        if (name_of(frame), what) not in known:
            failures += 1
            print_line(f"{name_of(frame)}: {text}")
    return failures


def compare(closelint, path, name_of, known):
    return count_unknown(differences(closelint, path), name_of, known)


def main():
    closelint, samples, *captures = sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]
    tshark = shutil.which("tshark")
    version = subprocess.run([tshark, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             text=True).stdout.split("\n")[0] if tshark else "no tshark"
    if " 4.0." not in version:
        print(f"skipped: {version}")
        return SKIPPED
    prove_itself()
    file = Path(__file__).parent / "known-differences"
    known, failures = known_differences(file.read_text(encoding="utf-8").splitlines()), 0
    with tempfile.TemporaryDirectory() as folder:
        for point in ("client", "server"):
            path = os.path.join(folder, point + ".pcap")
            paths = sorted(samples.glob(f"*/{point}.pcap"))
            first = write_all(paths, path)
            assert first, "no samples"
            failures += compare(
                closelint, path,
                lambda frame: f"{paths[bisect.bisect(first, frame) - 1].parent.name}/{point}", known)
    for capture in captures:
        failures += compare(closelint, capture, lambda frame: os.path.basename(capture), known)
    print(f"{failures} differences that are not known")
    return bool(failures)


sys.exit(main())
