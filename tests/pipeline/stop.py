#!/usr/bin/env python3
"""stop.py CLOSELINT SAMPLES: a signal while a capture is read ends the reading, not the report.

The capture comes through a pipe that stalls. Whatever has come until then is told as of a capture that ends there, and
is said to be a part."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

CLOSELINT, SAMPLES = os.path.abspath(sys.argv[1]), sys.argv[2]
CAPTURE = open(SAMPLES + '/write-to-closed/client.pcap', 'rb').read()
failures = 0


def expect(condition, text):
    global failures
    if not condition:
        failures += 1
        print(text)


def start(arguments):
    # a test runner in the background may have SIGINT ignored, and that is inherited
    return subprocess.Popen([CLOSELINT, '--no-config', *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def wait_until_it_sleeps(process):
    """Until it waits in poll() with the pipe empty."""
    for _ in range(1000):
        time.sleep(0.02)
        state = open(f'/proc/{process.pid}/stat', encoding='utf-8').read().rpartition(')')[2].split()[0]
        caught = [line for line in open(f'/proc/{process.pid}/status', encoding='utf-8') if line.startswith('SigCgt')]
        if state == 'S' and int(caught[0].split()[1], 16) & 1 << signal.SIGINT - 1:
            time.sleep(0.1)
            return


def stop(arguments, sent, number):
    process = start(arguments)
    process.stdin.write(sent)
    process.stdin.flush()
    wait_until_it_sleeps(process)
    process.send_signal(number)
    try:
        output, said = process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None, '', 'it did not end'
    return process.returncode, output.decode(), said.decode()


def check_json(number, sent, frames, arguments=('-',)):
    status, output, said = stop(['-o', 'json', *arguments], sent, number)
    expect(status == 3, f'{arguments} {number}: exit status {status}: {said}')
    capture = json.loads(output)['captures'][0] if status == 3 else {}
    expect(capture.get('partial') is True, f'{arguments} {number}: not marked as partial')
    errors = [one for one in capture.get('diagnostics', []) if one['severity'] == 'error']
    expect(any('stopped by a signal' in one['message'] for one in errors), f'{arguments}: {errors}')
    expect(frames is None or capture.get('frames') == frames, f'{arguments}: {capture.get("frames")} frames')
    return capture


def verdicts(capture):
    return [{key: value for key, value in connection.items() if key not in ('capture', 'frames')}
            for connection in capture['connections']]


def as_a_cut_capture():
    """The verdicts of what was read are those of a file that ends inside a record there."""
    for length in range(24, len(CAPTURE), 97):
        capture = check_json(signal.SIGINT, CAPTURE[:length], None)
        with tempfile.NamedTemporaryFile(suffix='.pcap') as file:
            file.write(CAPTURE[:length])
            file.flush()
            run = subprocess.run([CLOSELINT, '--no-config', '-o', 'json', file.name], capture_output=True)
        cut = json.loads(run.stdout)['captures'][0]
        expect(cut['frames'] == capture['frames'] and verdicts(cut) == verdicts(capture),
               f'{length} bytes: another verdict than of the file that ends there')


def await_death(process, number, what):
    try:
        status = process.wait(timeout=20)
        expect(status == -number, f'{what}: exit status {status}')
    except subprocess.TimeoutExpired:
        process.kill()
        expect(False, f'{what}: it lives on')
    process.communicate()


def second_one_kills():
    """The report is longer than what a pipe takes that nobody reads, so that the program is still there."""
    process = start(['-o', 'json', '-', *[SAMPLES + '/write-to-closed/client.pcap'] * 1000])
    process.stdin.write(CAPTURE)
    process.stdin.flush()
    wait_until_it_sleeps(process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    expect(process.poll() is None, 'the first signal killed')
    process.send_signal(signal.SIGINT)
    await_death(process, signal.SIGINT, 'the second signal')


def first_one_ends_a_report():
    """When all is read and the report is being written. A file that it would have replaced stays as it was."""
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + '/report.json', 'w', encoding='utf-8') as file:
            file.write('old')
        process = start(['-o', 'json=' + folder + '/report.json', '-o', 'jsonl',
                         *[SAMPLES + '/write-to-closed/client.pcap'] * 300])
        wait_until_it_sleeps(process)
        expect(len(os.listdir(folder)) == 2, f'nothing is written beside: {os.listdir(folder)}')
        process.send_signal(signal.SIGTERM)
        await_death(process, signal.SIGTERM, 'while a report is written')
        expect(os.listdir(folder) == ['report.json'], f'left behind: {os.listdir(folder)}')
        expect(open(folder + '/report.json', encoding='utf-8').read() == 'old', 'the old report is gone')


def main():
    whole = len(CAPTURE)
    for number in (signal.SIGINT, signal.SIGTERM):
        check_json(number, CAPTURE, 9)
    check_json(signal.SIGINT, CAPTURE[:whole - 5], 8)
    joined = check_json(signal.SIGINT, CAPTURE[:whole // 2], None,
                        ['--join', SAMPLES + '/write-to-closed/client.pcap', '-'])
    expect(len(joined.get('files', [])) == 2, f'--join: {joined.get("files")}')
    as_a_cut_capture()
    second_one_kills()
    first_one_ends_a_report()
    status, output, said = stop(['-', SAMPLES + '/four-way/client.pcap'], CAPTURE, signal.SIGINT)
    expect(status == 3 and 'four-way/client.pcap was not read: stopped by a signal' in output and
           'error: reading was stopped by a signal after frame 9' in output, f'text: {status} {output} {said}')
    status, output, said = stop(['--follow', '0:client', '-'], CAPTURE, signal.SIGINT)
    expect(status == 3 and 'stopped by a signal' in said, f'--follow: {status} {said}')
    print(f'{failures} failed')
    sys.exit(1 if failures else 0)


main()
