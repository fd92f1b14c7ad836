#!/usr/bin/env python3
"""outcomes.py CLOSELINT SAMPLES: connections that are judged before all of the capture is known come out as those
that are judged afterwards. The text report takes the first way, unless a report beside it wants to see them all."""
import pathlib
import subprocess
import sys
import tempfile

RULE = """
finding: numbered
severity: warning
when: "conn.stream >= 100"
title: "stream {conn.stream}"
happened: "It has a number."
references: ["RFC 9293"]
samples: {fires: [a], silent: [b]}
"""


def text(*arguments):
    done = subprocess.run([sys.argv[1], "--no-config", *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout


def differs(*arguments):
    return text(*arguments) != text("-o", "text", "-o", "jsonl=/dev/null", *arguments)


captures = sorted(str(path) for path in pathlib.Path(sys.argv[2]).rglob("*.pcap*"))
with tempfile.NamedTemporaryFile("w", suffix=".yaml") as rules:
    rules.write(RULE)
    rules.flush()
    cases = [["--join", *captures], ["--join", "-q", "--fail-on", "note", *captures],
             ["--join", "--rules", rules.name, *captures], captures]
    failed = [case[:4] for case in cases if differs(*case)]
print(len(captures), "captures;", "differs:" if failed else "no difference", *failed)
sys.exit(bool(failed) or not captures)
