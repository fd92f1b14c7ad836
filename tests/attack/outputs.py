#!/usr/bin/env python3
"""outputs.py CLOSELINT SAMPLES: what is written arrives whole, or it is said that it did not; and nothing is written
over what is read."""
import os
import resource
import shutil
import stat
import subprocess
import tempfile
import threading

from attack import BAD, GOOD, PCAP_HEADER, SAMPLES, expect, expect_status, finish, packet, run, write_pcap

# All that writes to standard output.
WRITERS = [['--list-rules'], ['--list-facts'], ['--list-facts', '--markdown'], ['--help'], ['--version'],
           ['--explain', 'four-way'], ['--why', '0', BAD], ['--test-rules', '--samples', SAMPLES, '--select', 'four-way'],
           ['--follow', '0:client', GOOD], ['--stream', '0', BAD], [BAD], ['-o', 'json', BAD], ['-o', 'jsonl', BAD]]


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def never_over_an_input(folder):
    capture, rules = folder + '/b.pcap', folder + '/r.yaml'
    shutil.copy(GOOD, capture)
    with open(rules, 'w', encoding='utf-8') as file:
        file.write('parameters: {fin_timeout: 30s}\n')
    os.symlink(capture, folder + '/symlink')
    os.link(capture, folder + '/hardlink')
    os.mkdir(folder + '/sub')
    for path in (capture, folder + '/symlink', folder + '/hardlink', folder + '/sub/../b.pcap'):
        for arguments in ([capture], ['--join', GOOD, capture], ['-r', capture]):
            done = run(*arguments, '-o', 'json=' + path)
            expect_status(done, 2, 'would write over', f'-o json={path} {arguments}')
            expect(read(capture) == read(GOOD), f'-o json={path}: the capture is gone')
    done = run(GOOD, '--config', rules, '-o', 'json=' + rules)
    expect_status(done, 2, 'would write over', 'over the settings')
    for arguments in ([capture], [GOOD, '--expect', capture], [GOOD, '-o', 'json=' + capture]):
        done = run(*arguments, '--write-expect', capture)
        expect_status(done, 2, 'write', f'--write-expect over an input: {arguments}')
        expect(read(capture) == read(GOOD), f'--write-expect: the capture is gone: {arguments}')
    done = run(GOOD, '-o', 'json=' + folder + '/new.json', '--expect', folder + '/missing')
    expect(done.returncode == 2 and not [name for name in os.listdir(folder) if name.startswith('.closelint')],
           'a mistake left something behind')
    with open(capture, 'rb') as file:
        expect_status(run('-', '-o', 'json=' + capture, stdin=file), 2, 'standard input', 'over standard input')
    for arguments in ([capture], ['--follow', '0:client', capture], ['--why', '0', capture]):
        with open(capture, 'ab') as file:
            expect_status(run(*arguments, stdout=file), 2, 'would write over', f'{arguments} >>')
    expect(read(capture) == read(GOOD), '>>: the capture has changed')


def never_two_to_one(folder):
    os.mkdir(folder + '/sub')
    os.symlink('nowhere', folder + '/dangling')
    for first, second in (('x', 'x'), ('x', './x'), ('x', 'sub/../x'), ('dangling', 'nowhere')):
        done = run(GOOD, '-o', 'json=' + first, '-o', 'text=' + second, cwd=folder)
        expect_status(done, 2, 'goes to the same file', f'{first} and {second}')
        expect(not os.path.exists(folder + '/x') and not os.path.exists(folder + '/nowhere'), 'something was written')


def old_ones_stay(folder):
    """Where the new one does not become whole; and what takes their place has their rights."""
    path, link = folder + '/report.json', folder + '/link.json'
    with open(path, 'w', encoding='utf-8') as file:
        file.write('old')
    os.chmod(path, 0o640)
    os.symlink('report.json', link)
    for settings in ([('-o', 'yaml')], [('-o', 'json=' + folder + '/no/such')]):
        run(GOOD, '-o', 'json=' + path, *settings[0])
        expect(read(path) == b'old', f'{settings}: the old one is gone')
    done = run(GOOD, '-o', 'json=' + path, limits=[(resource.RLIMIT_FSIZE, 100)])
    expect_status(done, 2, 'cannot be written: File too large', 'limited')
    expect(read(path) == b'old', 'limited: the old one is gone')
    expect_status(run(GOOD, '-o', 'json=' + link), 0, None, 'through a link')
    expect(os.path.islink(link) and read(path).startswith(b'{'), 'through a link: not where it leads')
    expect(stat.S_IMODE(os.stat(path).st_mode) == 0o640, 'the rights have changed')
    expect(not [name for name in os.listdir(folder) if name.startswith('.closelint')], 'something was left behind')


