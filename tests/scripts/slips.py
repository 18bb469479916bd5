#!/usr/bin/env python3
"""Slips at every place where they can be made: one error, at the slip, and the help that says what was meant.

A clause's word with one letter wrong after every kind of binding; a step of every kind without its `then`; a declaration of every
kind without its `;`. And every help in tests/ui that is a replacement is made: that error must be gone.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

TOP, CHAINC = Path(os.environ["TOP"]), os.environ["CHAINC"]
HEAD = """#include <errno.h>
async int get(int n);
sync int parse(int n);
async void tick(void);
"""
BINDINGS = ["as k", "as int k", "as const char *k", "as unsigned long k", "as struct page k", "as size_t k", ""]
CLAUSES = {"then": ["(a)", "do { a++; }", "parse(a)", "tick", "{ tick }"], "catch": ["(0)", "tick", "{ tick }", "EIO: (0)"],
           "finally": ["tick", "parse(a)", "{ tick }"], "undo": ["tick", "parse(a)"], "else": ["(0)", "tick"]}
STEPS = ["parse(a)", "(a)", "do { a++; }", "{ tick }", "all (tick, tick)", "settle (tick, tick)", "any (get(1), get(2))",
         "race (get(1), get(2))", "each (i in 0 .. 3) limit 2 { tick }", "if (a) { tick }", "while (a) { tick }", "loop { tick }",
         "timeout 1s get(a)", "retry 3 get(a)", "delay 1ms", "spawn c(1)", "return a", "reject(EIO)", "break", "continue"]
VARIABLES = ["int x", "int x = 3", "int x = a", "int x[3]", "int x[2] = { 1, 2 }", "const char *x = \"a\"", "struct page x",
             "unsigned long x = (a + 1)", "size_t x = sizeof(a)", "int (*x)(int)"]
ITEMS = ["struct s { int n; }", "enum e { E1 }", "typedef int t", "union u { int n; }", "async int o(int n)", "sync int f(int n)",
         "resource r = int releases parse", "import \"time.chain\""]
NEXT_ITEMS = ["#include <stdio.h>", "struct s2 { int n; };", "chain int d(int a) { (a) }", "import \"net.chain\";", "typedef int t2;",
              "codes { C };", "async int o2(int n);"]
MESSAGE = re.compile(r"^x\.chain:(\d+):(\d+): (error: .*)(?:\n.*\n.*)?(?:\nhelp: (.*))?", re.M)
counts, wrong = {}, []


def messages(text):
    Path("x.chain").write_text(text)
    told = subprocess.run([CHAINC, "--check", "x.chain"], capture_output=True, text=True)
    if told.returncode not in (0, 1):
        wrong.append(f"status {told.returncode}: {text}")
    return [(int(line), int(column), said, advice or "") for line, column, said, advice in MESSAGE.findall(told.stderr)]


waiting = []


def chain(kind, body, said, advice):
    """A chain with one slip, at the @. Many go into a file."""
    waiting.append((kind, body, said, advice))
    if len(waiting) == 15:
        try_chains()


def try_chains():
    """As many errors as chains, or each is tried alone."""
    text, places = HEAD, []
    for _, body, _, _ in waiting:
        whole = f"chain int c(int a)\n{{\n    {body}\n}}\n"
        line, column = place(whole, "@")
        places.append((text.count("\n") + line, column))
        text += whole.replace("@", "")
    found = messages(text)
    if all(is_right(found[i:i + 1], *places[i], *waiting[i][2:]) for i in range(len(waiting))) and len(found) == len(waiting):
        for kind, _, _, _ in waiting:
            counts[kind] = counts.get(kind, 0) + 1
    else:
        for kind, body, said, advice in waiting:
            text = f"{HEAD}chain int c(int a)\n{{\n    {body}\n}}\n"
            expect(kind, text.replace("@", ""), *place(text, "@"), said, advice)
    waiting.clear()


def is_right(found, line, column, said, advice):
    return len(found) == 1 and found[0][:2] == (line, column) and said in found[0][2] and advice in found[0][3]


def expect(kind, text, line, column, said, advice):
    """Exactly one error, there, with these words."""
    counts[kind] = counts.get(kind, 0) + 1
    found = messages(text)
    if not is_right(found, line, column, said, advice):
        wrong.append(f"{kind}: {text[len(HEAD):] if text.startswith(HEAD) else text}\n    {found}\n    not {line}:{column} {said}; {advice}")


def place(text, part):
    before = text[:text.index(part)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def misspelt(word):
    """One letter left out, doubled, or swapped with the next; but the first of short words stays, for they are others then."""
    made = {word[:i] + word[i + 1:] for i in range(1, len(word))} | {word[:i] + word[i] + word[i:] for i in range(len(word))}
    made |= {word[:i] + word[i + 1] + word[i] + word[i + 2:] for i in range(len(word) - 1)}
    return sorted(w for w in made if w not in CLAUSES and len(w) > 2)


def try_clauses():
    for word, tails in CLAUSES.items():
        for slip in misspelt(word):
            for binding in BINDINGS:
                for i, tail in enumerate(tails):
                    for between in (" ", "\n    ") if i == 0 else (" ",):
                        chain("misspelt clauses", f"get(a) {binding}{between}@{slip} {tail}", f"found '{slip}'", f"did you mean `{word}`")


def try_steps():
    for step in STEPS:
        for binding in BINDINGS:
            for between in (" ", "\n    "):
                if binding == "as k" and step in ("break", "continue") and between == " ":
                    continue
                if not binding and step == "(a)" and between == " ":
                    continue  # a call of a call
                chain("steps without then", f"get(a) {binding}{between}@{step}", "expected 'then'", "steps must be joined with `then`")


def try_semicolons():
    for variable in VARIABLES:
        for step in [*STEPS, "var int y;\n    (a)"]:
            if "= a" in variable and step == "(a)":
                continue  # a call
            chain("variables without semicolon", f"var {variable}@\n    {step}", "expected ';' after", "")
    for item in ITEMS:
        for after in NEXT_ITEMS:
            text = f"{HEAD}{item}@\n{after}\n"
            expect("items without semicolon", text.replace("@", ""), *place(text, "@"), "expected ';' after", "")


# ---- the helps in tests/ui ----

BLOCK = re.compile(r"^(?:\S+):(\d+):(\d+): ((?:error|warning): .*)\n(.*)\n( *\^~*)\n(?:[^h].*\n)*?help: (.*)$", re.M)


def replacements(advice):
    """What a help says to write for what is marked; None: it is no replacement."""
    found = re.fullmatch(r"did you mean [`']([^`']+)[`']\?", advice) or re.fullmatch(r"write `(\([^`]*\))`", advice)
    return found[1] if found else None


def try_help(source, line, column, length, said, new):
    """In place of what is marked, or of the word before it, which may have been meant."""
    lines = source.split("\n")
    text = lines[line - 1]
    words = [m.span() for m in re.finditer(r"[%#]?\w+", text) if m.start() < column - 1]
    for begin, end in [(column - 1, column - 1 + length), *reversed(words[-4:])]:
        lines[line - 1] = text[:begin] + new + text[end:]
        if not any(l == line and s == said for l, _, s, _ in messages("\n".join(lines))):
            return True
    return False


def try_helps():
    for path in sorted((TOP / "tests/ui").glob("*.err")):
        source = path.with_suffix(".chain").read_text(errors="replace")
        for line, column, said, _, marks, advice in BLOCK.findall(path.read_text(errors="replace")):
            new = replacements(advice)
            counts["helps"] = counts.get("helps", 0) + 1
            if new is None:
                continue
            counts["helps that are replacements"] = counts.get("helps that are replacements", 0) + 1
            if not try_help(source, int(line), int(column), marks.count("^") + marks.count("~"), said, new):
                wrong.append(f"{path.name}:{line}: {said}: `{new}` does not help")


try_clauses()
try_steps()
try_semicolons()
try_chains()
try_helps()
for kind, count in counts.items():
    print(f"{kind}: {count}")
print(f"{len(wrong)} wrong", *wrong[:40], sep="\n")
sys.exit(bool(wrong) or counts["helps that are replacements"] < 30)
