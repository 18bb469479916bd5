#!/usr/bin/env python3
"""chainc at its documented limits on a stack of 1 MB (8 MB with sanitizers): every construct in every
other one, as the first and as the last step, as deep as the lexer lets it; long pipelines of every
clause in every construct; and long lists of whatever a file can have a list of. (scripts/recursion.py
looks for what else could recurse.) The argument `all` tries every pair, not a sample."""

import os
import re
import resource
import subprocess
import sys

CHAINC = os.environ["CHAINC"]
# AddressSanitizer puts guards around the variables of a function.
STACK = (8 if os.environ["SANITIZE"] else 1) * 1024 * 1024
OPS = "async int f(int n) raises EIO;\nsync int g(int n) raises nothing;\n"
ALL = sys.argv[1:] == ["all"]

# What can stand around a pipeline.
PLACES = {
    "block": "{ % }",
    "if": "if (n) { % } else { f(n) }",
    "else": "if (n) { f(n) } else { % }",
    "while": "while (n) { % }",
    "loop": "loop { % then break }",
    "each": "each (@ in 0 .. n) limit 1 { % }",
    "from": "each (@ from f(n)) limit 1 { g(@) then % }",
    "any each": "any each (@ in 0 .. n) limit 1 stagger 1ms { % }",
    "race each": "race each (@ from f(n)) limit 1 { % }",
    "settle each": "settle each (@ in 0 .. n) limit 1 { % then {} } as @@ { f(n) }",
    "settled": "settle each (@ in 0 .. n) limit 1 { f(n) } as @@ { % }",
    "all": "all (%, f(n))",
    "any": "any (%, f(n))",
    "race": "race (f(n), %)",
    "settle": "settle (%, f(n))",
    "winner": "race (f(n) { % }, f(n))",
    "timeout": "timeout 5s { % }",
    "retry": "retry 2 { % }",
    "undo": "{ f(n) undo { % } }",
    "catch": "{ f(n) catch { % } }",
    "no": "{ f(n) then f(n) else { % } }",
    "finally": "{ f(n) finally { % } }",
}
CLAUSES = {
    "then": " then f(n)",
    "it": " then f(n) then f(it)",
    "else": " then f(n) else f(n)",
    "catch": " catch f(n)",
    "codes": " catch EIO: f(n)",
    "finally": " finally g(n)",
}

runs = wrong = 0


def limit():
    resource.setrlimit(resource.RLIMIT_STACK, (STACK, STACK))


def longest_line(text):
    return max(map(len, text.splitlines()), default=0)


def chainc(what, text, refused=None):
    """Status 0 or 1, as the text is right or not, and what it says can be read."""
    global runs, wrong
    runs += 1
    with open("deep.chain", "w") as file:
        file.write(text)
    done = subprocess.run([CHAINC, "deep.chain"], capture_output=True, text=True, errors="replace", preexec_fn=limit, timeout=300)
    if done.returncode != (1 if refused else 0) or (refused and refused not in done.stderr) or longest_line(done.stderr) > 400:
        wrong += 1
        print(f"{what}: status {done.returncode}, {longest_line(done.stderr)} characters in a line\n{done.stderr[:300]}", flush=True)
        with open(f"wrong_{wrong}.chain", "w") as file:
            file.write(text)


def chain(name, pipeline):
    return f"chain void {name}(int n)\n{{\n    {pipeline}\n}}\n"


def inside(place, pipeline, level=0):
    return PLACES[place].replace("@", f"i{level}").replace("%", pipeline)


def long(first, clause, count=600):
    return first + CLAUSES[clause] * count


def long_pipelines():
    """Of every clause, in every place, twice."""
    for i, place in enumerate(PLACES):
        text = OPS
        for k, clause in enumerate(CLAUSES):
            if not ALL and (i + k) % len(CLAUSES) != 0:
                continue
            inner = long(inside(place, long("f(n)", clause)), clause)
            text += chain(f"first_{clause}", long(inside(place, inner, 1), clause))
            text += chain(f"last_{clause}", long("f(n)", clause) + " then " + inside(place, long("f(n)", clause)))
        chainc(f"long pipelines, {place}", text)


def nested(outer, inner, last):
    """One in the other, as the first or the last step of each, as deep as the lexer allows."""
    pipeline, depth = "f(n)", 0
    while True:
        place = inner if depth % 2 else outer
        step = inside(place, pipeline, depth)
        deeper = f"f(n) then {step}" if last else f"{step} catch f(n)"
        if len(deeper) > 100000 or levels(deeper) > 255:
            return pipeline
        pipeline, depth = deeper, depth + 1


def levels(pipeline):
    """How many brackets and prefixes are open at the deepest place."""
    deepest = level = 0
    opened = []
    words = re.findall(r"timeout|retry|else|then|catch|finally|,|[({]|[)}]", pipeline)
    for word in words:
        if word in "({":
            opened.append(level)
            level += 1
        elif word in ")}":
            level = opened.pop()
        elif word in ("timeout", "retry", "else"):
            level += 1
        else:
            level = opened[-1] + 1 if opened else 0
        deepest = max(deepest, level, len(opened))
    return deepest


def pairs():
    names = list(PLACES)
    for i, outer in enumerate(names):
        for k, inner in enumerate(names):
            if not ALL and (i + 2 * k) % 13 != 0:
                continue
            for last in (False, True):
                text = OPS + chain("nested", nested(outer, inner, last))
                chainc(f"{inner} in {outer} {'last' if last else 'first'}", text)


def lists():
    """Of what is one after another in a file or a chain; none of them may be a recursion."""
    count = 20000 if ALL else 6000
    calls = "\n".join(chain(f"c{i}", f"c{i + 1}(n)") for i in range(count))
    chainc("chains that call the next one", OPS + calls + chain(f"c{count}", "f(n)"))
    spawns = "".join(chain(f"c{i}", f"spawn c{(i + 1) % count}(n)") for i in range(count))
    spawns = spawns.replace("chain void c7(int n)", "chain void c7(int n) pool 3")
    chainc("chains that spawn the next one", OPS + spawns)
    chainc("handlers that bind", OPS + "chain int bound(int n) { f(n) as x " + "catch f(n) as x " * 60 + "then (it + x) }\n")
    chainc("eachs", OPS + chain("many", " then ".join(f"each (i{k} in 0 .. n) limit 1 {{ f(n) }}" for k in range(300))))
    chainc("else if", OPS + chain("many", "if (n) { f(n) }" + " else if (n) { f(n) }" * 250))
    deep = "nested deeper than 256 levels"
    chainc("brackets", OPS + "chain void a(int n) { " + "{" * 200000, refused=deep)
    chainc("parentheses", OPS + "chain void a(int n) { f(" + "(" * 200000, refused=deep)
    chainc("prefixes", OPS + "chain void a(int n) { " + "timeout 5s " * 100000 + "}", refused=deep)


def files():
    """Each imports the next one, and the last one perhaps the first."""
    count = 1000
    for i in range(count):
        with open(f"file_{i}.chain", "w") as file:
            file.write(f'import "file_{i + 1}.chain";\n')
    for last, refused in (("codes { LAST }\n", None), ('import "file_0.chain";\n', "imports cannot form a circle: ./file_0.chain -> ")):
        with open(f"file_{count}.chain", "w") as file:
            file.write(last)
        chainc("files", 'import "./file_0.chain";\n' + OPS + chain("a", "f(n)"), refused=refused)


long_pipelines()
pairs()
lists()
files()
print(f"{runs} runs, {wrong} wrong")
sys.exit(bool(wrong))
