#!/usr/bin/env python3
"""both-ends.py CLOSELINT FOLDER...: whether a connection gets the same ending from the captures of both its ends.

Below each FOLDER, every folder with a client.pcap and a server.pcap (or linux.pcap and other.pcap), and every pair of
NAME.c.pcap and NAME.s.pcap. Connections are matched by their ends, in order. What one end's capture cannot show stands
as another expectation of the server's capture in witness.json; nothing else may differ.
"""
import collections
import json
import subprocess
import sys
from pathlib import Path

# Samples in which both captures are right about different things.
KNOWN = {
    "cut-at-forged-rst": "the forged RST was sent to the server alone",
    "nat-forgot-push": "one end of the connection that both see is the NAT, which answers for the client at the server alone",
}
PAIRS = (("client.pcap", "server.pcap"), ("linux.pcap", "other.pcap"))


def pairs(folder):
    for first, second in PAIRS:
        for path in sorted(folder.rglob(first)):
            if (path.parent / second).exists():
                yield path, path.parent / second
    for path in sorted(folder.rglob("*.c.pcap")):
        other = path.with_name(path.name[:-len("c.pcap")] + "s.pcap")
        if other.exists():
            yield path, other


def endings(closelint, path):
    """{(client, server): [(stream, ending)]}"""
    text = subprocess.run([closelint, "--no-config", "--fail-on", "never", "-q", "-o", "jsonl", path], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8").stdout
    found = collections.defaultdict(list)
    for one in map(json.loads, text.splitlines()):
        if one["type"] == "connection":
            ends = frozenset((one[side]["addr"], one[side]["port"]) for side in ("client", "server"))
            found[ends].append((one["stream"], one["ending"]))
    return found


def allowed(folder):
    """{stream in client.pcap} for which the two captures are expected to differ."""
    path = folder / "witness.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["connections"] if path.exists() else []
    return {row["stream"] for row in rows if row["expect"] != row["server_expect"]}


def main():
    closelint, folders = sys.argv[1], [Path(name) for name in sys.argv[2:]]
    compared = differing = 0
    for folder in folders:
        for one, other in pairs(folder):
            ours, theirs, known = endings(closelint, one), endings(closelint, other), allowed(one.parent)
            for ends in ours.keys() & theirs.keys():
                if len(ours[ends]) != len(theirs[ends]):
                    continue  # a lost SYN: numbered otherwise at either end
                for (stream, mine), (_, its) in zip(ours[ends], theirs[ends]):
                    compared += 1
                    if mine != its and stream not in known and one.parent.name not in KNOWN:
                        differing += 1
                        print(f"{one.relative_to(folder)} stream {stream}: {mine}, at the other end {its}")
    print(f"{compared} connections seen from both ends, {differing} differ")
    return differing > 0 or not compared


if __name__ == "__main__":
    sys.exit(main())
