#!/usr/bin/env python3
"""The map in ARCHITECTURE.md is true: each function that it names is defined in the file that it names, and its file stands in the
tables above it."""

import os
import re
import sys
from pathlib import Path

TOP = Path(os.environ["TOP"])
LEAST = 12
page = (TOP / "ARCHITECTURE.md").read_text()
tables, _, rest = page.partition("| the place where | file | function |")
rows = re.findall(r"^\| (.+?) \| `(\S+)` \| `(\w+)` \|$", rest, re.M)
wrong = []

for sentence, file, function in rows:
    path = TOP / file
    definition = re.compile(rf"^[a-z][^;\n]*\b{function}\([^;{{}}]*\)\n\{{", re.M)
    if not path.exists():
        wrong.append(f"{sentence}: there is no {file}")
    elif not definition.search(path.read_text()):
        wrong.append(f"{sentence}: {file} does not define {function}()")
    if not re.search(rf"[`/]{re.escape(path.stem)}`", tables):
        wrong.append(f"{sentence}: {path.stem} does not stand in the tables of files")
if len(rows) < LEAST:
    wrong.append(f"{len(rows)} sentences, fewer than {LEAST}")
print("\n".join(wrong))
sys.exit(bool(wrong))
