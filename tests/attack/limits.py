#!/usr/bin/env python3
"""limits.py CLOSELINT SAMPLES FAILING: too little memory, no threads, calls that fail: it is said, with one of the
documented exit statuses, and whatever is reported is right.

FAILING is the library of failing.c, to be preloaded."""
import errno
import json
import os
import resource
import sys
import tempfile

from attack import BAD, STATUSES, expect, finish, name_of, packet, run, write_pcap

FAILING = os.path.abspath(sys.argv[3])


def half_open(path, count):
    """Handshakes that nobody goes on with."""
    def packets():
        for i in range(count):
            client = (3 + i // 60000, 1024 + i % 60000)
            yield packet(client, (2, 80), 0x02, i * 7)
            yield packet((2, 80), client, 0x12, i * 11, i * 7 + 1)
    write_pcap(path, packets())


def told(done):
    return [{key: value for key, value in one.items() if key != 'capture'}
            for one in map(json.loads, done.stdout.splitlines()) if one['type'] == 'connection']


def too_little_memory(path):
    """Whatever there is; nothing half done is left."""
    seen = set()
    for kilobytes in range(7000, 11000, 80): # by less than what is asked for at a time
        done = run('--no-config', BAD, limits=[(resource.RLIMIT_AS, kilobytes << 10)])
        expect(done.returncode in (1, 3, 127), f'{kilobytes} KiB: {name_of(done.returncode)}: {done.stderr[:200]}')
    with tempfile.TemporaryDirectory() as folder:
        for megabytes in (8, 10, 12, 15, 18, 22, 26, 30, 35, 40, 50, 60, 80):
            done = run('--no-config', '-o', 'json=' + folder + '/x.json', path,
                       limits=[(resource.RLIMIT_AS, megabytes << 20)])
            if done.returncode == 127:
                continue # not enough for the loader
            seen.add(done.returncode)
            what = f'{megabytes} MiB: {name_of(done.returncode)}: {done.stderr[:200]}'
            expect(done.returncode in STATUSES, what)
            expect(done.returncode in (0, 1) or done.stderr.startswith(b'closelint: '), what)
            expect(os.listdir(folder) in ([], ['x.json']), f'{megabytes} MiB: left behind: {os.listdir(folder)}')
    expect(3 in seen and 0 in seen, f'never too little, or never enough: {seen}')


def no_thread(path):
    """One does all, with the same result."""
    usual = run('--no-config', '-o', 'jsonl', path)
    done = run('--no-config', '-o', 'jsonl', path,
               settings=[('LD_PRELOAD', FAILING), ('FAIL', f'pthread_create:1:{errno.EAGAIN}')])
    expect(done.returncode == usual.returncode and told(done) == told(usual) and told(done),
           f'without a thread: {name_of(done.returncode)} {done.stderr[:200]}')


def failing_calls(arguments, name, number, most=60):
    """From each call on, until it is never reached."""
    usual = run('--no-config', *arguments)
    for call in range(1, most):
        done = run('--no-config', *arguments, settings=[('LD_PRELOAD', FAILING), ('FAIL', f'{name}:{call}:{number}')])
        if done.returncode == usual.returncode and done.stdout == usual.stdout:
            return
        what = f'{arguments} with {name}() failing from call {call} on: {name_of(done.returncode)}: {done.stderr[:200]}'
        if done.returncode == 127 or b'shared librar' in done.stderr:
            continue # of the loader
        expect(done.returncode in (2, 3) and done.stderr.startswith(b'closelint: '), what)


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = folder + '/half-open.pcap'
        half_open(path, 20000)
        too_little_memory(path)
        no_thread(path)
        for arguments in ([BAD], ['-o', 'json=' + folder + '/r.json', BAD], ['--follow', '0:client', BAD],
                          ['--join', BAD, path], ['--list-rules'], ['--why', '0', BAD]):
            for name, number in (('write', errno.ENOSPC), ('read', errno.EIO), ('open', errno.EMFILE),
                                 ('rename', errno.EPERM), ('close', errno.EIO)):
                failing_calls(arguments, name, number)
        failing_calls([path], 'mmap', errno.ENOMEM, most=400)
    finish()


main()
