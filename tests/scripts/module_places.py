#!/usr/bin/env python3
"""Every place where the name of an item may stand, with a name that two imports have (rules 112 and 114).

The bare name is refused at its line; with its qualifier, and where only one import has it, chainc takes it and the C compiler, too.
A word of the language is refused as a qualifier.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

CHAINC, CC, BUILD = os.environ["CHAINC"], shlex.split(os.environ["CC"]), os.environ["BUILD"]
MODULE = """module %s;
codes { BUSY = 0x%x000, GONE };
resource hold = int releases %s_drop;
extern sync void %s_drop(int n) raises nothing;
extern sync hold %s_make(int n) raises nothing;
async int next(int n) raises BUSY, CHAIN_EEND;
async void drops(int n);
chain int whole(int n) { next(n) }
"""
HEAD = "sync int get(int n) raises EIO;\n"

# @ is the name.
OPERATIONS = {"next": [
    "chain int c(int n) { @(n) }", "chain int c(int n) { get(n) then @ }", "chain int c(int n) { get(n) then @(it) as m then (m) }",
    "chain int c(int n) { get(n) undo @(1) then get(2) }", "chain int c(int n) { get(n) finally @(1) }",
    "chain void c(int n) { each (i from @(n)) limit 2 { get(i) } }", "chain int c(int n) { race (@(n), get(n)) }",
    "chain int c(int n) { race (delay 1ms { @(n) }, get(n)) }", "chain int c(int n) { any (@(n), get(n)) }",
    "chain int c(int n) { all (@(n) as a, get(n) as b) then (a + b) }", "chain int c(int n) { settle (@(n) as a) then (n + (int)a.outcome) }",
    "chain int c(int n) { timeout 1s @(n) }", "chain int c(int n) { retry 2 @(n) }", "chain int c(int n) { return @(n) }",
    "chain int c(int n) { if (n > 1) { @(n) } else { get(n) } }", "chain void c(int n) { loop { @(n) then break } }",
    "chain void c(int n) { while (n > 1) { @(n) } }", "chain int c(int n) { get(n) then @ else (0) }",
    "chain int c(int n) { get(n) catch @(1) }", "chain void c(int n) { each (i in 0 .. n) limit 2 { @((int)i) } }",
], "whole": ["chain int c(int n) { @(n) }", "chain void c(int n) { spawn @(n) }", "chain void c(int n) { spawn @(n) then join }"],
    "drops": ["resource own = int releases @;\nchain void c(own o) { get(1) }"]}
CODES = [
    "chain int c(int n) { get(n) catch @: (0) }", "chain int c(int n) { get(n) catch EIO, @: (0) }", "chain int c(int n) { retry 2 on @: get(n) }",
    "async int o(int n) raises @;", "sync int o(int n) fails (it < 0) @;", "sync int o(int n) fails (it == @) EIO;", "sync int o(int n) fails (it < 0) (@);",
    "blocking int o(int n) fails (it < 0) @;", "chain int c(int n) raises EIO, @ { get(n) then reject(@) }", "chain int c(int n) { reject(@, \"text\", n) }",
    "chain int c(int n) { do int { if (n > 1) reject(@); return 1; } }", "chain int c(int n) { (n == @) }", "chain int c(int n) { get(@) }",
    "chain int c(int n) { if (n == @) { get(1) } else { get(2) } }", "chain int c(int n) { var int v = @; get(v) }",
    "chain int c(int n) { var int v[2] = { 1, @ }; get(v[n]) }",
    "chain void c(void) { each (i in 0 .. @) limit 1 { get((int)i) } }", "chain void c(int n) { delay (@) us then get(n) }",
    "chain int c(int n) { do int { switch (n) { case @: return 1; default: return 2; } } }",
    "async int o(int n) state { int room[@]; };", "struct s { int room[@]; };", "enum e { LATER = @ };", "struct s { int (*f)(int n); int room[2 * @]; };",
]
TYPES = [
    "sync @ o(int n) raises nothing;", "sync void o(@ t) raises nothing;", "async @ o(int n);", "async void o(int n) state { @ t; };",
    "chain void c(@ t) { get(1) }", "struct s { @ t; };", "struct s { const @ *t; int hold; };",
    "struct s { void (*f)(@ t); };", "struct s { void (*f)(int, @); };", "typedef @ mine;", "resource own = @ * releases put;\nsync void put(void *p) raises nothing;",
    "chain int c(int n) { do { @ t = 1; (void)t; } then get(n) }", "chain int c(int n) { do { const @ t = 1, *u = &t; (void)u; } then get(n) }",
    "chain int c(int n) { do { for (@ t = 0; t < n; t++) ; } then get(n) }", "chain int c(int n) { do { struct { @ hold; } t = { 1 }; (void)t; } then get(n) }",
    "chain void c(int n) { do @ { return n; } as @ t then get(t) }", "chain void c(int n) { do @ { return n; } }", "chain int c(const @ *t) { get(*t) }",
    "sync int o(int n, const @ *t, @ u) raises nothing;", "async void o(@ (*f)(int n));", "chain int c(int n) { var @ *t[2] = { NULL }; get(t[0] == NULL) }",
    "chain void c(void) { settle (do @ { return 1; }) }", "chain int c(int n) { do { @ (*f)(int) = NULL; (void)f; } then get(n) }",
    "chain int c(int n) { ((int)(@)n) }", "chain int c(int n) { ((int)sizeof(@) + n) }", "chain int c(int n) { var @ *t = NULL; (t == NULL ? n : 0) }",
]
MESSAGE = re.compile(r"^x\.chain:(\d+):\d+: error: '(\w+)' is declared in 'red\.chain' and in 'blue\.chain'", re.M)
counts, wrong = {"doubtful": 0, "alone": 0, "qualified": 0, "words": 0}, []


def write(name, text):
    Path(name).write_text(text)


def compile_c(text, what):
    told = subprocess.run([CHAINC, "-Wno-catch", "-Wno-shadow", "x.chain", "-o", "x.c"], capture_output=True, text=True)
    if told.returncode != 0:
        wrong.append(f"{what}: {text}\n{told.stderr}")
        return
    told = subprocess.run([*CC, "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-sign-compare", "-I.", f"-I{BUILD}/include",
                           "-include", "own.h", "-fsyntax-only", "x.c"], capture_output=True, text=True)
    if told.returncode != 0:
        wrong.append(f"{what}, in C: {text}\n{told.stderr}")


def look_at(name, place, qualifies):
    text = 'import "%s.chain";\n'
    body = HEAD + place
    write("x.chain", text % "red" + text % "blue" + body.replace("@", name) + "\n")
    counts["doubtful"] += 1
    told = subprocess.run([CHAINC, "--check", "x.chain"], capture_output=True, text=True)
    at = 3 + body[: body.index("@")].count("\n")
    if told.returncode != 1 or (str(at), name) not in MESSAGE.findall(told.stderr):
        wrong.append(f"in doubt: {place}\n{told.stderr}")
    write("x.chain", text % "red" + body.replace("@", name) + "\n")
    counts["alone"] += 1
    compile_c(place, "alone")
    if qualifies:
        write("x.chain", text % "red" + text % "blue" + body.replace("@", f"blue.{name}") + "\n")
        counts["qualified"] += 1
        compile_c(place, "qualified")


for color, digit in (("red", 4), ("blue", 5)):
    write(f"{color}.chain", MODULE % (color, digit, color, color, color))
    subprocess.run([CHAINC, f"{color}.chain"], check=True)
write("own.h", "#include <errno.h>\n#include <stddef.h>\nint get(int n);\n")
for name, places in OPERATIONS.items():
    for place in places:
        look_at(name, place, True)
for place in CODES:
    look_at("BUSY", place, True)
for place in TYPES:
    look_at("hold", place, False)
# No word of the language is a qualifier: what follows it would be read as its form.
WORDS = re.findall(r"\"'([a-z]+)'\"", (Path(__file__).parents[2] / "grammar/tokens.def").read_text())
for word in WORDS:
    write("x.chain", f'import "red.chain" as {word};\nchain int c(int n) {{ (n) }}\n')
    counts["words"] += 1
    told = subprocess.run([CHAINC, "--check", "x.chain"], capture_output=True, text=True)
    if not told.stderr.startswith("x.chain:1:23: error: ") or f"'{word}'" not in told.stderr:
        wrong.append(f"{word} as a qualifier\n{told.stderr}")
print(*(f"{count} {what}" for what, count in counts.items()), f"{len(wrong)} wrong", sep=", ")
print(*wrong[:30], sep="\n")
sys.exit(bool(wrong))
