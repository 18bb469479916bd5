#!/usr/bin/env python3
"""What computed_numbers.py does, by clang and, if there is one, a compiler for 32 bits, with fewer types."""

import os
import shutil
import sys

from computed_numbers import compiler, refused


def main():
    compilers = []
    if shutil.which("clang") and not os.environ.get("CC", "gcc").startswith("clang"):
        compilers.append((["clang"], 64))
    if shutil.which("i686-linux-gnu-gcc"):
        compilers.append((["i686-linux-gnu-gcc", "-static"], 32))
    problems = "".join(compiler(words, word, False) + refused(words) for words, word in compilers)
    if not compilers:
        print("there is no other compiler")
    sys.stderr.write(problems)
    return problems != ""


if __name__ == "__main__":
    sys.exit(main())
