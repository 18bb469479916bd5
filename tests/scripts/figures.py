#!/usr/bin/env python3
"""tools/figures.py counts what docs/style.md and decision 43 ask for; what was reached is kept."""

import os
import re
import subprocess
import sys
from pathlib import Path

TOP, BUILD = Path(os.environ["TOP"]), Path(os.environ["BUILD"])
AT_MOST = {
    "of them without the name of their file or folder in front": 0, "switches over IR_ kinds": 1, "switches over NODE_ kinds": 3,
    "switches over AST_ kinds": 11, "lines of a function, median": 10, "lines of a function, 90th percentile": 20,
    "lines of a function, 99th percentile": 40, "tests of a cancel in two lines": 0, "cancel cases that only break": 0,
    "places in tables by number": 0, "lines of C for a line of source": 4.5,
}
told = subprocess.run([sys.executable, TOP / "tools/figures.py", TOP, BUILD], capture_output=True, text=True)
found = {what: float(value) for value, what in re.findall(r"^ *([\d.]+) (.+)$", told.stdout, re.M)}
wrong = [told.stderr] if told.returncode else []
wrong += [f"{what}: {found.get(what)}, at most {most}" for what, most in AT_MOST.items() if found.get(what, most + 1) > most]
# Nothing was counted: the tool looks in the wrong place.
wrong += [f"{what}: {found.get(what)}" for what in ("external names of the compiler", "lines of C") if found.get(what, 0) < 100]
print(*wrong, sep="\n")
sys.exit(bool(wrong))
