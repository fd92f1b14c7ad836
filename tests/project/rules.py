#!/usr/bin/env python3
"""rules.py CLOSELINT SOURCE: whether every built-in rule names samples on which it fires and samples on which it stays
silent, whether they exist, and whether `closelint --test-rules` finds them so."""
import re
import subprocess
import sys
from pathlib import Path

closelint, source = sys.argv[1], Path(sys.argv[2])
status = 0
for file in sorted((source / "rules").rglob("*.yaml")):
    text = file.read_text(encoding="utf-8")
    if not re.search(r"^(ending|cause|finding): ", text, re.M):
        continue
    samples = re.search(r"^samples:(.*(?:\n[ #}].*)*)", text, re.M)
    for kind in ("fires", "silent"):
        names = re.search(rf"\b{kind}:\s*\[([^\]]*)\]", samples.group(1)) if samples else None
        listed = re.search(rf"\b{kind}:\s*\n\s+- ", samples.group(1)) if samples else None
        if not listed and not (names and names.group(1).strip()):
            print(f"{file}: names no sample on which it {'fires' if kind == 'fires' else 'stays silent'}")
            status = 1
run = subprocess.run([closelint, "--no-config", "--test-rules", "--samples", source / "samples"])
sys.exit(status or run.returncode)