def what_is_no_file(folder):
    fifo = folder + '/fifo'
    os.mkfifo(fifo)
    got = []
    reader = threading.Thread(target=lambda: got.append(read(fifo)))
    reader.start()
    expect_status(run(GOOD, '-o', 'json=' + fifo), 0, None, 'into a FIFO')
    reader.join()
    expect(got[0].startswith(b'{'), 'the FIFO got nothing')
    done = run(GOOD, '-o', 'json=/dev/stdout')
    expect(done.returncode == 0 and done.stdout.startswith(b'{'), '/dev/stdout')
    with open(folder + '/redirected', 'wb') as file:
        expect_status(run(GOOD, '-o', 'json=/dev/stdout', stdout=file), 0, None, '/dev/stdout of a file')
    expect(read(folder + '/redirected').startswith(b'{'), '/dev/stdout of a file: nothing there')
    expect_status(run(GOOD, '-o', 'json=/dev/null'), 0, None, 'into /dev/null')
    expect(stat.S_ISCHR(os.stat('/dev/null').st_mode), '/dev/null is no longer a device')


def full_disks():
    for writer in WRITERS:
        with open('/dev/full', 'wb') as full:
            expect_status(run(*writer, stdout=full), 2, 'standard output: cannot be written: No space left',
                          f'{writer} >/dev/full')
    expect_status(run(GOOD, '-o', 'json=/dev/full'), 2, '/dev/full: cannot be written: No space left', 'a file')


def closed_descriptors(folder):
    for writer in WRITERS:
        for closed in ((1,), (0, 1), (1, 2), (0, 1, 2)):
            done = run(*writer, closed=closed)
            says = '' if 2 in closed else 'standard output: cannot be written: it is closed'
            expect_status(done, 2, says, f'{writer} without {closed}')
    for closed in ((0,), (1,), (2,), (0, 1, 2)):
        report = folder + '/closed.json'
        run(BAD, folder + '/missing', '-o', 'json=' + report, closed=closed)
        expect(read(report).startswith(b'{') and b'closelint:' not in read(report), f'without {closed}: garbled')
        done = run(BAD, closed=closed) if 1 not in closed else None
        expect(not done or (done.returncode == 1 and b'error: ' in done.stdout), f'a report without {closed}')
    expect_status(run('-', closed=(0,)), 3, 'standard input: it is closed', 'a closed standard input')


def follow_without_room(folder):
    """It is not known which side is which before the end, so both are kept in temporary files."""
    client, server = (1, 40000), (2, 80)
    payload = bytes(1460)
    path = folder + '/big.pcap'
    write_pcap(path, (packet(client, server, 0x10, 1000 + i * 1460, 5000, payload) for i in range(3000)))
    whole = run('--follow', '0:client', path)
    expect(len(whole.stdout) == 3000 * 1460, f'--follow: {len(whole.stdout)} bytes')
    with open(folder + '/out', 'wb') as file:
        done = run('--follow', '0:client', path, limits=[(resource.RLIMIT_FSIZE, 1 << 20)], stdout=file)
    expect_status(done, 2, 'a temporary file in', 'a limit on the size of files')
    done = run('--follow', '0:client', path, settings=[('TMPDIR', folder + '/no/such')])
    expect_status(done, 2, 'a temporary file is needed', 'no folder for it')
    with open(folder + '/empty.pcap', 'wb') as file:
        file.write(PCAP_HEADER)


def readers_that_go_away():
    for writer in WRITERS:
        process = subprocess.run(['sh', '-c', '"$@" | true', 'sh', run.__globals__['CLOSELINT'], *writer],
                                 capture_output=True, timeout=60, check=False)
        expect(process.stderr == b'', f'{writer} | true: {process.stderr}')


def main():
    for check in (never_over_an_input, never_two_to_one, old_ones_stay, what_is_no_file, closed_descriptors,
                  follow_without_room):
        with tempfile.TemporaryDirectory() as folder:
            check(folder)
    if os.path.exists('/dev/full'):
        full_disks()
    readers_that_go_away()
    finish()


main()
