#!/usr/bin/env python3
"""Types whose values C cannot keep or assign, which chainc cannot know, in every place that has a type: what the C compiler says first is
about the line of the .chain file that has the type or the step. And a `const` that a typedef hides is not lost: the prototype that is
generated is that of the function in C. The argument `all` tries every pair, not a sample."""

import os
import re
import subprocess
import sys

CHAINC, TOP, BUILD = os.environ["CHAINC"], os.environ["TOP"], os.environ["BUILD"]
CC = os.environ.get("CC", "cc").split()
ALL = sys.argv[1:] == ["all"]

TYPES = {
    "array": ("typedef int vector[3];", "vector"),
    "const array": ("typedef int vector[3];", "const vector"),
    "const member": ("struct fixed { const int a; };", "struct fixed"),
    "const": ("typedef const int fixed;", "fixed"),
    "const pointer": ("typedef int *const fixed;", "fixed"),
    "function": ("typedef int function(int);", "function"),
    "incomplete": ("struct unknown;", "struct unknown"),
    "void": ("typedef void nothing;", "nothing"),
    "flexible": ("struct flexible { int n; int a[]; };", "struct flexible"),
    "volatile": ("", "volatile int"),
    "atomic": ("", "_Atomic int"),
}
OP = "async int op(int x);\n"
WHERE = OP + "%{\nextern % *where;\n%}\n"
PLACES = {
    "parameter of an operation": OP + "async int use(% a);\nchain int c(int n) { op(n) then (it) }",
    "parameter of a chain": OP + "chain int c(% a) { op(1) then (it) }",
    "parameter of a function": OP + "sync int use(% a);\nchain int c(int n) { op(n) then (it) }",
    "parameter of a blocking function": OP + "blocking int use(% a);\nchain int c(int n) { op(n) then (it) }",
    "result of an operation": "async % op(int x);\nchain void c(int n) { op(n) }",
    "result of a posted operation": "async % op(int x) posted;\nchain void c(int n) { op(n) }",
    "bound result": "async % op(int x);\nasync int p(int x);\nchain int c(int n) { op(n) as v then p(n) }",
    "result of a chain": WHERE + "chain % c(int n) { op(n) then (*where) }",
    "result of a function": OP + "sync % g(int x);\nchain void c(int n) { op(n) then g(1) }",
    "variable": OP + "chain void c(int n) { var % v; op(n) }",
    "variable with a value": WHERE + "chain void c(int n) { var % v = *where; op(n) then op(n) }",
    "binding": WHERE + "chain int c(int n) { (*where) as % v then op(n) then (n) }",
    "result of a do": WHERE + "chain void c(int n) { op(n) then do % { return *where; } as v then op(1) }",
    "item": "async % next(void) raises CHAIN_EEND;\n" + OP + "chain void c(int n) { each (v from next) limit 2 { op(n) } }",
    "resource": "resource r = % releases drop;\nsync void drop(r v) raises nothing;\nasync r take(int x);\n" + OP
        + "chain void c(int n) { take(n) as v then op(n) }",
    "outcome": "async % op(int x);\nasync int p(int x);\nchain void c(int n) { settle (op(n) as v, p(n) as w) then p(1) }",
}
# What a function in C looks like that has been declared so: the prototype in the header must be the same.
KEPT = {
    "const vector v": "typedef int vector[3];",
    "const vector *v": "typedef int vector[3];",
    "const fixed v": "typedef int *fixed;",
    "const struct pair v": "struct pair { int a, b; };",
    "register int v": "",
    "const int v": "",
    "int *const v": "",
    "const int v[]": "",
}


def translate(text):
    with open("types.chain", "w") as file:
        file.write(text)
    return subprocess.run([CHAINC, "types.chain"], capture_output=True, text=True)


def compiled(*arguments):
    command = [*CC, "-std=c11", "-Wall", "-Wextra", "-fsyntax-only", "-I.", f"-I{TOP}/runtime/include", f"-I{BUILD}/include", *arguments]
    return re.findall(r"(?m)^(.*?): (?:fatal )?(?:error|warning): (.*)$", subprocess.run(command, capture_output=True, text=True).stderr)


def main():
    tried = refused = wrong = 0
    for i, (kind, (declaration, name)) in enumerate(TYPES.items()):
        for k, (place, text) in enumerate(PLACES.items()):
            if not ALL and (i + k) % 4 != 0:
                continue
            tried += 1
            done = translate(declaration + "\n" + re.sub("%(?![{}])", name, text) + "\n")
            said = compiled("types.c") if done.returncode == 0 else []
            refused += done.returncode != 0 or said != []
            if said and not said[0][0].startswith("types.chain:"):
                wrong += 1
                print(f"{kind}, {place}: {said[0][0]}: {said[0][1]}")
    for parameter, declaration in KEPT.items():
        tried += 1
        done = translate(f"{declaration}\nasync int use({parameter}) uncancellable;\n")
        with open("use.c", "w") as file:
            file.write(f'#include "types.h"\nvoid use_start(struct use *op, {parameter})\n{{\n    (void)op;\n    (void)v;\n}}\n')
        for line, text in [("chainc", done.stderr)] if done.returncode else compiled("use.c"):
            wrong += 1
            print(f"{parameter}: {line}: {text}")
    print(f"{tried} tried, {refused} refused at their line, {wrong} wrong")
    sys.exit(bool(wrong))


main()
