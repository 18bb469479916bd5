#!/usr/bin/env python3
"""The value of `(name)` has the type of the name where nothing asks for another (rule 157): every kind of name of every type, in every
place that gives or passes on a value. The C compiler is asked for the type of what follows. Where two ways differ, chainc refuses."""

import os
import subprocess
import sys
from itertools import product
from pathlib import Path

CHAINC, BUILD = os.environ["CHAINC"], os.environ["BUILD"]
CC = os.environ.get("CC", "gcc").split()
TYPES = {"short": "s", "unsigned char": "c", "double": "d", "const char *": "p", "struct pair": "r", "callback": "f", "long long": "l"}
HEAD = """struct pair { int a, b; };
typedef void (*callback)(int);
%{
#define IS(type, value) _Static_assert(_Generic((value), type: 1, default: 0), #value " is no " #type)
static const int hidden = 0;
%}
async void tick(void);
""" + "".join(f"async {t} get_{n}(void);\n" for t, n in TYPES.items())

# @ is the type, ~ its short name, $ the place, where `n` is the name
NAMES = {
    "a parameter": "chain void #(@ n, int c) { $ }",
    "a parameter that is constant": "chain void #(@ const n, int c) { $ }",
    "a variable": "chain void #(@ x, int c) { var @ n = x; $ }",
    "a variable of a block": "chain void #(@ x, int c) { { var @ n = x; $ } }",
    "a binding": "chain void #(int c) { get_~ as n then { $ } }",
    "a binding with a type": "chain void #(@ x, int c) { (x) as @ n then { $ } }",
    "a binding of a branch": "chain void #(int c) { all (get_~ as n, tick) then { $ } }",
    "an item": "chain void #(int c) { each (n from get_~) limit 2 { $ } }",
    "it": "chain void #(int c) { get_~ then { IT } }",
    "it of a name": "chain void #(@ n, int c) { (n) then { IT } }",
}
CHECK = "do { IS(@, it); (void)it; }"
PLACES = {
    "a step": "(n) then " + CHECK,
    "in brackets": "((n)) then " + CHECK,
    "with a comment": "(/* the */ n) then " + CHECK,
    "a binding": "(n) as b then do { IS(@, b); (void)b; }",
    "a block": "{ tick then (n) } then " + CHECK,
    "both ways of an if": "if (c) { (n) } else { (n) } then " + CHECK,
    "one way of an if": "if (c) { (n) } else { get_~ } then " + CHECK,
    "the other way of an if": "if (c) { get_~ } else { (n) } then " + CHECK,
    "an else if": "if (c) { (n) } else if (c > 1) { (n) } else { (n) } then " + CHECK,
    "then and else": "get_~ then (n) else (n) then " + CHECK,
    "a handler": "tick then (n) catch (n) then " + CHECK,
    "a handler of a call": "get_~ catch (n) then " + CHECK,
    "before a finally": "{ tick then (n) finally tick } then " + CHECK,
    "a timeout": "timeout 1s { tick then (n) } then " + CHECK,
    "a retry": "retry 2 { tick then (n) } then " + CHECK,
    "a race": "race ({ tick then (n) }, { tick then (n) }) then " + CHECK,
    "a race with a call": "race (get_~, { tick then (n) }) then " + CHECK,
    "a winner's block": "any (tick { (n) }, tick { (n) }) then " + CHECK,
    "a delay": "(n) then delay 1ms then " + CHECK,
    "twice": "(n) then (it) as b then (b) then " + CHECK,
    "an outcome": "settle ({ tick then (n) } as b) then do { IS(@, b.value); (void)b; }",
    "an item": "each (b from { tick then (n) catch { tick then (n) } }) limit 1 { do { IS(@, b); (void)b; } }",
}


def chain(number, name, place, type, short):
    text = NAMES[name].replace("$", PLACES[place])
    if "IT" in NAMES[name]:
        text = NAMES[name].replace("IT", "(it) then " + CHECK if place == "a step" else "(it) as n then { " + PLACES[place] + " }")
    return text.replace("@", type).replace("~", short).replace("#", f"c{number}")


def run(command):
    return subprocess.run(command, capture_output=True, text=True)


chains = [chain(i, *parts, *type) for i, (*parts, type) in enumerate(product(NAMES, PLACES, TYPES.items()))]
Path("types.chain").write_text(HEAD + "\n".join(chains) + "\n")
wrong = []
made = run([CHAINC, "types.chain"])
if made.returncode or "error" in made.stderr:
    wrong.append(made.stderr[:2000])
else:
    compiled = run([*CC, "-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-unused", "-fsyntax-only", f"-I{BUILD}/include", "types.c"])
    if compiled.returncode:
        wrong.append(compiled.stderr[:2000])

# Two ways that differ, an array, and what is more than a name: nobody knows the type.
REFUSED = {
    "the two ways of an if": "if (c) { (s) } else { (l) } then do { (void)it; }",
    "three ways of an if": "if (c) { (s) } else if (c > 1) { (l) } else { (s) } then do { (void)it; }",
    "a race": "race ({ tick then (s) }, { tick then (l) }, { tick then (s) }) then do { (void)it; }",
    "an array": "(array) then do { (void)it; }",
    "a sum": "(s + 0) then do { (void)it; }",
    "a member": "(pair.a) as b then do { (void)b; }",
    "a name of C": "(hidden) as b then do { (void)b; }",
    "an address": "(&pair) as b then do { (void)b; }",
}
for name, text in REFUSED.items():
    body = f"chain void c(short s, long l, int c, struct pair pair) {{ var int array[3]; {text} }}\n"
    Path("refused.chain").write_text(HEAD + body)
    if "the type of" not in run([CHAINC, "refused.chain"]).stderr:
        wrong.append(f"{name} is not refused")

print(f"{len(chains)} chains, {len(REFUSED)} refused")
print("\n".join(wrong))
sys.exit(bool(wrong) or len(chains) < 1500)
