#!/usr/bin/env python3
"""Instructions a packet, held against what was committed: a check of speed that no load disturbs.

    instructions.py --closelint PATH --tools FOLDER --expected FILE --optimization LEVEL [--update]

Counts with valgrind's callgrind on small generated captures: the start-up alone, then the rest by packet.
The counts depend on the optimization of the build, so each level has its own lines in the file; one that is
not there is only printed. --update writes the counts into the file. Exit status: 0 good, 1 more than TOLERANCE
above what is expected, 77 (skipped) where valgrind or the line is missing.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

import runs

TOLERANCE = 0.10
PACKETS = 50_000
KINDS = {
    "short": ["--kind", "short", "--packets", str(PACKETS), "--concurrent", "2000"],
    "long": ["--kind", "long", "--packets", str(PACKETS), "--connections", "20"],
}
SKIPPED = 77


def count(closelint, capture):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", closelint, "--no-config",
               capture.path]
    # Meson has malloc() fill what it gives out, which takes as many instructions again.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
                          env=plain)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode not in (0, 1) or not found:
        raise RuntimeError(f"valgrind: {done.stderr}")
    return int(found.group(1))


def measure(tools):
    tiny = tools.capture("tiny", "--connections", "1")
    start = count(tools.closelint_path, tiny)
    counts = {"start-up": start}
    for kind, options in KINDS.items():
        capture = tools.capture(kind, *options)
        counts[kind] = round((count(tools.closelint_path, capture) - start) / capture.packets)
    return counts


def read_expected(path):
    """{(optimization, what): count}"""
    expected = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                level, what, number = line.split()
                expected[level, what] = int(number)
    return expected


def write_expected(path, expected):
    with open(path, encoding="utf-8") as file:
        comments = [line for line in file if line.startswith("#")]
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(comments)
        for (level, what), number in sorted(expected.items()):
            file.write(f"{level} {what} {number}\n")


def compare(counts, expected, level):
    is_good = True
    for what, number in counts.items():
        wanted = expected.get((level, what))
        change = f"{number / wanted - 1:+.1%}" if wanted else "nothing to compare with"
        print(f"{what:<9} {number:>12,}  expected {wanted or 0:>12,}  {change}")
        is_good &= not wanted or number <= wanted * (1 + TOLERANCE)
    return is_good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    for name in ("closelint", "tools", "expected", "optimization"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    if not shutil.which("valgrind"):
        print("valgrind is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="closelint-instructions-") as folder:
        counts = measure(runs.Tools(arguments.closelint, arguments.tools, folder))
    expected = read_expected(arguments.expected)
    level = arguments.optimization
    is_good = compare(counts, expected, level)
    if arguments.update:
        expected.update({(level, what): number for what, number in counts.items()})
        write_expected(arguments.expected, expected)
        print(f"written to {os.path.basename(arguments.expected)}")
        return 0
    if (level, "short") not in expected:
        return SKIPPED
    if not is_good:
        print(f"more than {TOLERANCE:.0%} above: find out why, or ninja -C BUILD bench-instructions-update")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
