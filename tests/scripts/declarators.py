#!/usr/bin/env python3
"""Every shape of a C declaration in every place where the language takes one: it works in C, under the strict flags of gcc and clang
(the header in C++, too), or chainc refuses it at its line. With an argument: only what contains it, and what was said of it."""

import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
CHAINC = os.environ.get("CHAINC", str(BUILD / "bin/chainc"))

# Declarations of N. Those that C refuses, too, are nonsense: chainc has to say so.
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
int N[3]
int N[2][3]
char N[sizeof(int)]
const char *N[2]
int (*N[3])(int)
int (*N[3])[2]
int N[]
int N[static 3]
int N[const 3]
int N[*]
int N[unknown]
int N(int)
int N(void)
int *N(int)
int (N)(int)
int (*N(int))(int)
int N __attribute__((unused))
__attribute__((unused)) int N
int *__attribute__((unused)) N
_Alignas(32) int N
__typeof__(int) N
__typeof__(int *) N
struct { int a; } N
struct { int a; } *N
register int N
static int N
extern int N
auto int N
typedef int N
inline int N
_Noreturn int N
_Thread_local int N
int N : 3
int N = 3
int N, M
int N;
void N
N
int int N
int N N
unsigned float N
int * N *
int
int *
struct s
...
""".strip("\n").split("\n")

PLACES = {
    "async parameter": ("async int op(@);", "op(given)"),
    "async parameter, one of three": ("async int op(int a, @, int b);", "op(1, given, 2)"),
    "sync parameter": ("sync int op(@);", "op(given)"),
    "blocking parameter": ("blocking int op(@);", "op(given)"),
    "chain parameter": ("static chain int called(@) { use(&N) then (1) }", "called(given)"),
    "parameter of a chain for C": ("chain int called(@) { use(&N) then (1) }", "called(given)"),
    "parameter of a spawned chain": ("static chain void called(@) { use(&N) catch {} }", "{ spawn called(given) then (1) }"),
    "async result": ("async @{op(int n)};", "{ op(1) as v then use(&v) then (1) }"),
    "sync result": ("sync @{op(int n)};", "{ op(1) as v then use(&v) then (1) }"),
    "blocking result": ("blocking @{op(int n)};", "{ op(1) as v then use(&v) then (1) }"),
    "chain result": ("static chain @{called(int n)} { use(&n) then value(n) }", "{ called(1) as v then use(&v) then (1) }"),
    "var": ("", "{ var @;\n use(&N) then (1) }"),
    "var with a value": ("", "{ var @ = {0};\n use(&N) then (1) }"),
    "as": ("", "{ (*given_at) as @\n then use(&N) then (1) }"),
    "do": ("", "{ do @ { return *given_at; }\n as v then use(&v) then (1) }"),
    "state": ("async int op(int n) state { @; };", "op(1)"),
    "resource": ("resource owned = @ releases let_go;\nasync void let_go(owned v);\nasync owned op(int n);", "{ op(1) as v then (1) }"),
    "typedef": ("typedef @;\nasync int op(N *p);", "op(NULL)"),
    "struct member": ("struct holder { @; };\nasync int op(struct holder *p);", "op(NULL)"),
}
TYPE_ONLY = {"do", "resource"}

HEAD = """#include <stdbool.h>
#include <stddef.h>
typedef long T;
struct s { int a; };
enum e { E_ONE, E_TWO };
sync void use(const volatile void *p);
"""
C_ONLY = re.compile(r"restrict|_Atomic|_Alignas|\[static|\[const|typedef int|struct \{")
STRICT = "-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Werror".split()
SYNTAX = re.compile(r"^(\S+?):(\d+):\d+: (?:fatal )?error: (.*)", re.M)


def source(shape, place):
    declared, step = PLACES[place]
    # What is passed: declared to C as in the text, in a file of its own, so that what is wrong with it is not seen there.
    named = shape if re.search(r"\bN\b", shape) else shape + " N"
    typed = re.sub(r"\bN\b", "", shape) if place in TYPE_ONLY else shape

    def put(text):
        text = re.sub(r"@\{([^}]*)\}", lambda m: re.sub(r"\bN\b", lambda _: m[1], named, count=1), text)
        return text.replace("@", typed)

    head = HEAD
    if "given" in step:
        head += "#include \"given.h\"\n"
    if "value(" in declared:
        head += "async int unused(void);\n"
    return head + "/* here */ " + put(declared) + "\nchain int f(void)\n{\n    /* here */ " + put(step) + "\n}\n"


def main():
    raise SystemExit("under construction")


if __name__ == "__main__":
    main()
