#!/usr/bin/env python3
"""check-json.py CLOSELINT SCHEMA SAMPLES: the JSON of every sample, whole and damaged, against the schema.

The validator knows the keywords that the schema uses, and fails on any other."""
import glob
import json
import os
import subprocess
import sys
import tempfile

ANNOTATIONS = {'$schema', '$defs', 'title', 'description'}
TYPES = {'object': dict, 'array': list, 'string': str, 'integer': int, 'boolean': bool, 'null': type(None)}


class Mismatch(Exception):
    pass


def is_type(value, name):
    return isinstance(value, TYPES[name]) and not (name == 'integer' and isinstance(value, bool))


def check_object(value, schema, root, where):
    properties = schema.get('properties', {})
    for key in schema.get('required', []):
        if key not in value:
            raise Mismatch(f'{where}: {key} is missing')
    for key, one in value.items():
        rule = properties.get(key, schema.get('additionalProperties', True))
        if rule is False:
            raise Mismatch(f'{where}: {key} is unknown')
        if isinstance(rule, dict):
            check(one, rule, root, f'{where}.{key}')


def check(value, schema, root, where='$'):
    for keyword, argument in schema.items():
        if keyword == '$ref':
            check(value, root['$defs'][argument.rpartition('/')[2]], root, where)
        elif keyword == 'type':
            names = [argument] if isinstance(argument, str) else argument
            if not any(is_type(value, name) for name in names):
                raise Mismatch(f'{where}: {value!r} is no {names}')
        elif keyword == 'const' and value != argument or keyword == 'enum' and value not in argument:
            raise Mismatch(f'{where}: {value!r} is not in {argument}')
        elif keyword == 'minimum' and value is not None and value < argument:
            raise Mismatch(f'{where}: {value} is below {argument}')
        elif keyword == 'maximum' and value is not None and value > argument:
            raise Mismatch(f'{where}: {value} is above {argument}')
        elif keyword == 'items' and isinstance(value, list):
            for index, one in enumerate(value):
                check(one, argument, root, f'{where}[{index}]')
        elif keyword == 'anyOf' or keyword in ANNOTATIONS | {
                'const', 'enum', 'minimum', 'maximum', 'items', 'properties', 'required', 'additionalProperties'}:
            pass
        else:
            raise SystemExit(f'the schema uses {keyword}, which this test does not know')
    if isinstance(value, dict):
        check_object(value, schema, root, where)


def check_as(text, kind, schema):
    check(json.loads(text), schema['$defs'][kind], schema)


def check_capture(closelint, schema, path, folder):
    document, lines = os.path.join(folder, 'json'), os.path.join(folder, 'jsonl')
    run = subprocess.run([closelint, '--no-config', '-o', 'json=' + document, '-o', 'jsonl=' + lines, path],
                         capture_output=True, text=True)
    if run.returncode not in (0, 1, 3) or 'ERROR: ' in run.stderr or 'runtime error' in run.stderr:
        raise Mismatch(f'exit status {run.returncode}: {run.stderr[:500]}')
    check_as(open(document, encoding='utf-8').read(), 'document', schema)
    *connections, last = open(lines, encoding='utf-8').read().split('\n')[:-1]
    for line in connections:
        check_as(line, 'connection', schema)
    check_as(last, 'captureLine', schema)
    if len(json.loads(open(document, encoding='utf-8').read())['captures'][0]['connections']) != len(connections):
        raise Mismatch('json and jsonl disagree on the number of connections')


def damaged(path, folder):
    """The capture cut in three places, and with bytes of it overwritten."""
    data = open(path, 'rb').read()
    for name, bytes_ in (('cut-1', data[:len(data) // 3]), ('cut-2', data[:len(data) // 2 + 3]), ('cut-3', data[:-7]),
                         ('overwritten', data[:len(data) // 2] + b'\xff' * 24 + data[len(data) // 2 + 24:])):
        target = os.path.join(folder, name + '.pcap')
        with open(target, 'wb') as file:
            file.write(bytes_)
        yield target


def main():
    closelint, schema_path, samples = sys.argv[1:]
    schema = json.load(open(schema_path, encoding='utf-8'))
    failures = checked = 0
    with tempfile.TemporaryDirectory() as folder:
        odd_name = os.path.join(folder, 'odd "name"\n.pcap')
        for number, path in enumerate(sorted(glob.glob(samples + '/*/*.pcap*'))):
            paths = [path]
            if number % 10 == 0:
                paths += list(damaged(path, folder))
            if number == 0:
                with open(odd_name, 'wb') as file:
                    file.write(open(path, 'rb').read())
                paths += [odd_name, os.path.join(folder, 'missing.pcap')]
            for one in paths:
                checked += 1
                try:
                    check_capture(closelint, schema, one, folder)
                except (Mismatch, ValueError) as error:
                    failures += 1
                    print(f'{path} ({os.path.basename(one)}): {error}')
    print(f'{checked} captures, {failures} failed')
    sys.exit(1 if failures or not checked else 0)


main()
