#!/usr/bin/env python3
"""includes.py SOURCE: whether the layers below SOURCE/analyzer include only what stands before them.

Data flows one way: a folder may include itself and those to its left in LAYERS. Some edges are narrower than that
(docs/architecture.md says why): frames and their bytes end at decode, rules know the catalogue of facts and no
connection. A folder with rooms (analyzer/rules/README.md) is entered by their doors only. At the end the test proves on
a copy that it sees wrong edges.
"""
import re
import shutil
import sys
import tempfile
from pathlib import Path

LAYERS = ["base", "capture", "decode", "flow", "endpoint", "facts", "rules", "verdict", "report", "pipeline"]
# (who, whom): the only headers that may be included. "*": every layer that is not named for that header's layer.
NARROW = {
    ("decode", "capture"): {"frame.h"},
    ("pipeline", "capture"): None,
    ("*", "capture"): set(),
    ("pipeline", "decode"): None,
    ("*", "decode"): {"segment.h"},
    ("rules", "facts"): {"catalogue.h", "value.h"},
    ("rules", "endpoint"): set(),
    ("rules", "flow"): set(),
    ("rules", "decode"): set(),
}
# The rooms of a folder, and the headers of each that may be included from outside it.
DOORS = {
    "rules/yaml": {"mistake.h", "node.h", "source.h"},
    "rules/language": {"expression.h", "scanner.h", "tree.h"},
    "rules/passes": {"leap.h", "sieve.h"},
    "rules/text": {"template.h"},
    "rules/set": {"builtin.h", "conditions.h", "parameters.h", "private.h", "rule-set.h"},
    "rules/expect": {"expectations.h"},
}
# What the layers after rules may know of them.
OUTER = {"rules/language/expression.h", "rules/text/template.h", "rules/set/rule-set.h", "rules/expect/expectations.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


def judge(layer, header):
    """What is wrong with a file of this layer including this header, or None."""
    whom, slash, name = header.partition("/")
    if not slash:
        return "a header of the project is included with its layer's name"
    if whom not in LAYERS:
        return f"there is no layer {whom}"
    if whom == layer:
        return None
    if LAYERS.index(whom) > LAYERS.index(layer):
        return f"{layer} stands before {whom}"
    allowed = NARROW.get((layer, whom), NARROW.get(("*", whom)))
    if allowed is not None and name not in allowed:
        return f"{layer} may include {', '.join(sorted(allowed)) or 'nothing'} of {whom}"
    return None


def judge_door(folder, header):
    """What is wrong with a file in this folder coming into the header's room this way, or None."""
    room, _, name = header.rpartition("/")
    if room not in DOORS or room == folder:
        return None
    if name not in DOORS[room]:
        return f"the room {room} is entered by {', '.join(sorted(DOORS[room]))}"
    if folder.partition("/")[0] != "rules" and header not in OUTER:
        return f"only rules may include {header}"
    return None


def wrong_edges(analyzer):
    for file in sorted(analyzer.rglob("*.[ch]")):
        layer = file.relative_to(analyzer).parts[0]
        if layer not in LAYERS:
            yield f"{file}: {layer} is no layer"
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            include = INCLUDE.match(line)
            if include:
                mistake = (judge(layer, include.group(1)) or
                           judge_door(file.parent.relative_to(analyzer).as_posix(), include.group(1)))
                if mistake:
                    yield f"{file}:{number}: #include \"{include.group(1)}\": {mistake}"


def prove_itself(analyzer):
    """Wrong edges in a copy that are not reported."""
    wrong = [("base/seq.h", "flow/table.h"), ("decode/ip.c", "endpoint/history.h"),
             ("decode/ip.c", "capture/reader.h"), ("flow/track.c", "capture/frame.h"),
             ("rules/set/judge.c", "facts/facts.h"), ("rules/set/judge.c", "flow/connection.h"),
             ("report/text.c", "rules/language/tree.h"), ("report/text.c", "decode/packet.h"), ("report/text.c", "pipeline/pipeline.h"),
             ("rules/set/judge.c", "rules/text/piece.h"), ("report/text.c", "text.h"), ("report/text.c", "elsewhere/text.h")]
    for file, header in wrong:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "analyzer")
            shutil.copytree(analyzer, copy)
            with open(copy / file, "a", encoding="utf-8") as text:
                text.write(f'#include "{header}"\n')
            if not any(header in edge for edge in wrong_edges(copy)):
                yield f"self-test: {header} in {file} was not seen"


def main():
    analyzer = Path(sys.argv[1], "analyzer")
    mistakes = list(wrong_edges(analyzer))
    mistakes += prove_itself(analyzer)
    for mistake in mistakes:
        print(mistake)
    sys.exit(bool(mistakes))


main()
