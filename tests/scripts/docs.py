#!/usr/bin/env python3
"""The examples of the documentation are true. The words after ``` say how a block is checked:

    chain [NAME.chain]  compiles without a warning; if the page has a block ops.chain, the others may use it without an import
    chain-part          nothing: a fragment
    c NAME.c            a file for what follows
    LANGUAGE from NAME  lines of a file that was made, or of one in examples/ or runtime/, one after the other; `...` on a line of its own
                        stands for left out ones
    sh run              is run in the folder of the page's files; then
    text output         what the commands before it have printed

Links between the pages lead to files that exist.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP, BUILD, CHAINC = (Path(os.environ[name]).resolve() for name in ("TOP", "BUILD", "CHAINC"))
PAGES = [*sorted(TOP.glob("*.md")), *sorted((TOP / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```([^\n`]+)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#:]+)(?:#[^)]*)?\)")
wrong = []


def run(command, folder, **options):
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


def chainc(folder, name, *flags):
    return run([CHAINC, "-I", BUILD / "share/chain", *flags, name], folder)


class Page:
    def __init__(self, path, folder):
        self.path, self.folder = path, folder
        self.text = path.read_text()
        self.blocks = [(m[1].split(), m[2], self.text.count("\n", 0, m.start()) + 1) for m in BLOCK.finditer(self.text)]
        self.has_ops = any(words == ["chain", "ops.chain"] for words, *_ in self.blocks)
        self.printed = ""

    def complain(self, line, text):
        wrong.append(f"{self.path.relative_to(TOP)}:{line}: {text}")

    def write(self, words, code):
        """A nameless block imports ops.chain in its last line, so that its line numbers stay."""
        name = words[1] if len(words) > 1 else "example.chain"
        if len(words) == 1 and self.has_ops:
            code += 'import "ops.chain";\n'
        (self.folder / name).write_text(code)
        return name

    def chain(self, words, code, line):
        result = chainc(self.folder, self.write(words, code), "--check")
        if result.returncode != 0 or result.stdout:
            self.complain(line, result.stdout)

    def lines_from(self, name, code, line):
        """Empty lines do not count."""
        lines = [text for text in (self.folder / name).read_text().splitlines() if text.strip()]
        at = 0
        for part in re.split(r"^ *\.\.\.\n", code, flags=re.M):
            wanted = [text for text in part.splitlines() if text.strip()]
            found = [i for i in range(at, len(lines) - len(wanted) + 1) if lines[i:i + len(wanted)] == wanted]
            if not found:
                self.complain(line, f"{name} has no such lines one after the other, or not here:\n{part}")
                return
            at = found[0] + len(wanted)

    def sh_run(self, code, line):
        result = run(["sh", "-e", "-c", code], self.folder, timeout=60)
        self.printed = result.stdout
        if result.returncode != 0:
            self.complain(line, f"status {result.returncode}:\n{result.stdout}")

    def check_block(self, words, code, line):
        if words[0] == "chain":
            self.chain(words, code, line)
        elif words[1:2] == ["from"]:
            self.lines_from(words[2], code, line)
        elif words[0] == "c" and len(words) > 1:
            (self.folder / words[1]).write_text(code)
        elif words == ["sh", "run"]:
            self.sh_run(code, line)
        elif words == ["text", "output"] and code != self.printed:
            self.complain(line, f"this was printed instead:\n{self.printed}")

    def check(self):
        for link in LINK.findall(BLOCK.sub("", self.text)):
            if not (self.path.parent / link).exists():
                self.complain(1, f"there is no {link}")
        for words, code, line in self.blocks:
            self.check_block(words, code, line)


def make_folder(path):
    """Looks like the project's own, as far as the commands know it; `cc` is the compiler that the build was made with."""
    (path / "bin").mkdir()
    (path / "build").symlink_to(BUILD)
    (path / "examples").symlink_to(TOP / "examples")
    (path / "runtime").symlink_to(TOP / "runtime")
    (path / "bin/cc").write_text(f'#!/bin/sh\nexec {os.environ["CC"]} {os.environ["CFLAGS"]} "$@"\n')
    (path / "bin/cc").chmod(0o755)
    os.environ["PATH"] = f"{path}/bin:{os.environ['PATH']}"
    os.environ["LC_ALL"] = "C"


with tempfile.TemporaryDirectory() as top:
    for number, path in enumerate(page for page in PAGES if page.exists()):
        folder = Path(top) / str(number)
        folder.mkdir()
        before = os.environ["PATH"]
        make_folder(folder)
        Page(path, folder).check()
        os.environ["PATH"] = before
print("\n".join(wrong))
sys.exit(bool(wrong))
