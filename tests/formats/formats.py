#!/usr/bin/env python3
"""formats.py CLOSELINT SOURCE: the formats for machines, over all samples, as those read them who are to read them.

Each is parsed, counted against the JSON of the same run, and given hostile text. Where they are there, xmllint (with
the schema JUNIT_XSD), Microsoft's SARIF validator and ajv (below NODE_TOOLS/node_modules) have their say as well."""
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

closelint, source = os.path.abspath(sys.argv[1]), Path(sys.argv[2]).absolute()
SAMPLES = sorted(str(path.relative_to(source)) for path in source.glob('samples/*/*.pcap*'))
LEVELS = {'error': 'error', 'warning': 'warning', 'note': 'note'}
failures = 0


def expect(truth, *words):
    global failures
    if not truth:
        print(*words)
        failures += 1


def run(form, *arguments, cwd=source):
    environment = {**os.environ, 'LC_ALL': 'C.UTF-8'}
    done = subprocess.run([closelint, '--no-config', '--fail-on', 'error', '-o', form, *arguments], cwd=cwd,
                          env=environment, capture_output=True, check=False)
    expect(done.returncode in (0, 1, 3), form, 'ends with', done.returncode, done.stderr.decode())
    return done.stdout.decode()


def verdicts(connection):
    """(rule, severity) of everything that is told of it."""
    lead = connection['causes'][:1] if connection.get('causes') else \
        [{'rule': connection['ending'], 'severity': connection['severity']}]
    told = lead + connection.get('causes', [])[1:] + [one for one in connection['findings'] if not one.get('told_by')]
    return [(one['rule'], one['severity']) for one in told if one['severity'] != 'ok']


def judged(*arguments, cwd=source):
    lines = [json.loads(line) for line in run('jsonl', *arguments, cwd=cwd).splitlines()]
    return [line for line in lines if line['type'] == 'connection']


def check_concise(connections):
    lines = run('concise', *SAMPLES).splitlines()
    shape = re.compile(r'^(\S+):(\d+): (error|warning|note): \S.* \[([\w-]+)\] stream (\d+) \S+ → \S+( \(likely\))?$')
    found = [shape.match(line) for line in lines]
    for line, match in zip(lines, found):
        expect(match, 'concise:', line)
    told = [(match[4], match[3]) for match in found if match]
    wanted = [one for connection in connections for one in verdicts(connection)]
    expect(sorted(set(told)) == sorted(set(wanted)), 'concise differs:', set(told) ^ set(wanted))
    quiet = run('concise', '-q', *SAMPLES)
    expect(' note: ' not in quiet and ' error: ' in quiet, 'concise -q')


def check_junit_text(text):
    root = ElementTree.fromstring(text)
    for suite in root:
        cases = suite.findall('testcase')
        expect(int(suite.get('tests')) == len(cases), 'junit: tests of', suite.get('name'))
        failed = sum(case.find('failure') is not None for case in cases)
        expect(int(suite.get('failures')) == failed, 'junit: failures of', suite.get('name'))
        broken = sum(case.find('error') is not None for case in cases)
        expect(int(suite.get('errors')) == broken, 'junit: errors of', suite.get('name'))
    if shutil.which('xmllint'):
        schema = ['--schema', os.environ['JUNIT_XSD']] if os.environ.get('JUNIT_XSD') else []
        done = subprocess.run(['xmllint', '--noout', *schema, '-'], input=text.encode(), capture_output=True,
                              check=False)
        expect(done.returncode == 0, 'xmllint:', done.stderr.decode()[:500])
    return root


def check_junit(connections):
    root = check_junit_text(run('junit', *SAMPLES))
    cases = root.findall('.//testcase')
    expect(len(cases) == len(connections), 'junit:', len(cases), 'cases for', len(connections), 'connections')
    failed = sum(case.find('failure') is not None for case in cases)
    wanted = sum(any(severity == 'error' for _, severity in verdicts(one)) for one in connections)
    expect(failed == wanted > 0, 'junit:', failed, 'failed,', wanted, 'have errors')


def check_region(location):
    """A region is the record of the frame that the logical location names."""
    physical = location['physicalLocation']
    path = source / physical['artifactLocation']['uri']
    frame = int(re.search(r'frame\.number==(\d+)$', location['logicalLocations'][0]['fullyQualifiedName'])[1])
    data = path.read_bytes()
    if data[:4] not in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1'):
        return
    at = 24
    for _ in range(frame - 1):
        at += 16 + struct.unpack_from('<I', data, at + 8)[0]
    length = 16 + struct.unpack_from('<I', data, at + 8)[0]
    expect(physical['region'] == {'byteOffset': at, 'byteLength': length}, 'sarif: region', physical, at, length)


def node_tool(*path):
    folder = os.environ.get('NODE_TOOLS')
    tool = Path(folder, 'node_modules', *path) if folder else None
    return str(tool) if tool and tool.exists() else None


def validate_sarif(text):
    tool = node_tool('@microsoft', 'sarif-multitool-linux', 'Sarif.Multitool')
    if not tool:
        return
    os.chmod(tool, 0o755)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'report.sarif')
        path.write_text(text, encoding='utf-8')
        done = subprocess.run([tool, 'validate', str(path)], capture_output=True, text=True, check=False,
                              env={**os.environ, 'DOTNET_SYSTEM_GLOBALIZATION_INVARIANT': '1'})
    expect('Analysis completed successfully' in done.stdout, 'sarif-multitool:', done.stdout, done.stderr)
    for line in done.stdout.splitlines():
        # of a tool that has no page to point to
        expect(not re.search(r'(error|warning) SARIF', line) or 'SARIF2005' in line, 'sarif-multitool:', line)


