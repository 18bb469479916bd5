#!/usr/bin/env python3
"""Every shape of a C declaration in every place where the language takes one: it works in C, under the strict flags of gcc and clang
and in a header for C++, or chainc refuses it at its line; nonsense that only C can see is an error of C at its line. Without
arguments every sixth shape, each given to one of the compilers by turns; `all`: every shape, to each of them; others: the shapes that
contain one of the arguments."""

import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
CHAINC = os.environ.get("CHAINC", str(BUILD / "bin/chainc"))

# Declarations of N. Those after a `!` are wrong, if only as parameters: nothing is passed to them.
SHAPES = """
int N
unsigned N
long long unsigned int N
T N
struct s N
enum e N
const int N
int const N
volatile int N
const volatile int N
_Atomic int N
_Atomic(int) N
bool N
int *N
int **N
const char *N
char const *const N
int *const N
volatile int *N
int *volatile N
char *restrict N
int *_Atomic N
struct s *N
const T *N
void *N
int (*N)(int)
void (*N)(void)
int (*const N)(int)
int *(*N)(const char *, ...)
int (*N)(int (*)(int), char *[2])
int (*(*N)(int))(int)
int (**N)(int)
int (*N)[3]
const char *(*N)[2]
int (*N)[2][3]
int (*(*N)[3])(int)
int (*N)
int *(N)
int (N)
int ((N))
T (N)
int N[3]
int N[2][3]
char N[sizeof(int)]
const char *N[2]
int (*N[3])(int)
int (*N[3])[2]
int (N)[3]
! int N[]
int N[static 3]
int N[const 3]
int N[*]
! int N[unknown]
int N(int)
int N(void)
int *N(int)
int (N)(int)
int (*N(int))(int)
int N __attribute__((unused))
__attribute__((unused)) int N
int *__attribute__((unused)) N
! _Alignas(32) int N
__typeof__(int) N
__typeof__(int *) N
! struct { int a; } N
! struct { int a; } *N
register int N
! static int N
! extern int N
! auto int N
! typedef int N
! inline int N
! _Noreturn int N
! _Thread_local int N
! [[maybe_unused]] int N
! int N [[maybe_unused]]
! int N : 3
! int N = 3
! int N, M
! void N
! N
! int int N
! int N N
! unsigned float N
! int * N *
! int N int M
! int
! int *
! struct s
! int (*)(int)
! ...
""".strip("\n").split("\n")

# What is declared, and the step that uses it. @: the shape; @{f(int n)}: with that for its N; #: a number for what is declared.
PLACES = {
    "async parameter": ("async int op#(@);", "op#(given)"),
    "async parameter, one of three": ("async int op#(int a, @, int b);", "op#(1, given, 2)"),
    "sync parameter": ("sync int op#(@);", "op#(given)"),
    "blocking parameter": ("blocking int op#(@);", "op#(given)"),
    "chain parameter": ("static chain int op#(@) { use(&N) then (1) }", "op#(given)"),
    "parameter of a chain for C": ("chain int op#(@) { use(&N) then (1) }", "op#(given)"),
    "parameter of a spawned chain": ("static chain void op#(@) { use(&N) catch {} }", "{ spawn op#(given) then join then (1) }"),
    "async result": ("async @{op#(int n)};", "{ op#(1) as v then use(&v) then (1) }"),
    "sync result": ("sync @{op#(int n)};", "{ op#(1) as v then use(&v) then (1) }"),
    "blocking result": ("blocking @{op#(int n)};", "{ op#(1) as v then use(&v) then (1) }"),
    "chain result": ("static chain @{op#(int n)} { use(&n) then (given) }", "(1)"),
    "var": ("", "{ var @; use(&N) then (1) }"),
    "as": ("", "{ (given) as @ then use(&N) then (1) }"),
    "do": ("", "{ do @{} { return given; } as v then use(&v) then (1) }"),
    "state": ("async int op#(int n) state { @; };", "op#(1)"),
    "resource": ("resource owned# = @{} releases let_go#;\nasync void let_go#(owned# v);", "(1)"),
    "typedef": ("typedef @{made#};\nasync int op#(made# *p);", "op#(NULL)"),
    "struct member": ("struct holder# { @; };\nasync int op#(struct holder# *p);", "op#(NULL)"),
}
HEAD = """#include <stdbool.h>
#include <stddef.h>
typedef long T;
struct s { int a; };
enum e { E_ONE, E_TWO };
sync void use(const volatile void *p);
%%{
void use(const volatile void *p);
%s
%%}
"""
C_ONLY = re.compile(r"restrict|_Atomic|_Alignas|\[static|\[const|\[\*|__typeof__\(int|struct \{")
STRICT = "-std=c11 -Wall -Wextra -Wpedantic -Wno-unused -Werror -fsyntax-only".split()
ERROR = re.compile(r"^([^\s:][^:\n]*):(\d+):(?:\d+:)? (?:fatal )?error: (.*)", re.M)
bad = []
counts = dict.fromkeys(["works", "refused", "said by C"], 0)


