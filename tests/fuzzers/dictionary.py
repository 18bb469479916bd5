#!/usr/bin/env python3
"""Prints the words of the language as a dictionary of libFuzzer and AFL++, from grammar/tokens.def and compiler/ctext/reserved_codes.c.

tests/fuzzers/chain.dict is its output; tests/scripts/fuzzers.sh compares.
"""

import re
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
MORE = ["us", "ms", "s", "m", "h", "it", "err", "attempt", "%}", "/*", "*/", "//", "..", "...", "'", '"', "\\\n", "10ms", "254"]


def quoted(word):
    return '"' + "".join(c if c.isalnum() or c in "_%(){}:;,=.*/'" else f"\\x{ord(c):02x}" for c in word) + '"'


def main():
    tokens = re.findall(r'^TOKEN\(\w+, "\'(\S+?)\'"', (TOP / "grammar/tokens.def").read_text(), re.M)
    codes = re.findall(r'"(CHAIN_E\w+|EIO|ETIMEDOUT|ECANCELED)"', (TOP / "compiler/ctext/reserved_codes.c").read_text())
    print("# The words of the language: made by tests/fuzzers/dictionary.py.")
    for word in dict.fromkeys([*tokens, *codes, *MORE]):
        print(quoted(word))


main()
