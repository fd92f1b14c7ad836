#!/usr/bin/env python3
"""tshark.py CLOSELINT SAMPLES: whether closelint numbers streams as tshark 4.0 does.

All samples, one after the other, make one long capture for each of the two capture points, so tshark has to start only
twice, and addresses and ports come back in it. Skipped where there is no tshark, or one of another version.
"""
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
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 262144, 1))
        for capture in captures:
            for time, length, data in packets(capture):
                out.write(struct.pack("<IIII", time // 10**9, time % 10**9, len(data), length) + data)


def streams_of_tshark(path):
    """Stream number -> its first frame."""
    text = subprocess.run(["tshark", "-n", "-2", "-r", path, "-Y", "tcp", "-T", "fields", "-e", "tcp.stream",
                           "-e", "frame.number", "-E", "occurrence=l"],
                          check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    first = {}
    for line in text.splitlines():
        stream, _, frame = line.partition("\t")
        if stream:
            first.setdefault(int(stream), int(frame))
    return first


def streams_of_closelint(closelint, path):
    text = subprocess.run([closelint, "--no-config", "--fail-on", "never", "-o", "jsonl", path], check=True,
                          stdout=subprocess.PIPE, encoding="utf-8").stdout
    lines = [json.loads(line) for line in text.splitlines()]
    return {line["stream"]: line["first_frame"] for line in lines if line["type"] == "connection"}


def main():
    closelint, samples = sys.argv[1], Path(sys.argv[2])
    tshark = shutil.which("tshark")
    version = subprocess.run([tshark, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             text=True).stdout.split("\n")[0] if tshark else "no tshark"
    if " 4.0." not in version:
        print(f"skipped: {version}")
        return SKIPPED
    status = 0
    with tempfile.TemporaryDirectory() as folder:
        for point in ("client", "server"):
            path = os.path.join(folder, point + ".pcap")
            write_all(sorted(samples.glob(f"*/{point}.pcap")), path)
            theirs, ours = streams_of_tshark(path), streams_of_closelint(closelint, path)
            if theirs != ours or not theirs:
                differing = {number for number in theirs.keys() | ours.keys()
                             if theirs.get(number) != ours.get(number)}
                print(f"all {point}.pcap in a row: {len(theirs)} streams in tshark, {len(ours)} in closelint; "
                      f"the first that differs is {min(differing, default=None)}")
                status = 1
    return status


sys.exit(main())
