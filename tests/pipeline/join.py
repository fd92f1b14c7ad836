#!/usr/bin/env python3
"""join.py CLOSELINT SAMPLES [--all]: --join against one run over the merged file.

Every sample is split into two or three files in one or two of several ways, with --all in all of them. The files are merged here, by the rule that capture/source.h
states, and the report of --join has to be that of the merged file, but for what says that it was joined; each frame that
it names has to be the one at the place that it gives. Where mergecap is installed, its merged file must hold the same
packets in the same order, and give the same report."""
import glob
import gzip
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

JOINED_ONLY = {'capture', 'files', 'frames', 'format'}


def read_pcap(data):
    order = '<' if data[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1') else '>'
    unit = 1 if struct.unpack(order + 'I', data[:4])[0] == 0xa1b23c4d else 1000
    link, at, packets = struct.unpack(order + 'I', data[20:24])[0], 24, []
    while at + 16 <= len(data):
        seconds, parts, captured, original = struct.unpack(order + '4I', data[at:at + 16])
        packets.append((seconds * 10 ** 9 + parts * unit, original, data[at + 16:at + 16 + captured]))
        at += 16 + captured
    return link, packets


def tsresol(options):
    while len(options) >= 4:
        code, length = struct.unpack('<HH', options[:4])
        if code == 9:
            return 10 ** -(options[4] - 9) if options[4] <= 9 else None
        options = options[4 + (length + 3 & ~3):]
    return 1000


def read_pcapng(data):
    """Little-endian, one link type, enhanced packets: what the samples are; None for anything else."""
    at, links, units, packets = 0, [], [], []
    while at + 12 <= len(data):
        kind, length = struct.unpack('<II', data[at:at + 8])
        body = data[at + 8:at + length - 4]
        if kind == 0x0a0d0d0a and body[:4] != b'\x4d\x3c\x2b\x1a':
            return None
        if kind == 1:
            links.append(struct.unpack('<H', body[:2])[0])
            units.append(tsresol(body[8:]))
        elif kind == 6:
            interface, high, low, captured, original = struct.unpack('<5I', body[:20])
            packets.append(((high << 32 | low) * int(units[interface]), original, body[20:20 + captured]))
        elif kind in (2, 3):
            return None
        at += length
    return (links[0], packets) if len(set(links)) == 1 and all(units) else None


def read(path):
    data = open(path, 'rb').read()
    return read_pcapng(data) if data[:4] == b'\n\r\r\n' else read_pcap(data)


def write(path, link, packets):
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xa1b23c4d, 2, 4, 0, 0, 262144, link))
        for time, original, data in packets:
            file.write(struct.pack('<4I', *divmod(time, 10 ** 9), len(data), original) + data)


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack('<II', kind, len(body) + 12) + body + struct.pack('<I', len(body) + 12)


def write_pcapng(path, link, packets):
    """With a custom block behind every other packet: Wireshark counts it as a frame. The second packet has no time."""
    with open(path, 'wb') as file:
        file.write(block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1)))
        file.write(block(1, struct.pack('<HHIHHB7x', link, 0, 0, 9, 1, 9)))
        for number, (time, original, data) in enumerate(packets):
            times = struct.pack('<5I', 0, time >> 32, time & 0xffffffff, len(data), original)
            file.write(block(3, struct.pack('<I', original) + data) if number == 1 else block(6, times + data))
            if number % 2:
                file.write(block(0xbad, struct.pack('<I', 32473) + b'data'))


def merge(parts):
    """[(file, index in it)], in the order of mergecap."""
    at, order = [0] * len(parts), []
    while any(at[i] < len(part) for i, part in enumerate(parts)):
        heads = [(part[at[i]][0], -i) for i, part in enumerate(parts) if at[i] < len(part)]
        first = -min(heads)[1]
        order.append((first, at[first]))
        at[first] += 1
    return order


