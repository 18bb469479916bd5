#!/usr/bin/env python3
"""A chain with more names than chainc shares fields for (SHARING_LIMIT in compiler/frame/layout.c) does the same as
one with fewer; its frame is larger, as each name has a field or a C variable of its own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
CHAINC = os.environ.get("CHAINC", str(BUILD / "bin/chainc"))
ONE_THREAD = ["-DCHAIN_THREADS=0", "-DCHAIN_CRITICAL=1"] # tcc has no atomic instructions
LIMIT = int(re.search(r"SHARING_LIMIT = (\d+)", (TOP / "compiler/frame/layout.c").read_text())[1])

MAIN = """
#include "names.h"
#include <stdio.h>

uintptr_t chain_port_enter(void)        { return 0; }
void chain_port_leave(uintptr_t state)  { (void)state; }
void more_start(struct more *op, int n) { more_resolve_soon(more_done(op), n + 1); }
void more_cancel(struct more *op)       { more_cancelled(more_done(op)); }

static uint64_t now(struct chain_loop *loop) { (void)loop; return 1; }
static void wait(struct chain_loop *loop, uint64_t deadline) { (void)loop; (void)deadline; }

int main(void)
{
    static const struct chain_port port = { .now = now, .wait = wait };
    static struct chain_loop loop;
    static struct few a;
    static struct many b;

    chain_loop_init(&loop, &port);
    few_run(&a, &loop);
    many_run(&b, &loop);
    chain_loop_run(&loop);
    printf("%d %d %d\\n", few_value(&a), many_value(&b), sizeof b > sizeof a + 1000);
    return chain_loop_fini(&loop) != 0;
}
"""


def chain(name, count):
    """Names in threes: needed across a wait, needed at once, and one that is named like another."""
    steps = ["more(0) as a0"]
    for i in range(1, count, 3):
        steps.append(f"more(a{i - 1}) as a{i}")
        steps.append(f"more(a{i}) as a{i + 1} then (a{i + 1} - a{i} + a{i - 1}) as int a{i + 2}")
        if i % 300 == 1:
            steps.append("{ (1) as int x then { (x + 1) as int x then more(x) } }")
    return f"chain int {name}(void)\n{{\n    " + "\n    then ".join(steps) + f"\n    then (a{i + 2})\n}}\n"


def call(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode != 0:
        print(" ".join(map(str, command)), done.stdout[-1000:], done.stderr[:2000], sep="\n")
        sys.exit(1)
    return done.stdout


def main():
    few, many = LIMIT // 3, LIMIT + LIMIT // 50
    Path("names.chain").write_text("async int more(int n);\n" + chain("few", few) + chain("many", many))
    Path("main.c").write_text(MAIN)
    call(CHAINC, "-Wno-shadow", "names.chain")
    if not shutil.which("tcc"):
        print("there is no tcc, and gcc takes minutes for such a function")
        sys.exit(77)
    includes = [f"-I{BUILD}/include", f"-I{TOP}/runtime/core"]
    core = sorted((TOP / "runtime/core").glob("*.c"))
    call("tcc", "-w", *ONE_THREAD, "-include", TOP / "tests/fuzz/tcc.h", *includes, "-c", "names.c")
    call("gcc", "-O0", "-w", *ONE_THREAD, *includes, "main.c", "names.o", *core, "-o", "names")
    printed = call("./names")
    # Each three make one more.
    wanted = f"{len(range(1, few, 3)) + 1} {len(range(1, many, 3)) + 1} 1\n"
    if printed != wanted:
        print(f"printed {printed}instead of {wanted}")
        sys.exit(1)


main()
