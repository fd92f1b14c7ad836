#!/usr/bin/env python3
"""decode-seeds.py SAMPLES FOLDER: seeds for fuzz-decode, one of each sample's capture: its link type, then the first
frames, each behind a byte that says how long it is in units of eight."""
import struct
import sys
from pathlib import Path

FRAMES = 24
LONGEST = 256 * 8

samples, folder = Path(sys.argv[1]), Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
for capture in sorted(samples.glob("*/client.pcap")):
    data = capture.read_bytes()
    seed = struct.pack(">H", struct.unpack_from("<I", data, 20)[0])
    at = 24
    for _ in range(FRAMES):
        if at + 16 > len(data):
            break
        captured = struct.unpack_from("<I", data, at + 8)[0]
        frame = data[at + 16:at + 16 + captured][:LONGEST]
        units = max(1, (len(frame) + 7) // 8)
        seed += bytes([units - 1]) + frame.ljust(units * 8, b"\0")
        at += 16 + captured
    (folder / capture.parent.name).write_bytes(seed)
