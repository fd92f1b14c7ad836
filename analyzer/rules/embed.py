#!/usr/bin/env python3
"""Compiles every *.yaml under rules/ into a GResource: embed.py RULES COMPILER C_FILE H_FILE DEPFILE

The files are found here and not listed in the build, so a new rule is one new file. The depfile names the files and
their folders: a file that comes or goes changes its folder, and the next build runs this again.
"""
import os
import subprocess
import sys
from xml.sax.saxutils import escape, quoteattr


def find(rules):
    files, folders = [], []
    for folder, names, children in os.walk(rules):
        names[:] = sorted(name for name in names if not name.startswith('.'))
        folders.append(folder)
        files += [os.path.join(folder, name) for name in sorted(children)
                  if name.endswith('.yaml') and not name.startswith('.')]
    return files, folders


def main():
    rules, compiler, c_file, h_file, depfile = sys.argv[1:]
    files, folders = find(rules)
    xml = c_file + '.gresource.xml'
    with open(xml, 'w', encoding='utf-8') as out:
        out.write('<gresources><gresource prefix="/closelint/rules">\n')
        for path in files:
            alias = os.path.relpath(path, rules)
            out.write(f'<file alias={quoteattr(alias)}>{escape(os.path.abspath(path))}</file>\n')
        out.write('</gresource></gresources>\n')
    for option, target in (('--generate-source', c_file), ('--generate-header', h_file)):
        subprocess.run([compiler, option, '--c-name', 'builtin_rules', '--target', target, xml], check=True)
    with open(depfile, 'w', encoding='utf-8') as out:
        paths = [path.replace(' ', '\\ ') for path in files + folders]
        out.write(f'{c_file} {h_file}: ' + ' '.join(paths) + '\n')


main()
