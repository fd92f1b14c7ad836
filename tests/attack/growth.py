#!/usr/bin/env python3
"""growth.py CLOSELINT SAMPLES: four times as much of one thing costs four times as much, not sixteen; and what a file
claims costs nothing. Time is that of the processor, so that a busy machine does not matter much."""
import os
import resource
import struct
import sys
import tempfile

from attack import GOOD, expect, finish, name_of, packet, record, run, write_pcap, PCAP_HEADER

CLIENT, SERVER = (1, 40000), (2, 80)


def cost(arguments, status=None, **others):
    """Seconds of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # what the tests otherwise run with fills every block of memory twice
    done = run('--no-config', *arguments, settings=[('MALLOC_PERTURB_', '0')], **others)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    expect(status is None or done.returncode == status, f'{arguments}: {name_of(done.returncode)} {done.stderr[:200]}')
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done


def grows(what, make, arguments, small, status=0):
    """`make(n)` writes the input; `arguments` are what reads it."""
    make(small)
    few = min(cost(arguments, status)[0] for _ in range(2))
    make(4 * small)
    many, done = cost(arguments, status)
    print(f'{what}: {few:.2f} s of {small}, {many:.2f} s of {4 * small}')
    expect(many < 8 * few + 0.3, f'{what}: {few:.2f} s, and {many:.2f} s of four times as many')
    return done


def handshake():
    return [packet(CLIENT, SERVER, 0x02, 1000), packet(SERVER, CLIENT, 0x12, 5000, 1001),
            packet(CLIENT, SERVER, 0x10, 1001, 5001)]


def early_segments(path):
    def backwards(count):
        write_pcap(path, handshake() + [packet(CLIENT, SERVER, 0x10, 1001 + i, 5001, b'x')
                                        for i in reversed(range(count))])

    def behind_a_hole(count):
        packets = handshake()
        for i in range(count):
            packets += [packet(CLIENT, SERVER, 0x10, 1002 + i, 5001, b'x'), packet(SERVER, CLIENT, 0x10, 5001, 1001)]
        write_pcap(path, packets)
    done = grows('segments in reverse order', backwards, ['--follow', '0:client', path], 20000)
    expect(done.stdout == b'x' * 80000, f'in reverse order: {len(done.stdout)} bytes')
    grows('segments behind a hole', behind_a_hole, ['--follow', '0:client', path], 20000)


def colliding(count):
    """Texts of one length that have the same hash in g_str_hash(): "Ez" and "FY" have."""
    return [''.join('Ez' if i >> bit & 1 else 'FY' for bit in range(17)) for i in range(count)]


def rule_files(path):
    def write(text):
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)

    def keys(count):
        write('finding: x\n' + ''.join(f'{key}: a\n' for key in colliding(count)))

    def one_line(count):
        write('select: [' + ', '.join(f'no-{i}' for i in range(count)) + ']\n')

    def parameters(count):
        write('parameters:\n' + ''.join(f'  p{i}: {{value: 1s, source: a, doc: b}}\n' for i in range(count)) +
              ''.join(f'  q{i}: 1s\n' for i in range(count)))
    for what, make in (('keys that collide', keys), ('scalars in one line', one_line),
                       ('parameters that do not exist', parameters)):
        grows(what, make, ['--rules', path, GOOD], 5000, 2)


def interface_names(path):
    """64 KiB each, 128 MiB in all."""
    def block(kind, body):
        return struct.pack('<II', kind, 12 + len(body)) + body + struct.pack('<I', 12 + len(body))
    name = struct.pack('<HH', 2, 65532) + b'n' * 65532
    interface = block(1, struct.pack('<HHI', 1, 0, 0) + name)
    with open(path, 'wb') as file:
        file.write(block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1)))
        for _ in range(2000):
            file.write(interface)
    _, done = cost([path], 0, limits=[(resource.RLIMIT_AS, 64 << 20)])
    expect(b'and 1992 more' in done.stdout, f'interfaces: {done.stdout[:300]}')


def ring(folder, count, frames, interleaved):
    paths = []
    for index in range(count):
        path = f'{folder}/{index}.pcap'
        with open(path, 'wb') as file:
            file.write(PCAP_HEADER)
            for i in range(frames):
                at = i * count + index if interleaved else index * frames + i
                client = (3, 1024 + at // 4 % 60000)
                file.write(record(at * 10, packet(client, SERVER, 0x02, 1)))
        paths.append(path)
    return paths


def joined_files(folder):
    paths = ring(folder, 1300, 3, False)
    for limit in (None, 80):
        limits = [(resource.RLIMIT_NOFILE, limit)] if limit else []
        _, done = cost(['--fail-on', 'never', '--join', *paths], 0, limits=limits)
        expect(b' in 3900 frames' in done.stdout, f'a ring of 1300: {done.stdout[-300:]} {done.stderr[:200]}')
    paths = ring(folder, 90, 3, True)
    _, done = cost(['--fail-on', 'never', '--join', *paths], 3, limits=[(resource.RLIMIT_NOFILE, 80)])
    expect(b'Too many open files' in done.stderr, f'90 files at a time: {done.stderr[:300]}')
    few, _ = cost(['-o', 'jsonl', '--fail-on', 'never', '--join', *ring(folder, 10, 6000, True)])
    many, _ = cost(['-o', 'jsonl', '--fail-on', 'never', '--join', *ring(folder, 600, 100, True)])
    print(f'60000 frames from 10 files {few:.2f} s, from 600 {many:.2f} s')
    expect(many < 3 * few + 0.5, f'60000 frames from 10 files {few:.2f} s, from 600 {many:.2f} s')


def main():
    for check, name in ((early_segments, 'early.pcap'), (rule_files, 'rules.yaml'), (interface_names, 'names.pcapng')):
        with tempfile.TemporaryDirectory() as folder:
            check(os.path.join(folder, name))
    with tempfile.TemporaryDirectory() as folder:
        joined_files(folder)
    finish()


if __name__ == '__main__':
    sys.exit(main())
