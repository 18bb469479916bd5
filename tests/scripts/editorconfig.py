#!/usr/bin/env python3
"""The files of the tree are as .editorconfig says, and each of its sections matches a file.

Checked are charset, end_of_line, insert_final_newline, trim_trailing_whitespace and indent_style.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ["TOP"]).resolve()
wrong = []


def pattern(glob):
    """Without a slash a glob is that of a name; {a,b} are alternatives, ** passes over slashes."""
    parts = {"**": ".*", "*": "[^/]*", "{": "(?:", "}": ")", ",": "|"}
    text = re.sub(r"\*\*|[*{},]|[^*{},]+", lambda m: parts.get(m[0], re.escape(m[0])), glob)
    return re.compile(text if "/" in glob else "(?:.*/)?" + text)


def sections():
    """(glob, pattern, properties), in their order."""
    found = []
    for line in (TOP / ".editorconfig").read_text().splitlines():
        if line.startswith("["):
            found.append((line[1:-1], pattern(line[1:-1]), {}))
        elif found and "=" in line:
            key, value = map(str.strip, line.split("="))
            found[-1][2][key] = value
    return found


def problems(data, properties):
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        if properties.get("charset") == "utf-8":
            yield "is not UTF-8"
    if properties.get("end_of_line") == "lf" and "\r" in text:
        yield "has a carriage return"
    if properties.get("insert_final_newline") == "true" and data and not data.endswith(b"\n"):
        yield "does not end in a newline"
    if properties.get("trim_trailing_whitespace") == "true" and re.search(r"[ \t]$", text, re.M):
        yield "has white space at the end of a line"
    if properties.get("indent_style") == "space" and re.search(r"^\t", text, re.M):
        yield "has a tab at the beginning of a line"


def files():
    git = ["git", "-C", str(TOP), "ls-files", "-z"]
    listed = subprocess.run(git, capture_output=True, text=True)
    if listed.returncode != 0:
        print("this is no git tree")
        sys.exit(77)
    return [name for name in listed.stdout.split("\0") if name and (TOP / name).is_file()]


table = sections()
unused = {glob for glob, *_ in table}
names = files()
for name in names:
    properties = {}
    for glob, match, values in table:
        if match.fullmatch(name):
            unused.discard(glob)
            properties.update(values)
    wrong += [f"{name} {what}" for what in problems((TOP / name).read_bytes(), properties)]
wrong += [f".editorconfig: nothing matches [{glob}]" for glob in sorted(unused)]
print(f"{len(names)} files, {len(table)} sections")
print(*wrong, sep="\n", file=sys.stderr)
sys.exit(bool(wrong))
