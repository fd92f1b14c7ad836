#!/usr/bin/env python3
"""golden.py CLOSELINT SOURCE [--bless]: what closelint prints for some captures, compared letter by letter.

Each folder beside this file is a case: `arguments` are those of the command, run in SOURCE; `status` is the exit
status and `output` all of standard output. --bless writes the two anew; read the difference before it is committed.
"""
import difflib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LINES_SHOWN = 60


def run(closelint, source, arguments):
    environment = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", COLUMNS="100", NO_COLOR="1")
    return subprocess.run([closelint, "--no-config", *arguments.split()], cwd=source, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def tell_difference(wanted, found):
    lines = difflib.unified_diff(wanted.splitlines(), found.splitlines(), "expected", "printed", lineterm="")
    for line in list(lines)[:LINES_SHOWN]:
        print(line)


def main():
    closelint, source = os.path.abspath(sys.argv[1]), sys.argv[2]
    cases, failed = sorted(path.parent for path in HERE.glob("*/arguments")), 0
    for case in cases:
        result = run(closelint, source, (case / "arguments").read_text())
        found = {"status": f"{result.returncode}\n", "output": result.stdout}
        for name, text in found.items():
            path = case / name
            if "--bless" in sys.argv:
                path.write_text(text)
            elif not path.exists() or path.read_text() != text:
                failed += 1
                print(f"{case.name}: {name} differs; golden.py --bless writes what is printed now:")
                tell_difference(path.read_text() if path.exists() else "", text)
    print(f"{len(cases)} cases, {failed} differences")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
