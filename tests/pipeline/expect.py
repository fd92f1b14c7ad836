#!/usr/bin/env python3
"""expect.py CLOSELINT SAMPLES: --expect and --write-expect: what is written is met, and every kind of miss is told."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

closelint, samples = os.path.abspath(sys.argv[1]), Path(sys.argv[2]).absolute()
TRACES = ['four-way', 'write-to-closed', 'accept-queue-overflow', 'old-duplicate-and-forged-rst', 'linger-zero']
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


def hold(folder, text, *captures):
    Path(folder, 'expect.yaml').write_text(text, encoding='utf-8')
    return run(folder, '--expect', 'expect.yaml', *captures)


def check_written(folder, captures):
    status, text, errors = run(folder, '--write-expect', 'all.yaml', *captures)
    expect(status == 0 and not text and not errors, 'writing:', status, text, errors)
    status, text, errors = run(folder, '--expect', 'all.yaml', *captures)
    expect(status == 0, 'what was written is not met:', text, errors)
    # one trace fewer: what is missing is told, and the rest still met
    status, text, errors = run(folder, '--expect', 'all.yaml', *captures[1:])
    expect(status == 1 and 'connections fit, expected' in text, 'a trace less:', status, text)
    # one trace more: it is named by nobody
    shutil.copy(samples / 'close-unread/client.pcap', Path(folder, 'more.pcap'))
    status, text, errors = run(folder, '--expect', 'all.yaml', *captures, 'more.pcap')
    expect(status == 1 and 'more.pcap: stream 0' in text and 'no entry names it' in text, 'a trace more:', text)


MISSES = [
    ('ending: rst-linger-zero', 'the ending is rst-after-write-to-closed, expected rst-linger-zero'),
    ('cause: none, severity: ok', 'the severity is error, expected ok'),
    ('certainty: likely', 'the certainty is certain, expected likely'),
    ('findings: []', 'the finding is data-lost, expected none such'),
    ('findings: [data-lost, tuple-reused]', 'the finding is missing, expected tuple-reused'),
    ('count: 3', '1 connections fit, expected 3'),
    ('stream: 7', 'no connection fits'),
]
MISTAKES = [
    ('expect:\n  - {endin: four-way}\n', "2:6: error: an expectation has no key 'endin'; did you mean 'ending'?"),
    ('expect:\n  - {ending: fourway}\n', "2:14: error: there is no ending 'fourway'; did you mean 'four-way'?"),
    ('expect:\n  - {severity: bad}\n', "expected one of ok, note, warning, error, found 'bad'"),
    ('expect:\n  - {where: "server.prt == 1"}\n', 'server.port'),
    ('expect:\n  - {count: many}\n', "'count' is a number"),
    ('expect: []\nrest: some\n', 'expected one of ok, any, none'),
    ('rest: ok\n', "needs the key 'expect'"),
]


def main():
    with tempfile.TemporaryDirectory() as folder:
        captures = []
        for name in TRACES:
            shutil.copy(samples / name / 'client.pcap', Path(folder, name + '.pcap'))
            captures.append(name + '.pcap')
        check_written(folder, captures)
        bad = 'write-to-closed.pcap'
        status, text, _ = hold(folder, 'expect:\n  - {server: "10.0.0.2:13", ending: reset, severity: error, count: 1}\n',
                               bad)
        expect(status == 0 and text == '1 of 1 expectations met\n', 'a node of the tree:', status, text)
        status, text, _ = hold(folder, 'expect: []\nrest: any\n', bad)
        expect(status == 0, 'rest: any:', text)
        status, text, _ = hold(folder, 'expect: []\n', bad)
        expect(status == 1 and 'no entry names it' in text, 'rest: ok:', text)
        for entry, wanted in MISSES:
            status, text, _ = hold(folder, 'expect:\n  - {%s}\nrest: any\n' % entry, bad)
            expect(status == 1 and wanted in text, entry, '→', status, text)
        for document, wanted in MISTAKES:
            status, text, errors = hold(folder, document, bad)
            expect(status == 2 and wanted in errors, document, '→', status, errors)
        status, text, errors = run(folder, '--expect', 'none.yaml', bad)
        expect(status == 2 and 'none.yaml' in errors, 'no file:', status, errors)
        hold(folder, 'expect: []\nrest: any\n', bad)
        status, text, errors = run(folder, '--expect', 'expect.yaml', '-o', 'json=r.json', bad)
        expect(status == 0 and Path(folder, 'r.json').exists(), '-o beside --expect:', errors)
    sys.exit(failures != 0)


main()
