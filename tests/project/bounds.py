#!/usr/bin/env python3
"""bounds.py SOURCE: every bound of base/bounds.h has its row in docs/bounds.md, and every row a test in which the word
that it names stands, or the reason why there is none."""
import re
import sys
from pathlib import Path

source = Path(sys.argv[1])
header = (source / 'analyzer/base/bounds.h').read_text(encoding='utf-8')
defined = re.findall(r'^#define ([A-Z][A-Z0-9_]+)\s', header, re.M)
rows = re.findall(r'^\| ([A-Z][A-Z0-9_]+) \| (.+?) \| (.+?) \|$',
                  (source / 'docs/bounds.md').read_text(encoding='utf-8'), re.M)
mistakes = [f'{name} has no row in docs/bounds.md' for name in defined if name not in [row[0] for row in rows]]
mistakes += [f'docs/bounds.md: there is no bound {row[0]}' for row in rows if row[0] not in defined]
without = 0
for name, says, test in rows:
    if re.fullmatch(r'none: .{5,}', test):
        without += 1
        continue
    named = re.fullmatch(r'([\w./-]+): `([^`]+)`', test)
    path = named and source / 'tests' / named.group(1)
    if not named or not path.is_file() or named.group(2) not in path.read_text(encoding='utf-8'):
        mistakes.append(f'docs/bounds.md: {name}: there is no test {test}')
print('\n'.join(mistakes), f'{len(rows)} bounds, {without} without a test, {len(mistakes)} mistakes', sep='\n')
sys.exit(1 if mistakes or not rows else 0)
