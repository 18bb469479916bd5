#!/usr/bin/env python3
"""chainc's work grows with its input, not with the square of it: instructions for n of a thing and for 4 n of it.

The inputs are made here, one for each thing of which a file or a chain can have many. Instructions are counted by callgrind, so
neither the machine nor its load matters. Linear is 4; the limit leaves room for sorting and for pages of tables.

    make growth     all inputs; growth.py --help says how to measure some of them, or larger ones

The working files are left in the current folder; CHAINC names the compiler.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

LIMIT = 6
SQUARE = {
    "each", "each from",                  # the generated text is: each slot's function names every state of the chain
    "codes that are raised and caught",   # n sets of n codes; a step of an instruction or two for each
}
OP = "async int op(int x);\n"


def steps(n, step, first="op(1)"):
    """A chain of n steps, each `step` with its number in the place of @."""
    lines = [first] + ["then " + step.replace("@", str(i)) for i in range(n)]
    return "chain void f(int x)\n{\n    " + "\n    ".join(lines) + "\n}\n"


def each(n, text):
    return "".join(text.replace("@", str(i)) for i in range(n))


def listed(n, text, separator=", "):
    return separator.join(text.replace("@", str(i)) for i in range(n))


# What there are n of. Every construct of the language stands here once after another, and most of them many in one.
INPUTS = {
    "inputs": (200, None),  # files, all on one command line: arguments()
    # the file
    "chains": (100, lambda n: OP + each(n, "chain int f@(int x) { op(x) then op }\n")),
    "chains, each calls the one before": (100, lambda n: OP + "chain int f0(int x) { op(x) }\n"
        + "".join(f"chain int f{i}(int x) {{ f{i - 1}(x) then (it + 1) }}\n" for i in range(1, n // 2))),
    "chains, each calls the next one": (100, lambda n: OP + "".join(f"chain int f{i}(int x) {{ f{i + 1}(x) then (it + 1) }}\n"
        for i in range(n // 2)) + f"chain int f{n // 2}(int x) {{ op(x) }}\n"),
    "chains that spawn one another, with a pool": (60, lambda n: OP + "".join(
        f"chain void f{i}(int x){' pool 3' if i == 0 else ''} {{ op(x) then spawn f{(i + 1) % n}(x) }}\n" for i in range(n))),
    "chains with a prologue of that length": (30, lambda n: "%{\n" + each(4 * n, "static const int table_@[] = { a@, b@, c@ };\n")
        + "%}\n" + OP + each(n, "chain int f@(int x) { op(x) then op }\n")),
    "chains with that many macros": (30, lambda n: each(4 * n, "#define MACRO_@ (a@ + b@)\n") + OP
        + each(n, "chain int f@(int x) { op(x) then op }\n")),
    "chains that spawn one another": (60, lambda n: OP + "".join(
        f"chain void f{i}(int x) {{ op(x) then spawn f{(i + 1) % n}(x) }}\n" for i in range(n))),
    "static chains": (100, lambda n: OP + each(n, "static chain int f@(int x) { op(x) then op }\n") + "chain void all_of_them(void)\n"
        "{\n    op(1)\n" + each(n, "    then f@(1)\n") + "}\n"),
    "operations": (200, lambda n: each(n, "async int op@(int x) state { int a; };\n")),
    "functions": (200, lambda n: each(n, "sync int g@(int x) fails (it < 0) EIO;\n")),
    "blocking functions, called": (60, lambda n: each(n, "blocking int g@(int x);\n") + "chain void f(int x)\n{\n    g0(x)\n"
        + each(n, "    then g@(x)\n") + "}\n"),
    "blocking functions, each called in a chain": (60, lambda n: each(n, "blocking int g@(int x);\nchain int f@(int x) { g@(x) }\n")),
    "codes": (300, lambda n: "codes { " + listed(n, 'C@ "text @"') + " };\n"),
    "codes with numbers": (300, lambda n: "codes { " + ", ".join(f"C{i} = 0x{0x4000 + 2 * i:x}" for i in range(n)) + " };\n"),
    "codes that are raised and caught": (60, lambda n: "codes { " + listed(n, "C@") + " };\nasync int op(int x) raises " + listed(n, "C@")
        + ";\nchain void f(int x)\n{\n    op(x)\n" + each(n, "    catch C@: (@)\n") + "    then {}\n}\n"),
    "chains that raise own codes": (40, lambda n: "codes { " + listed(n, "C@") + " };\n" + OP
        + each(n, "chain int f@(int x) { op(x) then reject(C@) }\n") + "chain void g(int x)\n{\n    op(x)\n" + each(n, "    then f@(x)\n") + "}\n"),
    "resources": (60, lambda n: each(n, "resource r@ = int releases close@;\nsync void close@(int r) raises nothing;\nasync r@ open@(void);\n"
        "chain void f@(void) { open@ as r then {} }\n")),
    "parameters": (100, lambda n: "async int op(" + listed(n, "int a@") + ");\nchain int f(" + listed(n, "int a@") + ") { op("
        + listed(n, "a@") + ") then (it) }\n"),
    "parameters of a blocking function": (60, lambda n: "blocking int g(" + listed(n, "int a@") + ");\nchain int f(" + listed(n, "int a@")
        + ") { g(" + listed(n, "a@") + ") then (it) }\n"),
    "struct declarations": (200, lambda n: each(n, "struct s@ { int a, b; };\n")),
    "text of a comment": (400, lambda n: "/*" + each(n, " word @\n") + "*/\n" + OP + "chain int f(int x) { op(x) }\n"),
    "errors": (30, lambda n: OP + each(n, "chain int f@(int x) { unknown@(x) }\n")),
    # a chain
    "steps": (200, lambda n: OP + steps(n, "op")),
    "steps at once": (200, lambda n: "sync int g(int x);\n" + steps(n, "g", "g(1)")),
    "bindings": (100, lambda n: OP + steps(n, "op(x) as b@")),
    "bindings, all used at the end": (100, lambda n: OP + steps(n, "op(x) as b@") .replace("\n}\n", " then (" + listed(n, "b@", " + ")
        + ")\n}\n").replace("chain void", "chain int")),
    "bindings, used at once": (100, lambda n: OP + steps(n, "op(x) as b@ then op(b@)")),
    "variables": (100, lambda n: OP + "chain int f(int x)\n{\n" + each(n, "    var int v@ = 0;\n") + "    op(x)"
        + each(n, "\n    then do { v@ = x; }") + "\n    then op(x) then (" + listed(n, "v@", " + ") + ")\n}\n"),
    "variables of many types": (60, lambda n: OP + "chain int f(int x)\n{\n" + each(n, "    var struct s@ *v@ = 0;\n") + "    op(x)"
        + each(n, "\n    then do { use(v@); }") + "\n    then op(x)\n}\n"),
    "do": (100, lambda n: OP + steps(n, "do { use(x); }")),
    "a long do": (300, lambda n: OP + "chain void f(int x)\n{\n    do {\n" + each(n, "        use(x + @);\n") + "    }\n    then op(x)\n}\n"),
    "locals of a do": (300, lambda n: OP + "chain void f(int x)\n{\n    do {\n" + each(n, "        int l@ = x + @;\n") + "    }\n    then op(x)\n}\n"),
    "blocks": (60, lambda n: OP + steps(n, "{ op(x) as b then op(b) }")),
    "blocks in one another": (12, lambda n: OP + "chain void f(int x)\n{\n    " + "{ op(x) as b then " * n + "op(x)" + " then op(b) }" * n
        + "\n}\n"),
    "if": (60, lambda n: OP + steps(n, "if (x) { op(x) as b then op(b) }")),
    "if else": (60, lambda n: OP + steps(n, "if (x) { op(x) as b then op(b) } else { op(x) as c then op(c) }")),
    "else if": (30, lambda n: OP + "chain void f(int x)\n{\n    " + each(n, "if (x == @) { op(x) } else ") + "{ op(0) }\n}\n"),
    "while": (60, lambda n: OP + steps(n, "while (x) { op(x) as b then op(b) }")),
    "loop": (60, lambda n: OP + steps(n, "loop { op(x) as b then if (b) { break } }")),
    "loops in one another": (12, lambda n: OP + "chain void f(int x)\n{\n    " + "while (x) { op(x) as b then " * n + "op(x)" + " then op(b) }" * n
        + "\n}\n"),
    "catch": (60, lambda n: OP + steps(n, "op(x) catch { op(err.code) }")),
    "catch, whose value is wanted": (60, lambda n: OP + "chain int f(int x)\n{\n    op(x) as b\n" + each(n, "    catch op(x) as b\n")
        + "    then (it + b)\n}\n"),
    "catch in blocks": (60, lambda n: OP + steps(n, "{ op(x) as b then op(b) catch op(1) }")),
    "then else": (60, lambda n: OP + steps(n, "op(x) else op(1)")),
    "finally": (60, lambda n: OP + steps(n, "{ op(x) as b finally op(x) }")),
    "finally in one another": (12, lambda n: OP + "chain void f(int x)\n{\n    " + "{ op(x) then " * n + "op(x)" + " finally op(1) }" * n
        + "\n}\n"),
    "return out of finallys": (12, lambda n: OP + "chain int f(int x)\n{\n    " + "{ op(x) then " * n + "return op(x)" + " finally op(1) }" * n
        + "\n}\n"),
    "undo in blocks": (60, lambda n: OP + steps(n, "{ op(x) as b undo op(x) then op(b) }")),
    "all": (40, lambda n: OP + steps(n, "all (op(x) as a@, op(x + 1) as b@)")),
    "all in blocks": (40, lambda n: OP + steps(n, "{ all (op(x) as a, op(x + 1) as b) then op(a + b) }")),
    "branches of an all": (60, lambda n: OP + "chain void f(int x)\n{\n    all (" + listed(min(n, 254), "op(x) as b@") + ")\n}\n"),
    "race": (40, lambda n: OP + steps(n, "race (op(x), op(x + 1) { op(it) })")),
    "any": (40, lambda n: OP + steps(n, "any (op(x), op(x + 1)) catch op(1)")),
    "settle": (40, lambda n: OP + steps(n, "settle (op(x) as a@, op(x + 1) as b@)")),
    "each": (40, lambda n: OP + steps(n, "each (i in 0 .. x) limit 2 { op((int)i) as b then op(b) }")),
    "each from": (40, lambda n: OP + steps(n, "each (i from op(x)) limit 2 { op(i) as b then op(b) }")),
    "timeout": (40, lambda n: OP + steps(n, "timeout 1s { op(x) as b then op(b) }")),
    "retry": (40, lambda n: OP + steps(n, "retry 3 backoff 1ms to 1s { op(x) as b then op(b) }")),
    "delay": (60, lambda n: OP + steps(n, "delay 1ms")),
    "owned values": (40, lambda n: "resource r = int releases drop;\nsync void drop(int r) raises nothing;\nasync r take(int x);\n" + OP
        + steps(n, "{ take(x) as b then op(x) }")),
    "owned values, all at once": (20, lambda n: "resource r = int releases drop;\nsync void drop(int r) raises nothing;\nasync r take(int x);\n"
        + OP + steps(n, "take(x) as b@")),
    "owned values that move": (40, lambda n: "resource r = int releases drop;\nsync void drop(int r) raises nothing;\nasync r take(int x);\n"
        "async void keep(r value);\n" + OP + steps(n, "{ take(x) as b then keep(b) }")),
    "owned values of branches": (20, lambda n: "resource r = int releases drop;\nsync void drop(int r) raises nothing;\nasync r take(int x);\n"
        + OP + steps(n, "{ all (take(x) as a, take(x) as b) then op(x) }")),
    "spawn": (60, lambda n: OP + "chain void g(int x) { op(x) then {} }\n" + steps(n, "spawn g(x)")),
    "calls of a chain": (60, lambda n: OP + "chain int g(int x) { op(x) then op }\n" + steps(n, "g(x)")),
    "reject in do": (60, lambda n: OP + steps(n, "do { if (x) reject(EIO); }")),
    "arguments of a call": (100, lambda n: "sync int g(int x, ...);\n" + OP + "chain void f(int x)\n{\n    g(" + listed(n, "x + @") + ")\n}\n"),
    "a long expression": (300, lambda n: OP + "chain int f(int x)\n{\n    op(x) then (" + listed(n, "x * @", " + ") + ")\n}\n"),
}


def arguments(name, n, scale):
    """Those of chainc, after the files have been made."""
    folder = re.sub(r"\W+", "_", name)
    if name == "inputs":
        os.makedirs(f"{folder}_{n}", exist_ok=True)
        sources = [f"{folder}_{n}/f{i}.chain" for i in range(n * scale)]
        for source in sources:
            with open(source, "w", encoding="utf-8") as file:
                file.write("\n")
        return [*sources, "-MD", "--outdir", f"{folder}_{n}"]
    with open(f"{folder}_{n}.chain", "w", encoding="utf-8") as file:
        file.write(INPUTS[name][1](n * scale))
    return [f"{folder}_{n}.chain", "-o", f"{folder}_{n}.c"]


def instructions(name, n, scale):
    out = re.sub(r"\W+", "_", f"{name}_{n}") + ".count"
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", os.environ["CHAINC"], *arguments(name, n, scale)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    wanted = 1 if name == "errors" else 0
    if done.returncode != wanted:
        raise RuntimeError(f"{name}: status {done.returncode}\n" + re.sub(r"(?m)^==.*\n", "", done.stderr))
    with open(out, encoding="utf-8") as file:
        total = int(re.search(r"^(?:summary|totals): (\d+)", file.read(), re.M)[1])
    os.unlink(out)
    return total


def measure(name, scale, base):
    n = INPUTS[name][0]
    try:
        few, many = (instructions(name, k * n, scale) - base for k in (1, 4))
        ratio = many / few
        limit = 17 if name in SQUARE else LIMIT
        verdict = "   TOO MUCH" if ratio > limit else ""
        return ratio <= limit, f"{ratio:5.1f}  {few / 1e6:8.1f} -> {many / 1e6:8.1f} M  {n * scale:5} {name}{verdict}"
    except RuntimeError as problem:
        return False, str(problem)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("valgrind is not installed")
        return 77
    if os.environ.get("SANITIZE"):
        print("valgrind does not run sanitized programs")
        return 77
    INPUTS["nothing"] = (1, lambda n: "\n")
    base = instructions("nothing", 1, 1)
    names = options.names or [name for name in INPUTS if name != "nothing"]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for good, line in pool.map(lambda name: measure(name, options.scale, base), names):
            bad += not good
            print(line, flush=True)
    print(f"{len(names) - bad} passed, {bad} failed")
    return bad != 0


sys.exit(main())
