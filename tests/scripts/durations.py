#!/usr/bin/env python3
"""Literal durations are exact (rules 87, 161): every unit with every whole part and every fraction of a list, against Python's
fractions. What chainc accepts has the right number of ns, and is printed as a literal of the same value; what it refuses is too long
or no whole number of ns, as its message says."""

import os
import re
import subprocess
import sys
from fractions import Fraction
from itertools import product
from pathlib import Path

CHAINC = os.environ["CHAINC"]
UNITS = {"us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
MOST = (2**63 - 1) // 2
DIGITS = ["1", "2", "5", "25", "125", "0625", "9", "3", "99", "001", "500", "250000", "007"]
FRACTIONS = [""] + ["." + "0" * zeros + digits for zeros in range(14) for digits in DIGITS] + [".0", "." + "0" * 40, ".5" + "0" * 40]


def wholes(unit):
    longest = MOST // UNITS[unit]
    return ["0", "1", "00", "08", "59", "1000000", str(longest), str(longest + 1), "9" * 25]


def chains(literals):
    return "".join(f"chain void c{i}(void) {{ delay {text} }}\n" for i, text in enumerate(literals))


def run(arguments, text):
    Path("durations.chain").write_text(text)
    return subprocess.run([CHAINC, *arguments, "durations.chain"], capture_output=True, text=True)


def value(literal):
    number, unit = re.fullmatch(r"([0-9.]+)(\w+)", literal).groups()
    return Fraction(number) * UNITS[unit]


def values_of(dump):
    return [int(ns) for ns in re.findall(r"delay of (\d+) ns", dump)]


literals = [whole + fraction + unit for unit in UNITS for whole, fraction in product(wholes(unit), FRACTIONS)]
right = [text for text in literals if value(text).denominator == 1 and value(text) <= MOST]
exact = [int(value(text)) for text in right]
wrong = []

tree = run(["--dump=ast"], chains(right))
if tree.returncode or values_of(tree.stdout) != exact:
    wrong.append("a literal is refused or has another value: " + tree.stderr[:200])
printed = run(["--dump=source"], chains(right)).stdout
if values_of(run(["--dump=ast"], printed).stdout) != exact:
    wrong.append("a printed literal has another value")

refused = [text for text in literals if text not in set(right)]
for first in range(0, len(refused), 20):  # chainc stops after so many errors
    some = refused[first : first + 20]
    messages = re.findall(r"durations.chain:(\d+):\d+: error: '(.*?)' is (too long|no whole)", run(["--dump=ast"], chains(some)).stderr)
    expected = [(str(i + 1), text, "too long" if value(text).denominator == 1 else "no whole") for i, text in enumerate(some)]
    wrong += [f"{a} instead of {b}" for a, b in zip(messages + ["nothing"] * len(expected), expected) if a != b]

print(f"{len(right)} literals are accepted, {len(refused)} are refused")
print("\n".join(wrong[:20]))
sys.exit(bool(wrong) or len(right) < 2000 or len(refused) < 2000)
