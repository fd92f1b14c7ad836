#!/usr/bin/env python3
"""follow.py CLOSELINT SAMPLES [CAPTURE...]: whether --follow gives the bytes that tshark's follow,tcp,raw gives.

Both sides of the first streams of each capture; with CAPTUREs, of those only. Of three samples one is compared as it
is, the others with each seventh frame missing, so that there are gaps. Skipped where there is no tshark, or another
version than 4.0.
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
STREAMS_MAX = 4


def run(command):
    return subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def followed_by_tshark(path, streams):
    """{stream: {"address:port": bytes}}"""
    taps = [word for stream in streams for word in ("-z", f"follow,tcp,raw,{stream}")]
    found, stream, nodes = {}, None, []
    for line in run(["tshark", "-n", "-q", "-r", path, *taps]).decode().splitlines():
        if line.startswith("Filter: "):
            stream, nodes = int(line.rpartition(" ")[2]), []
        elif line.startswith("Node "):
            nodes.append(line.partition(": ")[2])
            if len(nodes) == 2:
                found[stream] = {node: b"" for node in nodes}
        elif line and not line.startswith(("=", "Follow: ")):
            found[stream][nodes[line.startswith("\t")]] += bytes.fromhex(line.strip())
    return found


def node(endpoint):
    address = f"[{endpoint['addr']}]" if ":" in endpoint["addr"] else endpoint["addr"]
    return f"{address}:{endpoint['port']}"


def compare(closelint, path, name):
    text = run([closelint, "--no-config", "--numbering", "4.0", "-q", "--fail-on", "never", "-o", "jsonl", path]).decode()
    connections = [line for line in map(json.loads, text.splitlines()) if line["type"] == "connection"][:STREAMS_MAX]
    failures = 0
    theirs = followed_by_tshark(path, [one["stream"] for one in connections]) if connections else {}
    for one in connections:
        for side in ("client", "server"):
            ours = run([closelint, "--no-config", "--numbering", "4.0", "--follow", f"{one['stream']}:{side}", path])
            their = theirs.get(one["stream"], {}).get(node(one[side]), b"")
            if ours != their:
                failures += 1
                print(f"{name}: stream {one['stream']}, {side}: {len(their)} bytes in tshark, {len(ours)} in closelint")
    return failures, 2 * len(connections)


def thin_out(source, target):
    """Without each seventh frame."""
    data = Path(source).read_bytes()
    order = "<" if data[0] in (0x4d, 0xd4) else ">"
    out, at, number = [data[:24]], 24, 0
    while at + 16 <= len(data):
        size = 16 + struct.unpack_from(order + "I", data, at + 8)[0]
        number += 1
        if number % 7:
            out.append(data[at:at + size])
        at += size
    Path(target).write_bytes(b"".join(out))


def main():
    closelint, samples, *captures = sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]
    tshark = shutil.which("tshark")
    version = run([tshark, "--version"]).decode().split("\n")[0] if tshark else "no tshark"
    if " 4.0." not in version:
        print(f"skipped: {version}")
        return SKIPPED
    failures = checked = 0
    with tempfile.TemporaryDirectory() as folder:
        pairs = [(path, path) for path in captures]
        if not captures:
            for number, path in enumerate(sorted(samples.glob("*/client.pcap"))):
                thin = os.path.join(folder, path.parent.name + ".pcap")
                thin_out(path, thin)
                pairs.append((thin, path.parent.name + " thinned out") if number % 3 else (str(path), path.parent.name))
        for path, name in pairs:
            failed, count = compare(closelint, path, name)
            failures += failed
            checked += count
    print(f"{checked} sides, {failures} failed")
    return failures > 0 or not checked


sys.exit(main())