def splits(packets):
    """By time as a ring is rotated, packets in turn, by who sent them, and by times rounded so that many are equal."""
    third = len(packets) // 3 + 1
    yield 'ring', [packets[:third], packets[third:2 * third], packets[2 * third:]]
    yield 'turns', [packets[0::2], packets[1::2]]
    yield 'thirds', [packets[2::3], packets[0::3], packets[1::3]]
    senders = sorted({packet[2][6:12] for packet in packets})
    yield 'senders', [[packet for packet in packets if packet[2][6:12] == sender] for sender in senders[:1]] + \
        [[packet for packet in packets if packet[2][6:12] != senders[0]]]
    rounded = [(time - time % 10 ** 7, original, data) for time, original, data in packets]
    yield 'equal times', [rounded[0::2], rounded[1::2], rounded[:1]]


def report(closelint, arguments, **more):
    run = subprocess.run([closelint, '--no-config', '-o', 'jsonl', *arguments], capture_output=True, **more)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return run.returncode, lines, run.stderr.decode()


def without(lines):
    return [{key: value for key, value in line.items() if key not in JOINED_ONLY} for line in lines]


def wrong_places(lines, paths, order):
    """Whether each frame is where the report says."""
    for line in lines[:-1]:
        named = set(line['evidence']) | {line['first_frame'], line['last_frame']}
        places = {one['frame']: (one['file'], one['file_frame']) for one in line['frames']}
        if not named <= set(places):
            return f'frames {sorted(named - set(places))} have no place'
        for frame, (path, number) in places.items():
            file, index = order[frame - 1]
            if (paths[file], index + 1) != (path, number):
                return f'frame {frame} is said to be {path}:{number}, and is {paths[file]}:{index + 1}'
    return ''


