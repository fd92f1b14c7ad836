#!/usr/bin/env python3
"""folders.py CLOSELINT SAMPLES: folders, links, names that are no captures, and what is said of many captures."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

closelint, samples = os.path.abspath(sys.argv[1]), Path(sys.argv[2]).absolute()
failures = 0


def expect(truth, *words):
    global failures
    if not truth:
        print(*words)
        failures += 1


def run(folder, *arguments):
    done = subprocess.run([closelint, '--no-config', *arguments], cwd=folder, capture_output=True, text=True,
                          env={**os.environ, 'LC_ALL': 'C.UTF-8'}, check=False)
    return done.returncode, done.stdout, done.stderr


def headings(text):
    return re.findall(r'^== (\S+) ==', text, re.M)


def lay(folder):
    for name, sample in [('b/good.pcap', 'four-way'), ('b/c/bad.pcap', 'write-to-closed'), ('a.pcap', 'four-way'),
                         ('ring.pcap00001', 'three-segment'), ('b/notes.txt', 'four-way')]:
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(samples / sample / 'client.pcap', path)
    Path(folder, 'empty').mkdir()
    os.symlink('..', Path(folder, 'b', 'loop'))


def main():
    with tempfile.TemporaryDirectory() as folder:
        lay(folder)
        status, text, errors = run(folder, '.')
        expect(status == 1, 'status of a folder with a bad trace:', status)
        expect('loop: left out: a symbolic link to a folder' in errors, 'a link is not told:', errors)
        expect(headings(text) == ['./b/c/bad.pcap'], 'clean captures are not silent:', headings(text))
        expect('\n4 captures, 3 without anything to tell\n4 connections in ' in text, 'no total:', text)
        status, text, errors = run(folder, '-v', '.')
        expect(headings(text) == ['./a.pcap', './b/c/bad.pcap', './b/good.pcap', './ring.pcap00001'], 'order:',
               headings(text))
        status, text, errors = run(folder, 'b/good.pcap', 'a.pcap')
        expect(status == 0 and not headings(text) and text.startswith('2 captures, 2 without'), 'two clean captures:',
               status, text)
        status, text, errors = run(folder, 'empty')
        expect(status == 3 and 'empty' in errors, 'a folder without captures:', status, errors)
    sys.exit(failures != 0)


main()
