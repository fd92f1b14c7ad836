"""What the attacks share: runs closelint with something taken away, and makes captures."""
import os
import resource
import signal
import struct
import subprocess
import sys

CLOSELINT = os.path.abspath(sys.argv[1])
SAMPLES = os.path.abspath(sys.argv[2])
GOOD = SAMPLES + '/four-way/client.pcap'
BAD = SAMPLES + '/write-to-closed/client.pcap'
STATUSES = (0, 1, 2, 3)
failures = 0


def expect(condition, text):
    global failures
    if not condition:
        failures += 1
        print(text, flush=True)


def finish():
    print(f'{failures} failed')
    sys.exit(1 if failures else 0)


def run(*arguments, limits=(), closed=(), settings=(), timeout=60, **others):
    """A CompletedProcess; `limits` are pairs for setrlimit, `closed` are descriptors."""
    def prepare():
        for name, value in limits:
            resource.setrlimit(name, (value, value))
        for descriptor in closed:
            os.close(descriptor)
    streams = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE}
    streams.update(others)
    return subprocess.run([CLOSELINT, *arguments], preexec_fn=prepare, timeout=timeout, check=False,
                          env={**os.environ, 'LC_ALL': 'C.UTF-8', **dict(settings)}, **streams)


def name_of(status):
    return f'killed by {signal.Signals(-status).name}' if status < 0 else f'exit status {status}'


def expect_status(done, status, says, what):
    """`says` is what standard error has to hold; None: nothing at all."""
    said = done.stderr.decode(errors='replace') if done.stderr is not None else ''
    expect(done.returncode == status, f'{what}: {name_of(done.returncode)}, expected {status}: {said[:300]}')
    expect(said == '' if says is None else says in said, f'{what}: said {said[:300]!r}, expected {says!r}')


def packet(source, destination, flags, seq, ack=0, payload=b'', window=65535):
    """Ethernet, IPv4 and TCP; source and destination are (last byte of 10.0.0.x, port)."""
    tcp = struct.pack('>HHIIBBHHH', source[1], destination[1], seq & 0xffffffff, ack & 0xffffffff, 5 << 4, flags,
                      window, 0, 0) + payload
    ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0, bytes([10, 0, 0, source[0]]),
                     bytes([10, 0, 0, destination[0]]))
    return bytes(12) + b'\x08\x00' + ip + tcp


PCAP_HEADER = struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1)


def record(time_us, data):
    return struct.pack('<IIII', 1700000000 + time_us // 1000000, time_us % 1000000, len(data), len(data)) + data


def write_pcap(path, packets, begin_us=0, step_us=10):
    with open(path, 'wb') as file:
        file.write(PCAP_HEADER)
        file.writelines(record(begin_us + i * step_us, data) for i, data in enumerate(packets))
