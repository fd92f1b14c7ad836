#!/usr/bin/env python3
"""readme.py [--write] CLOSELINT SOURCE: whether README.md is true.

The explanation is what its first command prints, with --write it is made so; every row of the table of scenarios
gets the endings that it names, in that order, and the findings; the rule in it fires; links lead to files.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

EXPLANATION = re.compile(r"(<!-- made by .*? -->\n```\n)(.*?)(```\n)", re.S)
FIRST_COMMAND = re.compile(r"^    \./bootstrap && build/closelint (.*)$", re.M)
TEST_COMMAND = re.compile(r"^    .*meson test -C build$", re.M)
ROW = re.compile(r"^\| (S\d+) \| .* \| ([\w-]+) \| (.*) \|$", re.M)
RULE = re.compile(r"```yaml\n(finding: ([\w-]+)\n.*?)```", re.S)
SCENARIOS = {f"S{number}" for number in range(1, 18)}


def run(closelint, *arguments, source):
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    environment.pop("COLUMNS", None)
    done = subprocess.run([closelint, "--no-config", *arguments], cwd=source, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def explanation_of(closelint, source, readme):
    command = FIRST_COMMAND.search(readme)
    if not command:
        sys.exit("README.md: no first command")
    status, text, errors = run(closelint, *command.group(1).split(), source=source)
    if status != 0:
        sys.exit(f"README.md: the first command ends with {status}: {errors}")
    return text


def judged(closelint, source, *arguments):
    """The endings of a capture, each once, in order, and its findings."""
    _, text, _ = run(closelint, "-o", "jsonl", *arguments, source=source)
    lines = [line for line in map(json.loads, text.splitlines()) if line["type"] == "connection"]
    return (list(dict.fromkeys(line["ending"] for line in lines)),
            {finding["rule"] for line in lines for finding in line["findings"]})


def check_table(closelint, source, readme):
    _, known, _ = run(closelint, "--list-rules", source=source)
    seen = set()
    for scenario, sample, says in ROW.findall(readme):
        seen.add(scenario)
        if f"id: {scenario}\n" not in (source / "samples" / sample / "scenario").read_text(encoding="utf-8"):
            yield f"{scenario}: {sample} is not its sample"
        endings, findings = judged(closelint, source, f"samples/{sample}/client.pcap")
        named = re.findall(r"`([a-z0-9-]+)`", says)
        for name in named:
            if not re.search(rf"\b{name}\b", known):
                yield f"{scenario}: there is no rule {name}"
        if [name for name in named if name not in findings] != endings:
            yield f"{scenario}: {sample} ends as {', '.join(endings)}, with {', '.join(findings) or 'no findings'}"
    for scenario in sorted(SCENARIOS - seen):
        yield f"{scenario} is missing from the table"


def check_rule(closelint, source, readme):
    rule = RULE.search(readme)
    if not rule:
        yield "no rule"
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rule.yaml")
        file.write_text(rule.group(1), encoding="utf-8")
        status, _, errors = run(closelint, "--rules", str(file), "--list-rules", source=source)
        if status != 0:
            yield f"the rule does not load: {errors}"


def check_links(source, readme):
    for target in re.findall(r"\]\(([^)#:]+)\)", readme):
        if not (source / target).exists():
            yield f"no file {target}"


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    closelint, source = os.path.abspath(arguments[0]), Path(arguments[1])
    readme = (source / "README.md").read_text(encoding="utf-8")
    current = explanation_of(closelint, source, readme)
    if "--write" in sys.argv:
        readme = EXPLANATION.sub(lambda part: part[1] + current + part[3], readme)
        (source / "README.md").write_text(readme, encoding="utf-8")
    mistakes = []
    printed = EXPLANATION.search(readme)
    if not printed or printed.group(2) != current:
        mistakes.append("the explanation is not what the program prints: tests/project/readme.py --write CLOSELINT .")
    if not TEST_COMMAND.search(readme):
        mistakes.append("no test command")
    mistakes += check_table(closelint, source, readme)
    mistakes += check_rule(closelint, source, readme)
    mistakes += check_links(source, readme)
    for mistake in mistakes:
        print(f"README.md: {mistake}")
    sys.exit(bool(mistakes))


main()
