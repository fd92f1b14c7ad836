#!/usr/bin/env python3
"""memcheck.py CLOSELINT SAMPLES: every sample under valgrind's memcheck, in every format and in the modes that look at
one connection, and captures that are compressed, cut and no captures at all. No error and no lost memory; skipped (77)
where valgrind is missing or cannot read the program."""
import gzip
import lzma
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

UNSOUND = 99  # no exit status of closelint
closelint, samples = sys.argv[1], Path(sys.argv[2])
valgrind = ["valgrind", "--quiet", f"--error-exitcode={UNSOUND}", "--leak-check=full",
            "--errors-for-leak-kinds=definite,indirect"]


def check(*arguments):
    """Whether memcheck has nothing to say; prints it otherwise."""
    done = subprocess.run([*valgrind, closelint, *map(str, arguments)], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    if 0 <= done.returncode < UNSOUND:
        return True
    print(" ".join(map(str, arguments))[:200], done.stderr.decode(errors="replace"), sep="\n")
    return False


def odd_files(folder, capture):
    """Files that end early or are no captures."""
    data = capture.read_bytes()
    made = {"whole.gz": gzip.compress(data), "cut.gz": gzip.compress(data)[:-100], "whole.xz": lzma.compress(data),
            "cut.pcap": data[:-10], "damaged.pcap": data[:200] + b"\xff" * 20 + data[220:], "text": b"no capture\n",
            "empty": b""}
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in made]


if not shutil.which("valgrind"):
    print("valgrind is not installed")
    sys.exit(77)
if subprocess.run([*valgrind, closelint, "--version"], capture_output=True).returncode:
    print("valgrind cannot run this program: it knows neither sanitizers nor every compiler's debug information")
    sys.exit(77)

clients, servers = sorted(samples.glob("*/client.pcap")), sorted(samples.glob("*/server.pcap"))
one = clients[0]
with tempfile.TemporaryDirectory() as name:
    good = [check("-v", "-o", "text", "-o", f"json={name}/json", "-o", f"jsonl={name}/jsonl", *clients),
            check("-q", "--join", *servers),
            check("-f", "tcp port 80 or tcp[13] & 4 != 0", "--where", "rst.seen and client.port > 1", *clients[:20]),
            check("--stream=0", "-V", "-o", "text", "-o", f"json={name}/one", one), check("--why=0", one),
            check("--follow=0:client", one), check("--list-rules"), check("--list-facts"),
            check("--where", "rst.seen and (", one), check("-v", *odd_files(Path(name), one))]
sys.exit(not all(good))
