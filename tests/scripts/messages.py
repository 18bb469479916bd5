#!/usr/bin/env python3
"""Every message of chainc is expected by a test: its text stands in an .err, or in a script that looks for it."""

import os
import re
import sys
from pathlib import Path

TOP = Path(os.environ["TOP"])
DEFINITIONS = [TOP / "compiler/base/diag.def", TOP / "compiler/base/diag_check.def"]
SCRIPTS = [TOP / "tests/long/limits.sh", TOP / "tests/scripts/cli_input.sh"]
GUARDS = {"VALUE_UNTYPED"}  # no input is known that leads to them
DIAG = re.compile(r'^DIAG\((\w+), DIAG_(\w+), "[^"]*", "((?:[^"\\]|\\.)*)"\)$', re.M)


def pattern(text):
    """What the format prints: anything stands for a number, a name or a text."""
    text = text.replace('\\"', '"').replace("\\\\", "\\")
    parts = re.split(r"(%%|%[0-9]*[a-zA-Z])", text)
    return "".join("%" if part == "%%" else r".*" if part.startswith("%") else re.escape(part) for part in parts)


def expected():
    """The lines with messages of the .err files, and those of the scripts that may name one."""
    for path in sorted((TOP / "tests").rglob("*.err")):
        yield from re.findall(r"^\S.*?: ((?:error|warning): .*?)(?: \[-W[^\]]*\])?$", path.read_text(errors="replace"), re.M)
    for path in SCRIPTS:
        for line in path.read_text().splitlines():
            found = re.search(r"""\b(refuses \S+|shows err) (["'])(?:[^"']*error: )?(.+)\2$""", line)
            if found:
                yield "error: " + found[3].replace("\\", "")


lines = list(expected())
definitions = [(path, DIAG.findall(path.read_text())) for path in DEFINITIONS]
wrong = [f"{path.relative_to(TOP)}: no message found" for path, found in definitions if not found]
for path, found in definitions:
    if len(found) != len(re.findall(r"^DIAG\(", path.read_text(), re.M)):
        wrong.append(f"{path.relative_to(TOP)}: a message that this script cannot read")
    for name, severity, text in found:
        wanted = re.compile(f"{severity.lower()}: {pattern(text)}")
        if name not in GUARDS and not any(wanted.fullmatch(line) for line in lines):
            wrong.append(f"{path.relative_to(TOP)}: no test expects {name}: {text}")
print("\n".join(wrong))
sys.exit(bool(wrong))
