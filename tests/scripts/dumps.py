#!/usr/bin/env python3
"""--dump=ir shows every kind of instruction and terminator of ir.def, and ends well for every program of the tests."""

import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
CHAINC = os.environ.get("CHAINC", str(TOP / "build/bin/chainc"))
FOLDERS = ["examples", "tests/emit", "tests/exec", "tests/run", "tests/sim", "tests/faults"]

wrong = []


def pattern(kind, dump):
    """The dump of an instruction or a terminator as a pattern for its line."""
    parts = re.split(r"([A-Z=@!])", dump)
    return kind, re.compile("    " + "".join(".*" if p in "=@!" or p.isupper() else re.escape(p)
                                             for p in parts if p != "") + "$")


rows = [pattern(*row) for row in re.findall(r'^(?:INSTR|END)\((\w+), "([^"]*)"',
                                            (TOP / "compiler/machine/ir.def").read_text(), re.M)]
seen = {}
files = sorted(path for folder in FOLDERS for path in (TOP / folder).rglob("*.chain"))
for path in files:
    run = subprocess.run([CHAINC, "-I", str(TOP / "runtime/ops"), "--dump=ir", str(path)],
                         capture_output=True, text=True, errors="replace", check=False)
    if run.returncode not in (0, 1):
        wrong.append(f"{path.relative_to(TOP)}: --dump=ir ends with {run.returncode}")
    for line in set(run.stdout.splitlines()):
        for kind, shape in rows:
            if kind not in seen and shape.match(line):
                seen[kind] = path

wrong += [f"no dump shows an {kind}" for kind, _ in rows if kind not in seen]
print(f"{len(files)} files, {len(seen)} of {len(rows)} kinds", *wrong, sep="\n")
sys.exit(1 if wrong or not rows or not files else 0)
