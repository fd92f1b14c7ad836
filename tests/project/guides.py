#!/usr/bin/env python3
"""guides.py [--build] CLOSELINT SOURCE: follows docs/adding-*.md in a copy of the source tree.

The pages say in comments, which a reader does not see, what a block is:

    <!-- file: PATH -->         the block is this file
    <!-- after: PATH: TEXT -->  the block is inserted into the file, after the first line that holds TEXT;
    <!-- before: PATH: TEXT --> before it;
    <!-- change: PATH: TEXT --> in place of the first TEXT
    ```console                  lines with $ are run, and print what follows; a line … stands for any lines

With --build all that the pages add is compiled first, and closelint is the program that comes out of it; without, the
pages that touch analyzer/ or rules/ are left out.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"(?:<!-- (file|after|before|change): (.*?) -->\n)?^```(\w*)\n(.*?)^```$", re.M | re.S)
COMMAND = re.compile(r"^\$ (.*)$", re.M)
COMPILED = ("analyzer/", "rules/")
WRITTEN = ("file", "after", "before", "change")


class Block:
    def __init__(self, page, match):
        self.page, self.kind, self.text = page, match[1] or match[3], match[4]
        self.path, _, self.anchor = (match[2] or "").partition(": ")

    def is_compiled(self):
        return self.kind in WRITTEN and self.path.startswith(COMPILED)

    def apply(self, tree):
        """Writes the file, or inserts into it; a complaint where that cannot be."""
        path = tree / self.path
        if self.kind == "file":
            if path.exists():
                return f"{self.path} exists already"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text, encoding="utf-8")
            return None
        if not path.exists():
            return f"there is no {self.path}"
        text = path.read_text(encoding="utf-8")
        if self.kind == "change" and self.anchor in text:
            path.write_text(text.replace(self.anchor, self.text.rstrip("\n"), 1), encoding="utf-8")
            return None
        lines = text.splitlines(keepends=True)
        for number, line in enumerate(lines):
            if self.anchor in line:
                lines.insert(number + (self.kind == "after"), self.text)
                path.write_text("".join(lines), encoding="utf-8")
                return None
        return f"{self.path} has no line with '{self.anchor}'"

    def run(self, tree, environment):
        """Yields a complaint for each command that prints something else."""
        parts = COMMAND.split(self.text)[1:]
        for command, expected in zip(parts[::2], parts[1::2]):
            done = subprocess.run(["bash", "-c", command], cwd=tree, env=environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            got = done.stdout.decode(errors="replace").strip()
            pattern = "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line) + r"\n"
                              for line in expected.strip().splitlines())
            got += "\n"
            if not re.fullmatch(pattern, got):
                yield f"{command}\nprints:\n{got}\nand not:\n{expected.strip()}"


def read_blocks(docs):
    for page in sorted(docs.glob("adding-*.md")):
        for match in BLOCK.finditer(page.read_text(encoding="utf-8")):
            yield Block(page.name, match)


def follow(blocks, tree, closelint, build):
    """Yields complaints."""
    if not build:
        compiled = {block.page for block in blocks if block.is_compiled()}
        blocks = [block for block in blocks if block.page not in compiled]
    for block in blocks:
        if block.kind in WRITTEN:
            complaint = block.apply(tree)
            if complaint:
                yield f"{block.page}: {complaint}"
    if build:
        for command in (["meson", "setup", "-Dwerror=true", "build"],
                        ["ninja", "-C", "build", "analyzer/pipeline/closelint"]):
            done = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if done.returncode != 0:
                yield f"{' '.join(command)}:\n{done.stdout.decode(errors='replace')}"
                return
        closelint = tree / "build/analyzer/pipeline/closelint"
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PATH": f"{Path(closelint).parent}:{os.environ['PATH']}"}
    for block in blocks:
        if block.kind == "console":
            for complaint in block.run(tree, environment):
                yield f"{block.page}: {complaint}"


def main():
    build = "--build" in sys.argv
    closelint, source = [os.path.abspath(argument) for argument in sys.argv[1:] if argument != "--build"]
    blocks = list(read_blocks(Path(source, "docs")))
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "closelint")
        shutil.copytree(source, tree, ignore=shutil.ignore_patterns(".git", "build*"))
        complaints = list(follow(blocks, tree, closelint, build))
    for complaint in complaints:
        print(complaint)
    if not blocks:
        print("no guide has anything to follow")
    sys.exit(bool(complaints) or not blocks)


main()
