#!/usr/bin/env python3
"""lint.py [--quick] SOURCE BUILD: clang-tidy (.clang-tidy) and cppcheck (cppcheck.txt) over analyzer/. Every finding is
a failure; what is not held against the code stands in these two files with its reason. --quick leaves out clang's
analyzer, nine tenths of the time. Skipped (77) where neither is installed."""
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

quick = sys.argv[1] == "--quick"
source, build = map(Path, sys.argv[1 + quick:])
suppressions = Path(__file__).with_name("cppcheck.txt")
processors = len(os.sched_getaffinity(0))


def own_files():
    """The C files of analyzer/ that the build folder compiles, without what is generated."""
    entries = json.loads((build / "compile_commands.json").read_text())
    files = {(Path(entry["directory"]) / entry["file"]).resolve() for entry in entries}
    return sorted(file for file in files if (source / "analyzer").resolve() in file.parents)


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stdout, done.stderr


def tidy(file):
    status, out, errors = run(["clang-tidy", "--quiet", *(["--checks=-clang-analyzer-*"] if quick else []),
                               "-p", str(build), "--extra-arg=-Wno-unknown-warning-option",
                               "--extra-arg=-Wno-ignored-optimization-argument", str(file)])
    if status == 0:
        return ""
    return "".join(f"{line}\n" for line in out.splitlines() if ": error: " in line or ": warning: " in line) or errors


def run_clang_tidy(files):
    with ThreadPoolExecutor(processors) as pool:
        return "".join(dict.fromkeys(pool.map(tidy, files)))  # what is in a header is found by many


def run_cppcheck(files):
    status, out, errors = run(
        ["cppcheck", "--quiet", f"--project={build / 'compile_commands.json'}", "-j", str(processors),
         "--file-filter=*/analyzer/*", "--enable=warning,style,performance,portability", "--library=gtk",
         f"--suppressions-list={suppressions}", "--error-exitcode=1"])
    return out + errors if status else ""


found, ran = "", False
for program, function in (("clang-tidy", run_clang_tidy), ("cppcheck", run_cppcheck)):
    if not shutil.which(program):
        print(f"{program} is not installed")
        continue
    ran = True
    found += function(own_files())
print(found, end="")
sys.exit(1 if found else 0 if ran else 77)
