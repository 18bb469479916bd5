#!/usr/bin/env python3
"""Numbers that are known when a program is compiled: every construct that takes one, with numbers at its limits and at those of C's
types, written as decimal, hexadecimal and octal numbers, in brackets and as a macro. Each is taken as it is, or refused at its line: a
number by chainc, an expression by the C compiler. Nothing is cut off, and nothing is said of generated lines.

Those that are computed at run time are in computed_numbers.py."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
CHAINC = os.environ.get("CHAINC", str(BUILD / "bin/chainc"))
WARNINGS = ["-std=gnu11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wno-unused-function"]
UNITS = {"us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
LONGEST = (2**63 - 1) // 2
FRAME = 50 # more than 1, less than 99: the frame of a budget's chain is between these

CONSTRUCTS = {
    "pool": "chain void a{i}(int n) raises nothing pool {n} {{ delay 1ms }}",
    "budget": "chain void a{i}(int n) budget {n} {{ delay 1ms }}",
    "limit": "chain void a{i}(int n) {{ each (i in 0 .. 3) limit {n} {{ delay 1ms }} }}",
    "retry": "chain void a{i}(int n) {{ retry {n} {{ reject(5) }} }}",
    "jitter": "chain void a{i}(int n) {{ retry 3 backoff 1ms jitter {n}% {{ reject(5) }} }}",
    "code": "codes {{ E{i} = {n} }}",
    "delay": "chain void a{i}(int n) {{ delay {n} }}",
    "timeout": "chain void a{i}(int n) {{ timeout {n} delay 1ms }}",
    "backoff": "chain void a{i}(int n) {{ retry 3 backoff {n} {{ reject(5) }} }}",
    "to": "chain void a{i}(int n) {{ retry 3 backoff 0us to {n} {{ reject(5) }} }}",
}
MEANT = {
    "pool": lambda n: 1 <= n < 2**40, # larger ones are more than any memory: what a C compiler says of them differs
    "budget": lambda n: n >= FRAME,
    "limit": lambda n: 1 <= n <= 254,
    "retry": lambda n: n >= 1,
    "jitter": lambda n: n <= 100,
    "code": lambda n: 0x4000 <= n <= 0x3fffffff,
}
LIMITS = [0, 1, 100, 254, 0x4000, 2**16, 2**31 - 1, 2**32, 2**63 - 1, 2**64 - 1, 2**64 + 1, 2**64 + 2**32, 10**30]
NUMBERS = sorted({v for n in LIMITS for v in (n - 1, n, n + 1)})
WRONG = ["08", "019", "0x", "0xg", "1.5", "1e3", "1u", "0b11", "12px"]


def plain():
    """What is written as a number: construct, text, who refuses it."""
    for construct, meant in MEANT.items():
        for n in NUMBERS:
            if n < 0 or construct == "pool" and n >= 2**40 and n < 2**63:
                continue
            spelled = sorted({str(n), hex(n), "0" + oct(n)[2:]})
            for text in spelled[:1] if construct == "code" and meant(n) else spelled: # no two codes have one number
                c = construct == "budget" and n < FRAME
                yield construct, text, "c" if c else None if meant(n) and n < 2**63 else "chainc"
        for text in WRONG:
            yield construct, text, "chainc"


def durations():
    for construct in ("delay", "timeout", "backoff", "to"):
        for unit, ns in UNITS.items():
            for n in sorted({0, 1, 8, *NUMBERS[1:], *(LONGEST // ns + k for k in (-1, 0, 1))}):
                if n >= 0:
                    yield construct, f"{n}{unit}", None if n * ns <= LONGEST else "chainc"
        for text in ("08ms", "000s"):
            yield construct, text, None
        for text in ("1", "0x1ms", "1.0000001us", "1.5e3s", "1e3ms", "1ums", "1d", "-1s"):
            yield construct, text, "chainc"


def expressions():
    """In brackets a single number is still one for chainc; what is computed, and what a macro is, only C knows."""
    for construct in ("pool", "budget", "limit", "retry"):
        for n in NUMBERS:
            if abs(n) >= 2**63 or construct == "pool" and n >= 2**40:
                continue
            fits = MEANT[construct](n)
            by_chainc = construct != "budget"
            yield construct, f"({n})", None if fits else "chainc" if by_chainc else "c"
            for text in (f"(0 + {n})", f"({n} - 0)", f"N{'_' if n < 0 else ''}{abs(n)}"):
                yield construct, text, None if fits or construct == "retry" else "c"
        for text, n in (("(300 - 200)", 100), ("(254 / 1)", 254), ("(1 ? 3 : 0)", 3), ("(sizeof(char))", 1)):
            yield construct, text, None if MEANT[construct](n) else "c"
        for text in ("(1.5)", "HALF"):
            yield construct, text, "c"
        if construct != "retry": # names of the chain
            yield construct, "(n)", "chainc"


def macros():
    defines = [f"#define N{'_' if n < 0 else ''}{abs(n)} ({n})" for n in NUMBERS if abs(n) < 2**63]
    return defines + ["#define HALF 1.5"]


def run(command):
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})


class Group:
    """Cases that the same one refuses, in one file, each on a line of its own."""

    def __init__(self, name, rows):
        self.rows, self.path, self.first = rows, Path(f"{name}.chain"), len(macros()) + 1
        lines = [CONSTRUCTS[construct].format(i=i, n=text) for i, (construct, text) in enumerate(rows)]
        self.path.write_text("\n".join(macros() + lines) + "\n")

    def lines(self, said):
        """The lines that errors and warnings name, or the notes to what stands in a macro of ours."""
        return [int(m[1]) for m in re.finditer(rf"{self.path}:(\d+):\d+: (?:fatal )?(?:error|warning|note)", said)]

    def silent(self, said):
        named = set(self.lines(said))
        return [row for i, row in enumerate(self.rows) if self.first + i not in named]

    def c(self, words):
        return run([*words, *WARNINGS, f"-I{TOP}/runtime/include", "-I.", "-fsyntax-only", str(self.path.with_suffix(".c"))]).stderr


def accepted(group, compilers):
    made = run([CHAINC, "-Wno-unused-chain", str(group.path)])
    if made.returncode or made.stderr:
        return made.stderr[:4000]
    return "".join(f"{words[0]}: {said[:4000]}" for words in compilers if (said := group.c(words)))


BATCH = 15 # chainc shows 20 errors


def refused_by_chainc(rows):
    """Some at a time; those of which nothing is said, as an error of another one may hide them, alone."""
    problems, silent = "", []
    for i in range(0, len(rows), BATCH):
        group = Group("batch", rows[i:i + BATCH])
        silent += group.silent(run([CHAINC, str(group.path)]).stderr)
    for row in silent:
        alone = Group("alone", [row])
        made = run([CHAINC, str(alone.path)])
        if made.returncode != 1 or alone.lines(made.stderr)[:1] != [alone.first]:
            problems += f"{row}: status {made.returncode}, {made.stderr[:200]}\n"
    return problems


def refused_by_c(group, compilers):
    made = run([CHAINC, "-Wno-unused-chain", str(group.path)])
    if made.returncode or made.stderr:
        return made.stderr[:4000]
    problems = ""
    for words in compilers:
        said = group.c(words)
        problems += "".join(f"{words[0]}: {row}: not refused\n" for row in group.silent(said))
    return problems


def main():
    compilers = [os.environ.get("CC", "gcc").split()]
    if shutil.which("clang") and compilers[0][0] != "clang":
        compilers.append(["clang", "-ferror-limit=0"])
    cases = [*plain(), *durations(), *expressions()]
    groups = {by: Group(f"by_{by}", [(c, text) for c, text, who in cases if who == by]) for by in (None, "chainc", "c")}
    problems = accepted(groups[None], compilers) + refused_by_chainc(groups["chainc"].rows) + refused_by_c(groups["c"], compilers)
    print(f"{len(cases)} numbers: {len(groups[None].rows)} accepted, {len(groups['chainc'].rows)} refused by chainc, "
          f"{len(groups['c'].rows)} by {len(compilers)} C compilers")
    sys.stderr.write(problems)
    return problems != ""


if __name__ == "__main__":
    sys.exit(main())
