#!/usr/bin/env python3
"""bounds.py CLOSELINT SAMPLES: one more than each bound allows, and what the report then says (docs/bounds.md)."""
import os
import shutil
import struct
import subprocess
import tempfile

from attack import GOOD, PCAP_HEADER, expect, finish, name_of, packet, record, run

SYN = packet((1, 40000), (2, 80), 0x02, 1000)


def reach(bound, arguments, status, says, **others):
    """`says` stands in what is printed, on either channel."""
    done = run('--no-config', *arguments, **others)
    told = (done.stdout + done.stderr).decode(errors='replace')
    expect(done.returncode == status and says in told,
           f'{bound}: {name_of(done.returncode)}, expected {status} and {says!r}: {told[-400:]}')


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack('<II', kind, 12 + len(body)) + body + struct.pack('<I', 12 + len(body))


SECTION = block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1))


def interface(link_type=1):
    return block(1, struct.pack('<HHI', link_type, 0, 0))


def enhanced(index, data):
    return block(6, struct.pack('<5I', index, 0, 0, len(data), len(data)) + data)


def files_that_claim(write):
    claims = struct.pack('<IIII', 1700000000, 0, 262145, 262145)
    reach('PCAP_CAPTURED_MAX', [write(PCAP_HEADER + record(0, SYN) + claims + bytes(300000))], 3, 'error: ')
    wide = PCAP_HEADER[:20] + struct.pack('<I', 220)
    claims = struct.pack('<IIII', 1700000000, 0, (128 << 20) + 1, (128 << 20) + 1)
    reach('PCAP_CAPTURED_MAX_WIDE', [write(wide + claims + bytes(1000))], 3, 'error: ')
    long = struct.pack('<II', 6, (128 << 20) + 4) + bytes(1000)
    reach('PCAPNG_BLOCK_MAX_BYTES', [write(SECTION + interface() + enhanced(0, SYN) + long)], 3,
          'expected a length of 32 to 134217728 bytes')
    reach('PCAPNG_INTERFACES_MAX', [write(SECTION + interface() * 65537)], 3, 'expected at most 65536 interfaces')


def link_types(write):
    """150 to 162 are private, and nobody reads them; of the others libpcap can make a filter."""
    private = b''.join(interface(150 + i) for i in range(9))
    frames = b''.join(enhanced(i, SYN) for i in range(9))
    path = write(SECTION + private + frames)
    reach('ODD_LINK_TYPES_MAX', [path], 3, '1 frame of other link types that are not read')
    reach('INTERFACES_SHOWN_MAX', [path], 3, ' and 1 more')
    all_types = b''.join(interface(i) for i in range(1, 41))
    frames = b''.join(enhanced(i, SYN) for i in range(40))
    reach('FILTER_LINK_TYPES_MAX', ['-f', 'tcp', '--fail-on', 'never', write(SECTION + all_types + frames)], 0,
          'compiled for at most 16 link types')


def headers_in_headers(write):
    tagged = SYN[:12] + b'\x81\x00\x00\x01' * 40 + SYN[12:]
    reach('DECODE_DEPTH_MAX', [write(PCAP_HEADER + record(0, tagged))], 0, 'more than 32 headers')


def fragment(identification, offset, more, payload):
    ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(payload), identification, offset // 8 | more << 13, 64, 6, 0,
                     bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
    return bytes(12) + b'\x08\x00' + ip + payload


def fragments(write):
    many = b''.join(record(i, fragment(i, 0, 1, SYN[34:54] + bytes(4))) for i in range(257))
    reach('FRAGMENT_PACKETS_MAX', [write(PCAP_HEADER + many)], 0, 'at most 256 are held')
    small = b''.join(record(i, fragment(7, 8 * i, 1, bytes(8))) for i in range(1, 1100))
    reach('FRAGMENTS_MAX', [write(PCAP_HEADER + small)], 0, 'a packet has at most 1024 fragments')
    beyond = record(0, fragment(7, 65528, 0, bytes(16)))
    reach('FRAGMENT_PACKET_BYTES_MAX', [write(PCAP_HEADER + beyond)], 0, 'and 65535 bytes')


def rule_files(write):
    rules = ['--rules', None, GOOD]
    for bound, text, says in (
            ('YAML_SIZE_MAX', b'#' * ((8 << 20) + 1), 'this file is too large'),
            ('YAML_DEPTH_MAX', b'a: ' + b'[' * 17 + b']' * 17, 'nested too deeply'),
            ('YAML_NODES_MAX', b'select: [' + b'a,' * 200001 + b']', 'error: '),
            ('MISTAKES_MAX', b'select: [' + b','.join(b'n%d' % i for i in range(60)) + b']', 'error: ')):
        path = write(text, '.yaml')
        rules[1] = path
        reach(bound, rules, 2, says)
    reach('PATTERN_LENGTH_MAX', ['--where', f'rst.text matches "{"a" * 1001}"', GOOD], 2, 'pattern')
    reach('EXPRESSION_DEPTH_MAX', ['--where', '(' * 65 + 'rst.seen' + ')' * 65, GOOD], 2, 'nested too deeply')


def many_verdicts(write):
    packets = []
    for i in range(25001):
        client = (3 + i // 60000, 1024 + i % 60000)
        packets += [packet(client, (2, 80), 0x02, 1), packet((2, 80), client, 0x14, 0, 2)]
    path = write(PCAP_HEADER + b''.join(record(i * 10, data) for i, data in enumerate(packets)))
    reach('SARIF_RESULTS_MAX', ['-o', 'sarif', '--fail-on', 'never', path], 0, '25000')
    done = run('--no-config', '-o', 'junit', '--fail-on', 'never', path)
    expect(0 < done.stdout.count(b'<testcase') <= 1000 + 10, 'JUNIT_CASES_MAX: a case for every connection')


def bombs(folder):
    """Frames of zeros without end: zstd makes 20000 bytes of one."""
    if not shutil.which('zstd'):
        return
    path = folder + '/bomb.zst'
    frames = PCAP_HEADER + record(0, bytes(262144)) * 64
    with open(path, 'wb') as file:
        piece = subprocess.run(['zstd', '-q', '-3'], input=frames[24:], stdout=subprocess.PIPE, check=True).stdout
        file.write(subprocess.run(['zstd', '-q'], input=PCAP_HEADER, stdout=subprocess.PIPE, check=True).stdout)
        file.write(piece * 80)
    reach('DECOMPRESSED_RATIO_MAX and DECOMPRESSED_FREE_BYTES', [path], 3, 'error: ')


def main():
    with tempfile.TemporaryDirectory() as folder:
        def write(data, suffix='.pcap'):
            path = folder + '/input' + suffix
            with open(path, 'wb') as file:
                file.write(data)
            return path
        for check in (files_that_claim, link_types, headers_in_headers, fragments, rule_files, many_verdicts):
            check(write)
        bombs(folder)
        expect(os.listdir(folder), 'nothing was tried')
    finish()


main()
