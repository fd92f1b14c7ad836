#!/usr/bin/env python3
"""options.py CLOSELINT MANUAL: every option of --help stands in the manual page, and the other way round."""
import re
import subprocess
import sys

closelint, manual = sys.argv[1:]
text = subprocess.run([closelint, '--help'], check=True, capture_output=True, text=True).stdout
helped = set(re.findall(r'^ +(?:-\w, )?--([\w-]+)', text, re.M)) | set(re.findall(r'^ +-(\w), --', text, re.M))
described = set()
for line in open(manual, encoding='utf-8'):
    if re.match(r'\*-', line):
        described.update(re.findall(r'\*--([\w-]+)\*', line))
        described.update(re.findall(r'\*-(\w)\*', line))
helped.discard('?')
for name in sorted(helped - described):
    print(f'--help has {name}, the manual page has not')
for name in sorted(described - helped):
    print(f'the manual page has {name}, --help has not')
sys.exit(helped != described or not helped)
