#!/usr/bin/env python3
"""Every C name that chainc generates, declared by the C text of the file as whatever C can declare: chainc refuses it at its line, with
both names, or the C compilers accept what is written.

    tests/names/declared.py [--build build] [--short]

The generated names are those of compiler/ctext/reserved.def: each ending, for each kind of thing that makes it. --short takes every
fifth. A function that the user has to write, such as hop_start, must not be refused."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wno-unused -Werror -fsyntax-only".split()
COMPILERS = [("gcc", "c11"), ("gcc", "c2x"), ("g++", "c++17")]

# What makes names: the kind in reserved.def, the name, what comes before it in C. Everything that can be generated for it is.
MAKERS = {
    "MADE_ASYNC": "hop", "MADE_SYNC": "put", "MADE_BLOCKING": "work", "MADE_CHAIN": "trip", "MADE_STATIC": "x_own", "MADE_MAIN": "main_chain",
    "MADE_CODE": "LOST", "MADE_RESOURCE": "door", "MADE_MODULE": "x",
}
PROGRAM = """resource door = int releases shut; codes { LOST };
async int hop(int n) posted state { int more; };
async door knock(int n);
sync int put(int n) fails (it < 0) LOST;
sync void shut(int door);
blocking int work(int n) fails (it < 0) LOST;
chain void trip(int n) pool 2
{
    var int more[3];
    do { more[0] = n; more[1] = n; }
    then all (hop(n) as int a, work(n) as int b)
    then each (i in 0 .. 3) limit 2 { hop((int)i + more[0]) }
    then each (k from hop(a)) limit 2 { own(k) }
    then knock(b) as d
    then put(d + a)
    catch LOST: spawn trip(n)
    catch {}
}
static chain void own(int n) pool 2
{
    var int more[3];
    do { more[0] = n; more[1] = n; }
    then all (hop(n) as int a, work(n))
    then each (i in 0 .. 3) limit 2 { hop((int)i + more[0]) }
    then put(a)
    then spawn own(a)
    then settle (hop(1) as o, hop(2) as p)
    then put(o.value + p.value)
}
chain int main(void) { trip(1) then spawn own(2) then (0) catch (1) }
%{
int put(int n);
void shut(int door);
int work(int n);
%}
"""
# Where C text stands, and what it declares.
PROLOGUE = {
    "function": "int NAME(long a, long b);", "static function": "static int NAME(char *a) { return *a; }",
    "variable": "extern double NAME[3];", "static variable": "static double NAME = 1.5, other_;",
    "second variable": "static double other_, *NAME;", "pointer to a function": "extern double (*NAME)(int);",
    "typedef": "typedef double NAME;", "typedef of a function": "typedef double (*NAME)(int n);", "struct": "struct NAME { double d; };",
    "union": "union NAME { double d; };", "enum": "enum NAME { OTHER_ };", "enumerator": "enum { NAME = 7 };",
    "second enumerator": "enum e_ { OTHER_ = sizeof(int), NAME };", "enumerator of a typedef": "typedef enum { OTHER_, NAME = 2 } e_;",
    "macro": "#define NAME 7", "called macro": "#define NAME(a, b) ((a) + (b))",
}
ITEMS = {kind: PROLOGUE[kind] for kind in ("typedef", "typedef of a function", "struct", "union", "enum", "enumerator", "second enumerator",
                                           "enumerator of a typedef", "macro", "called macro")}
# The user writes these functions; what they are declared as is for C to say.
OURS = {"hop_start", "hop_cancel", "put", "work", "main"}


def endings():
    text = re.sub(r"/\*.*?\*/", "", (TOP / "compiler/ctext/reserved.def").read_text(), flags=re.S)
    for ending, kinds in re.findall(r'^MADE\("([^"]*)", ([A-Z_ |]+)\)', text, re.M):
        for kind in kinds.split(" | "):
            if kind in MAKERS:
                yield MAKERS[kind] + ending.replace("#", "1"), MAKERS[kind]


def execute(command, folder):
    return subprocess.run([str(c) for c in command], cwd=folder, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)


class Case:
    def __init__(self, build, folder, number, name, maker, where, kind):
        self.build, self.folder = build, folder / str(number)
        self.name, self.maker, self.where, self.kind = name, maker, where, kind
        declared = (PROLOGUE if where == "prologue" else ITEMS)[kind].replace("NAME", name)
        self.text = (f"%{{\n{declared}\n%}}\n" if where == "prologue" else f"\n{declared}\n") + PROGRAM

    def compile(self):
        (self.folder / "x.cc").write_text('#include "x.h"\n')
        for compiler, standard in COMPILERS:
            source = "x.cc" if compiler == "g++" else "x.c"
            done = execute([compiler, f"-std={standard}", *WARNINGS, "-I.", f"-I{self.build}/include", source], self.folder)
            if done.returncode != 0:
                lines = [line for line in done.stderr.splitlines() if "error" in line]
                if re.match(r"x\.chain:2:", lines[0]) or (self.name in ("put", "work") and lines[0].startswith("x.chain:")):
                    return None  # C says it at the line of the user
                return f"{compiler} -std={standard}: {lines[0][:200]}"
        return None

    def run(self):
        self.folder.mkdir()
        (self.folder / "x.chain").write_text(self.text)
        done = execute([self.build / "bin/chainc", "x.chain"], self.folder)
        found = re.findall(r"^x\.chain:(\d+):\d+: error: (.*)", done.stderr, re.M)
        shown = self.maker.removeprefix("x_").removesuffix("_chain")
        if done.returncode == 0:
            self.refused = False
            return self.compile()
        self.refused = True
        if len(found) != 1 or (found[0][0] != "2" and self.name != self.maker) or self.name not in found[0][1] or shown not in found[0][1]:
            return f"{done.stderr[:300]}"
        if self.name in OURS and "function" in self.kind and "pointer" not in self.kind and "typedef" not in self.kind:
            return f"refused: {found}"
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.environ.get("BUILD", str(TOP / "build")))
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cases = []
        for name, maker in endings():
            for where, kinds in ("prologue", PROLOGUE), ("item", ITEMS):
                for kind in kinds:
                    cases.append(Case(Path(options.build).resolve(), Path(folder), len(cases), name, maker, where, kind))
        if options.short:
            cases = cases[::5]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            wrong = [(case, said) for case, said in zip(cases, pool.map(Case.run, cases)) if said]
    for case, said in wrong:
        print(f"{case.name}, {case.kind} in {case.where}: {said}")
    refused = sum(case.refused for case in cases)
    print(f"{len(cases)} declarations of generated names, {refused} refused, {len(wrong)} bad")
    return 1 if wrong or refused < len(cases) // 4 else 0


if __name__ == "__main__":
    sys.exit(main())