class Test:
    def __init__(self, closelint, folder):
        self.closelint, self.folder = closelint, folder
        self.mergecap = shutil.which('mergecap')
        self.compared = self.merged = self.failures = 0

    def fail(self, text):
        self.failures += 1
        print(text)

    def path(self, name):
        return os.path.join(self.folder, name)

    def expect(self, condition, text):
        if not condition:
            self.fail(text)

    def compare(self, name, link, parts):
        paths = [self.path(f'{i}.pcap') for i in range(len(parts))]
        for path, part in zip(paths, parts):
            write(path, link, part)
        order = merge(parts)
        write(self.path('all.pcap'), link, [parts[file][index] for file, index in order])
        joined = report(self.closelint, ['--join', *paths])
        one = report(self.closelint, [self.path('all.pcap')])
        self.compared += 1
        if (joined[0], without(joined[1])) != (one[0], without(one[1])):
            self.fail(f'{name}: --join differs from the merged file: {joined[2]}')
        wrong = wrong_places(joined[1], paths, order)
        if wrong:
            self.fail(f'{name}: {wrong}')
        if self.mergecap:
            self.compare_mergecap(name, paths, joined)

    def compare_mergecap(self, name, paths, joined):
        target = self.path('mergecap.pcap')
        subprocess.run([self.mergecap, '-F', 'nsecpcap', '-w', target, *paths], check=True, capture_output=True)
        self.merged += 1
        if read(target) != read(self.path('all.pcap')):
            self.fail(f'{name}: mergecap has another order')
        theirs = report(self.closelint, [target])
        if (joined[0], without(joined[1])) != (theirs[0], without(theirs[1])):
            self.fail(f'{name}: --join differs from what mergecap makes')

    def odd_inputs(self, sample):
        """Files that are pipes, compressed, missing, cut or damaged among those that are joined."""
        link, packets = read(sample)
        a, b, good = self.path('a.pcap'), self.path('b.pcap'), self.path('good.pcap')
        write(a, link, packets[0::2])
        write(b, link, packets[1::2])
        write(good, link, packets)
        whole = without(report(self.closelint, [good])[1])
        with gzip.open(self.path('b.pcap.gz'), 'wb') as file:
            file.write(open(b, 'rb').read())
        for paths, more in (([a, self.path('b.pcap.gz')], {}), (['-', b], {'stdin': open(a, 'rb')}),
                            (['-', self.path('b.pcap.gz')], {'input': open(a, 'rb').read()}), (['-r', a, b], {})):
            _, lines, said = report(self.closelint, ['--join', *paths], **more)
            self.expect(without(lines) == whole, f'--join {paths}: {said}')
        missing = self.path('missing.pcap')
        status, lines, said = report(self.closelint, ['--join', a, missing, b])
        self.expect(status == 3 and missing in said and lines[-1]['frames'] == len(packets), f'a missing file: {said}')
        self.expect([one['frames'] for one in lines[-1]['files']] ==
                    [len(packets[0::2]), 0, len(packets[1::2])], 'a missing file: files')
        self.expect(report(self.closelint, ['--join', missing, missing])[0] == 3, 'only missing files')
        with open(self.path('cut.pcap'), 'wb') as file:
            file.write(open(a, 'rb').read()[:-5])
        status, lines, said = report(self.closelint, ['--join', '--fail-on=never', self.path('cut.pcap'), b])
        notes = [one for one in lines[-1]['diagnostics'] if one['message'].startswith(self.path('cut.pcap') + ': ')]
        self.expect(status == 0 and len(notes) == 1 and notes[0]['severity'] == 'note' and notes[0]['offset'] > 0 and
                    lines[-1]['frames'] == len(packets) - 1, f'a cut file: {status} {lines[-1]}')
        with open(self.path('bad.pcap'), 'wb') as file:
            file.write(open(a, 'rb').read() + b'\xff' * 40)
        status, lines, said = report(self.closelint, ['--join', self.path('bad.pcap'), b])
        self.expect(status == 3 and self.path('bad.pcap') in said and lines[-1]['frames'] == len(packets),
                    f'a damaged file: {status} {said}')

    def other_blocks(self, sample):
        """Numbers where there are blocks that are no packets."""
        link, packets = read(sample)
        paths = [self.path('a.pcapng'), self.path('b.pcapng')]
        for path, part in zip(paths, (packets[0::2], packets[1::2])):
            write_pcapng(path, link, part)
        _, joined, said = report(self.closelint, ['--join', *paths])
        self.expect(joined[-1]['frames'] == len(packets), f'blocks that are no packets: {said}')
        self.expect([one['frames'] for one in joined[-1]['files']] == [7, 6] or len(packets) != 9, 'other blocks: files')
        if self.mergecap:
            subprocess.run([self.mergecap, '-w', self.path('m.pcapng'), *paths], check=True, capture_output=True)
            _, theirs, _ = report(self.closelint, [self.path('m.pcapng')])
            for one, other in zip(joined[:-1], theirs[:-1]):
                for key in 'first_frame', 'last_frame', 'evidence', 'ending':
                    self.expect(one[key] == other[key], f'other blocks: {key} {one[key]}, after mergecap {other[key]}')

    def many_files(self, samples):
        """More frames, runs and files than one mark of the map covers."""
        packets = []
        for number, sample in enumerate(samples):
            link, some = read(sample) or (0, [])
            if link == 1:
                packets += [(time + number * 10 ** 6, original, data) for time, original, data in some]
        packets.sort(key=lambda packet: packet[0])
        self.compare('many files', 1, [packets[i::7] for i in range(7)])


def main():
    closelint, samples = os.path.abspath(sys.argv[1]), sorted(glob.glob(sys.argv[2] + '/*/*.pcap*'))
    with tempfile.TemporaryDirectory() as folder:
        test = Test(closelint, folder)
        for number, sample in enumerate(samples):
            found = read(sample)
            ways = list(splits(found[1])) if found and found[1] else []
            for name, parts in ways if '--all' in sys.argv else ways[number % 3::3]:
                test.compare(f'{sample} ({name})', found[0], parts)
        test.odd_inputs(sys.argv[2] + '/write-to-closed/client.pcap')
        test.other_blocks(sys.argv[2] + '/write-to-closed/client.pcap')
        test.many_files(samples)
        print(f'{test.compared} joined captures, {test.merged} of them compared with mergecap, {test.failures} failed')
        sys.exit(1 if test.failures or not test.compared else 0)


main()
