#!/usr/bin/env python3
"""docs/semantics.md and tests/rules agree: each rule has a line in the table, which names its tests; the tests it names exist and
have the rule's number (those of S rules may have another); and each test is named. A rule that is decided when compiling, [S], has a
test that does not compile, or whose C asserts when compiling; every other rule one that runs."""

import os
import re
import sys
from pathlib import Path

TOP = Path(os.environ["TOP"])
RULE = re.compile(r"^(?:- )?(S?[0-9]+[a-z]?)\. ")
TEST = re.compile(r"rule_\w+")


def rules_of(text):
    """(rule, whether it is decided when compiling), as often as it stands there."""
    found = []
    for line in text.splitlines():
        if match := RULE.match(line):
            found.append([match[1], False])
        elif line.startswith("## "):
            found.append([None, False])
        if found and "[S]" in line:
            found[-1][1] = True
    return [(rule, static) for rule, static in found if rule]


def number_of(test):
    match = re.match(r"rule_(S?)0*([0-9]+[a-z]?)_", test)
    return match[1] + match[2] if match else None


def check_row(rule, tests, static):
    """What is wrong with a line of the table."""
    if not tests:
        yield f"{rule}: no test"
    folder = TOP / "tests/rules"
    runs = [t for t in tests if (folder / f"{t}.out").exists()]
    refused = [t for t in tests if (folder / f"{t}.err").exists()]
    asserts = [t for t in tests if (p := folder / f"{t}.chain").exists() and "_Static_assert" in p.read_text(errors="replace")]
    for test in tests:
        if rule != number_of(test) and not rule.startswith("S"):
            yield f"{test} stands in the line of rule {rule}"
        if test not in runs + refused:
            yield f"{test} expects nothing"
    if static and not refused + asserts:
        yield f"{rule} is decided when compiling, and no test shows that"
    if not static and not runs:
        yield f"{rule} has no test that runs"


text, table = (TOP / "docs/semantics.md").read_text().split("| rule | tests |\n")
rules = rules_of(text)
static = dict(rules)
rows = [(cells[1].strip(), TEST.findall(cells[2])) for line in table.splitlines()[1:] if len(cells := line.split("|")) > 2]
tests = {p.stem for p in (TOP / "tests/rules").glob("rule_*.chain")}
named = {test for _, row in rows for test in row}

wrong = [f"{rule}: this rule has no line in the table" for rule in static if rule not in dict(rows)]
wrong += [f"{rule}: this line of the table has no rule" for rule, _ in rows if rule not in static]
wrong += [f"{rule}: this rule stands there twice" for rule in static if len([r for r, _ in rules if r == rule]) > 1]
wrong += [f"{test} is not in the table" for test in sorted(tests - named)]
wrong += [f"{test} is in the table and does not exist" for test in sorted(named - tests)]
wrong += [text for rule, row in rows for text in check_row(rule, row, static.get(rule))]
print("\n".join(wrong))
sys.exit(bool(wrong) or len(rules) < 100 or len(rows) < 100)