def put(text, shape, number):
    named = shape if re.search(r"\bN\b", shape) else shape + " N"
    text = re.sub(r"@\{([^}]*)\}", lambda m: re.sub(r"\bN\b", lambda _: m[1], named, count=1), text)
    return text.replace("@", shape).replace("#", str(number))


def compose(shape, wrong, places):
    """The file with all of these places, and the lines of each."""
    given = re.sub(r"\[(static 3|const 3|\*)\]", "[3]", shape)
    text = HEAD % ("" if wrong else "extern " + re.sub(r"\bregister\b", "", re.sub(r"\bN\b", "given", given)) + ";")
    lines = {}
    for number, place in enumerate(PLACES):
        if place not in places:
            continue
        declared, step = PLACES[place]
        if wrong and ("given" in step or "given" in declared):
            step, declared = ("(1)" if not step.startswith("{ (") else "{ (0) as @ then use(&N) then (1) }"), declared.replace("given", "0")
        begin = text.count("\n") + 1
        text += f"/* {place} */ " + put(declared, shape, number) + f"\nchain int f{number}(void) {{\n" + put(step, shape, number) + "\n}\n"
        lines[place] = range(begin, text.count("\n") + 1)
    if "sync result" in places or "sync parameter" in places: # C functions have to be known to C
        text += "%{\n"
        for number, place in enumerate(PLACES):
            if place in places and place.split()[0] in ("sync", "blocking"):
                lines[place] = [*lines[place], text.count("\n") + 1]
                text += re.sub(r"^(sync|blocking) ", "", put(PLACES[place][0], shape, number)) + "\n"
        text += "%}\n"
    return text, lines


def place_at(lines, line):
    return next((place for place, own in lines.items() if line in own), None)


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)


def drop(shape, places, lines, said, how, done):
    """Counts the places that messages are about; False if one is about something else."""
    found = {}
    for file, line, message in said:
        place = place_at(lines, int(line)) if file == "x.chain" else None
        if place is None and not found:
            bad.append(f"`{shape}`: {file}:{line}: {message}")
            return False
        if place is not None:
            found.setdefault(place, message)
    if not found:
        bad.append(f"`{shape}`: {done.stdout[:300]}{done.stderr[:600]}")
    for place, message in found.items():
        places.remove(place)
        counts[how] += 1
        if len(sys.argv) > 1:
            print(f"{how}: {place}: {shape}: {message}")
    return bool(found)


def try_shape(line, turn):
    wrong, shape = line.startswith("! "), line.removeprefix("! ")
    places = list(PLACES)
    while places:
        text, lines = compose(shape, wrong, places)
        Path("x.chain").write_text(text)
        done = run(CHAINC, "x.chain", "-o", "x.c", "-Wno-unused-binding", "-Wno-spawn", "-Wno-spawn-pointer", "-Wno-unset", "-Wno-unused-chain")
        if done.returncode != 0:
            if not drop(shape, places, lines, ERROR.findall(done.stderr), "refused", done):
                return
            continue
        tools = [("gcc", *STRICT, "x.c"), ("clang", *STRICT, "x.c")]
        if not C_ONLY.search(shape):
            Path("x.cc").write_text('#include "x.h"\n')
            tools.append(("g++", "-std=c++17", *STRICT[1:], "x.cc"))
        for tool in tools if len(sys.argv) > 1 else [tools[turn % len(tools)]]:
            done = run(*tool, "-I", BUILD / "include", "-I", ".")
            if done.returncode != 0:
                break
        else:
            counts["works"] += len(places)
            if len(sys.argv) > 1:
                print(f"works: {shape}: {', '.join(places)}")
            return
        if not drop(shape, places, lines, ERROR.findall(done.stderr)[:1], "said by C", done):
            return


def main():
    wanted = sys.argv[1:]
    shapes = SHAPES[::6] if not wanted else [s for s in SHAPES if wanted == ["all"] or any(a in s for a in wanted)]
    for turn, shape in enumerate(shapes):
        try_shape(shape, turn)
    print(f"{len(shapes)} shapes in {len(PLACES)} places: " + ", ".join(f"{n} {how}" for how, n in counts.items()) + f", {len(bad)} bad")
    print(*bad, sep="\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
