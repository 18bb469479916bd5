#!/usr/bin/env python3
"""Every operation of an installed module, used without an import, is reported with the name of the module."""

import os
import re
import subprocess
import sys
from pathlib import Path

TOP, CHAINC = Path(os.environ["TOP"]), os.environ["CHAINC"]
DECLARED = re.compile(r"^(?:async|sync|blocking|(?:static )?chain)\s[\w\s*]*?(\w+)\(", re.M)
operations = [(path.name, name) for path in sorted((TOP / "runtime/ops").glob("*.chain")) for name in DECLARED.findall(path.read_text())]
wrong = []
for module, name in operations:
    Path("use.chain").write_text(f"chain void use(void) {{ {name}(1) }}\n")
    told = subprocess.run([CHAINC, "use.chain"], capture_output=True, text=True).stderr
    if f'help: it is declared in a module: `import "{module}";`' not in told:
        wrong.append(f"{name}: {told}")
modules = len({module for module, _ in operations})
print(f"{len(operations)} operations of {modules} modules, {len(wrong)} wrong", *wrong, sep="\n")
sys.exit(bool(wrong) or len(operations) < 10 or modules < 3)