def check_sarif(connections):
    text = run('sarif', *SAMPLES)
    log = json.loads(text)
    (one,) = log['runs']
    rules = one['tool']['driver']['rules']
    for result in one['results']:
        expect(rules[result['ruleIndex']]['id'] == result['ruleId'], 'sarif: ruleIndex of', result['ruleId'])
        check_region(result['locations'][0])
        for flow in result.get('codeFlows', []):
            for step in flow['threadFlows'][0]['locations']:
                check_region(step['location'])
    told = sorted((result['ruleId'], result['level']) for result in one['results'])
    wanted = sorted((rule, LEVELS[severity]) for connection in connections for rule, severity in verdicts(connection))
    expect(told == wanted, 'sarif:', len(told), 'results,', len(wanted), 'verdicts')
    levels = [result['level'] for result in one['results']]
    expect(levels == sorted(levels, key=['error', 'warning', 'note'].index), 'sarif: the worst are not first')
    prints = [result['partialFingerprints']['closelint/v1'] for result in one['results']]
    expect(len(set(prints)) == len(prints), 'sarif: two results with one fingerprint')
    validate_sarif(text)


def check_fingerprints():
    """They say the same of the same trace recorded by another: at the other end, with other times and frames."""
    prints = []
    for end in ('client', 'server'):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(source / f'samples/write-to-closed/{end}.pcap', Path(folder, 'trace.pcap'))
            prints.append({one['check_name']: one['fingerprint']
                           for one in json.loads(run('gitlab', 'trace.pcap', cwd=folder))})
    same = prints[0].keys() & prints[1].keys()
    expect(same, 'gitlab: nothing in common')
    expect(all(prints[0][rule] == prints[1][rule] for rule in same), 'gitlab: fingerprints', prints)


def check_gitlab(connections):
    records = json.loads(run('gitlab', *SAMPLES))
    expect(len(records) == sum(len(verdicts(one)) for one in connections), 'gitlab:', len(records))
    expect(len({one['fingerprint'] for one in records}) == len(records), 'gitlab: fingerprints are not unique')
    for one in records:
        expect(one['severity'] in ('info', 'minor', 'major', 'critical', 'blocker'), one)
        expect(one['location']['lines']['begin'] >= 1 and (source / one['location']['path']).is_file(), one)


def check_github():
    lines = run('github', *SAMPLES).splitlines()
    expect(len(lines) == 11 and re.match(r'::notice title=closelint::\+\d+ more$', lines[-1]), 'github:', lines[-1])
    expect(all(line.startswith('::error file=samples/') for line in lines[:10]), 'github: the worst are not first')
    one = run('github', 'samples/four-way/client.pcap')
    expect(one == '', 'github of a good capture:', one)


def check_hostile():
    """Names of files come out harmless."""
    name = 'a,b:c%0A<&"\'>\n::error::x\x1b[31m.pcap'
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(source / 'samples/write-to-closed/client.pcap', Path(folder, name))
        Path(folder, 'none.pcap').write_bytes(b'no capture')
        root = check_junit_text(run('junit', name, 'none.pcap', 'missing.pcap', cwd=folder))
        expect(root[0].get('name') == name.replace('\n', ' ').replace('\x1b', '\ufffd'), 'junit:', root[0].get('name'))
        expect([suite.get('errors') for suite in root] == ['0', '1', '1'], 'junit: unreadable files')
        for line in run('github', name, 'missing.pcap', cwd=folder).splitlines():
            match = re.match(r'::error file=[^,:]+(,line=\d+)?,title=[^:]+::', line) or \
                re.match(r'::warning file=[^,:]+(,line=\d+)?,title=[^:]+::', line)
            expect(match and '\x1b' not in line, 'github:', line)
        for line in run('concise', name, cwd=folder).splitlines():
            expect('\x1b' not in line and line.startswith('a,b:c%0A'), 'concise:', line)
        log = json.loads(run('sarif', name, 'missing.pcap', cwd=folder))
        expect(not log['runs'][0]['invocations'][0]['executionSuccessful'], 'sarif: a missing file is a success')
        uri = log['runs'][0]['results'][0]['locations'][0]['physicalLocation']['artifactLocation']['uri']
        expect(re.fullmatch(r"[\w%.,'()!*~-]+", uri) or re.fullmatch(r'[^\s<>"]+', uri), 'sarif: uri', uri)
        validate_sarif(json.dumps(log))
        expect(json.loads(run('gitlab', name, 'missing.pcap', cwd=folder))[0]['location']['path'] == name, 'gitlab')


def check_schema():
    if not node_tool('ajv') or not shutil.which('node'):
        return
    text = run('jsonl', *SAMPLES)
    done = subprocess.run(['node', str(source / 'tests/formats/schema.js'), os.path.join(os.environ['NODE_TOOLS'],
                           'node_modules'), str(source / 'docs/report.schema.json')], input=text.encode(),
                          capture_output=True, check=False)
    expect(done.returncode == 0, 'ajv:', done.stdout.decode(), done.stderr.decode()[:600])


def main():
    connections = judged(*SAMPLES)
    check_concise(connections)
    check_junit(connections)
    check_sarif(connections)
    check_gitlab(connections)
    check_fingerprints()
    check_github()
    check_hostile()
    check_schema()
    sys.exit(failures != 0)


main()
