#!/usr/bin/env python3
"""sample-table.py SOURCE: whether samples/README.md ends with the table of its samples, and every sample has its
captures and its witness beside its scenario."""
import subprocess
import sys
from pathlib import Path

samples = Path(sys.argv[1], "samples")
table = subprocess.run([sys.executable, "-B", samples / "record", "--list"], check=True, stdout=subprocess.PIPE,
                       encoding="utf-8").stdout
page = (samples / "README.md").read_text(encoding="utf-8")
status = 0
for line in table.splitlines():
    if line not in page.splitlines():
        print(f"samples/README.md lacks this line of samples/record --list:\n{line}")
        status = 1
for scenario in sorted(samples.glob("*/scenario")):
    for file in ("client.pcap", "server.pcap", "witness.json"):
        if not (scenario.parent / file).exists():
            print(f"{scenario.parent.name} has no {file}")
            status = 1
sys.exit(status)
