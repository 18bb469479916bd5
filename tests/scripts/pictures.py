#!/usr/bin/env python3
"""The pictures of the documentation.

Each SVG is what its text gives, is well-formed XML with a title and a description, and is shown by
the pages that docs/pictures/README.md names. Each image of a page exists and has words for those
who cannot see it. A text that is off by a column is refused. The names of code in a picture are
those of docs/pictures/pictures.chain and of what chainc makes of it.
"""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as tree
from pathlib import Path

TOP = Path(os.environ["TOP"]).resolve()
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "tools"))
import picture  # noqa: E402
PICTURES = TOP / "docs/pictures"
PAGES = [*sorted(TOP.glob("*.md")), *sorted((TOP / "docs").glob("*.md"))]
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)]*)\)")
SVG = "{http://www.w3.org/2000/svg}"
wrong = []


def check_svg(text):
    svg = text.with_suffix(".svg")
    made = picture.svg(text)
    if not svg.exists() or svg.read_text() != made:
        wrong.append(f"{svg.relative_to(TOP)} is not what its text gives: make pictures")
    root = tree.fromstring(made)
    for name in ("title", "desc"):
        if not root.findtext(SVG + name):
            wrong.append(f"{svg.relative_to(TOP)} has no {name}")


def is_accepted(path):
    try:
        picture.Drawing(path).check()
    except SystemExit:
        return False
    return True


def images():
    for page in PAGES:
        for words, target in IMAGE.findall(page.read_text()):
            place = (page.parent / target).resolve()
            if not words.strip():
                wrong.append(f"{page.relative_to(TOP)}: no words for {target}")
            if not place.exists():
                wrong.append(f"{page.relative_to(TOP)}: {target} does not exist")
            yield place, str(page.relative_to(TOP))


def named_pages():
    table = (PICTURES / "README.md").read_text()
    rows = re.findall(r"^\| (`[a-z` ]+`) \| ([A-Za-z./, -]+\.md) \|$", table, re.M)
    for row in rows:
        for name in re.findall(r"`([a-z]+)`", row[0]):
            yield PICTURES / f"{name}.svg", sorted(row[1].split(", "))


def known_names():
    """Of the program of the pictures, of the C that it becomes, of chain.h and of the options."""
    program, chainc = PICTURES / "pictures.chain", os.environ["CHAINC"]
    subprocess.run([chainc, program, "-o", "pictures.c"], check=True)
    text = subprocess.run([chainc, "--help"], capture_output=True, text=True, check=True).stdout
    for path in (program, "pictures.c", "pictures.h", TOP / "runtime/include/chain.h"):
        text += Path(path).read_text()
    return set(re.findall(r"\w+", text))


def check_names(text, known):
    for code in re.findall(r"`([^`]*)`", text.read_text().partition("\n\n")[2]):
        for name in re.findall(r"[A-Za-z_]\w+", code):
            if name not in known:
                wrong.append(f"{text.name}: there is no {name} in what the picture shows")


def off_by_one(text):
    """Moves each line of a drawing with upright lines by a column; that must be refused."""
    head, _, body = text.read_text().partition("\n\n")
    lines = body.rstrip("\n").split("\n")
    accepted = tried = 0
    for at, line in enumerate(lines):
        neighbours = lines[max(at - 1, 0):at] + lines[at + 1:at + 2]
        beside = set("".join(neighbours))
        if not set(line) & set("│┃║") or not beside & set("│┃║┌┏╔└┗╚"):
            continue
        damaged = Path("damaged.txt")
        moved_lines = [*lines[:at], " " + line, *lines[at + 1:]]
        damaged.write_text("\n".join([head, "", *moved_lines]))
        tried += 1
        accepted += is_accepted(damaged)
    if accepted:
        wrong.append(f"{text.name}: {accepted} of {tried} lines may be off by a column")
    return tried


texts = sorted(PICTURES.glob("*.txt"))
for path in texts:
    check_svg(path)
shown = {}
for place, page in images():
    shown.setdefault(place, []).append(page)
named = dict(named_pages())
known = known_names()
for path in texts:
    svg = path.with_suffix(".svg")
    if sorted(shown.get(svg, [])) != named.get(svg):
        wrong.append(f"{svg.name} is shown in {shown.get(svg)}, not in {named.get(svg)}")
    check_names(path, known)
for svg in PICTURES.glob("*.svg"):
    if not svg.with_suffix(".txt").exists():
        wrong.append(f"{svg.name} has no text")
moved = sum(map(off_by_one, texts))
count = sum(map(len, shown.values()))
print(f"{len(texts)} pictures, {count} images in pages, {moved} damaged lines refused")
if len(texts) < 6 or moved < 50:
    wrong.append("too few")
print(*wrong, sep="\n", file=sys.stderr)
sys.exit(bool(wrong))
