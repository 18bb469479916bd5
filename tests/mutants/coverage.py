#!/usr/bin/env python3
"""Which lines and branches of the runtime's core, and of the passes that make and place a chain's states, no test has run.

Reads what gcov says of BUILD, which `make coverage` has built and tested. Each line and branch that was not run is in
uncovered.txt, with the reason; status 1 if one is not, or if one that is there has been run or does not exist (but for races).

Two things can never run and are left out: the way past a `switch` that has a case for every enumerator (the compiler checks that:
-Wswitch-enum), with the `return` after it; and assertions (this build has NDEBUG; the driver of random programs has CHAIN__CHECK)."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from explained import explained
from sites import full_switches, functions_of, tokens_of

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
WATCHED = ["runtime/core/*.c", "compiler/machine/lower*.c", "compiler/machine/simplify.c",
           *(f"compiler/frame/{name}.c" for name in ("liveness", "failure_room", "locals", "layout"))]


class Source:
    """A file's text, its functions, and what in it cannot be run."""

    def __init__(self, path):
        self.name = str(path.relative_to(TOP))
        self.text = path.read_text()
        self.lines = self.text.split("\n")
        self.functions, self.full_switches, self.after_switch = {}, set(), set()
        tokens = tokens_of(self.text)
        for name, _, begin, end in functions_of(tokens):
            for number in range(self.number(tokens[begin].begin), self.number(tokens[end].begin) + 1):
                self.functions[number] = name
            self.switches(tokens, begin, end)

    def number(self, place):
        return self.text.count("\n", 0, place) + 1

    def switches(self, tokens, begin, end):
        for switch, after in full_switches(tokens, begin, end):
            self.full_switches.add(self.number(tokens[switch].begin))
            if after is not None:
                self.after_switch.add(self.number(tokens[after].begin))

    def place(self, number, what):
        line = re.sub(r"\s*/\*.*?(\*/|$)|\s*//.*", "", self.lines[number - 1]).strip()
        return self.name, self.functions.get(number, "-"), line, what


def counted(build):
    """{file: {line: (how often, [how often each branch])}}, added up over all objects made of a file. One that is made in another
    way has other branches: of a line's, the ones that occur most often count."""
    found = {}
    for data in sorted(build.rglob("*.gcda")):
        done = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities", data.name], cwd=data.parent, capture_output=True)
        for text in done.stdout.splitlines():
            for file in json.loads(text)["files"]:
                lines = found.setdefault(os.path.relpath(TOP / file["file"], TOP), {})
                for line in file["lines"]:
                    branches = tuple(branch["count"] for branch in line["branches"])
                    lines.setdefault(line["line_number"], []).append((line["count"], branches))
    return {file: {n: added(counts) for n, counts in lines.items()} for file, lines in found.items()}


def added(counts):
    sizes = [len(branches) for _, branches in counts]
    size = max(set(sizes), key=lambda size: (sizes.count(size), size))
    alike = [branches for _, branches in counts if len(branches) == size]
    return sum(count for count, _ in counts), [sum(column) for column in zip(*alike)]


def missing(source, lines):
    """The places that were not run, and how many lines and branches there are."""
    found, totals = [], [0, 0]
    for number, (count, branches) in sorted(lines.items()):
        if number in source.after_switch or source.lines[number - 1].lstrip().startswith("CHAIN__CHECK("):
            continue
        totals[0] += 1
        if count == 0:
            found.append((number, "line"))
            continue
        never = branches.count(0)
        if number in source.full_switches and never > 0:
            never -= 1
            branches = branches[1:]
        totals[1] += len(branches)
        if never > 0:
            found.append((number, "branch" if never == 1 else f"{never} branches"))
    return found, totals


def main():
    build = Path(sys.argv[1] if len(sys.argv) > 1 else "build/coverage").resolve()
    reasons, used, bad = explained(HERE / "uncovered.txt"), set(), 0
    counts = counted(build)
    for pattern in WATCHED:
        for path in sorted(TOP.glob(pattern)):
            source = Source(path)
            if source.name not in counts:
                print(f"{source.name}: nothing of it was run")
                bad += 1
                continue
            found, (lines, branches) = missing(source, counts[source.name])
            named = sum(source.place(*where) in reasons for where in found)
            print(f"{source.name:<34} {lines:>4} lines {branches:>4} branches: {len(found)} not run, {named} of them explained")
            for number, what in found:
                place = source.place(number, what)
                used.add(place)
                if place not in reasons:
                    bad += 1
                    print(f"    {source.name}:{number}: {what}: {place[1]}: {place[2]}")
    for place in sorted(place for place in set(reasons) - used if not reasons[place].startswith("Race:")):
        bad += 1
        print(f"uncovered.txt: this is run, or is not there: {' / '.join(place)}")
    print(f"{bad} not explained")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
