#!/usr/bin/env python3
"""Data flows one way, by includes and by the linker. The stages of the compiler and the folders of the runtime are given lowest first:
a file includes headers of its own stage and of lower ones, and no object refers to a function or variable of a later stage. Inside a
stage the files have an order, too: no circle of references but through the functions in RECURSION and RUNTIME_RECURSION."""

import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

if os.environ.get("SANITIZE"):
    print("sanitizers add symbols of their own")
    sys.exit(77)

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
wrong = []

STAGES = ["base", "ctext", "syntax", "check", "machine", "frame", "emit", "driver", "top"]
# What the files of a stage share, and no other stage includes. passes.h declares what a stage shows.
PRIVATE = {
    "syntax": ["ast_new.h", "ast_comments.h", "ast_print.h", "digraphs.h", "scan.h", "syntax_error.h", "token.h", "chain.tab.h"],
    "check": ["check.h", "resolve.h"],
    "machine": ["lower.h"],
    "emit": ["emit.h"],
    "driver": ["arguments.h", "replace.h"],
}
# The order of the representations that passes hand on: none includes a later one.
REPRESENTATIONS = ["syntax/ast.h", "check/symbol.h", "check/checked.h", "machine/ir.h", "frame/frame.h"]

# A lexer lexes the C inside a token; a form is checked and lowered with the forms inside it; a grammar calls the lexer's parts.
RECURSION = {"scan_lex", "scan_skip_c", "scan_skip_blanks", "check_block", "check_pipeline", "check_form", "lower"}

# The system calls main; the tests call the compiler as a function, without files.
ENTRIES = {"main", "compile_text"}

# Folders of the runtime, lowest first; a port in ports/ knows the headers in include/ and its own. The core gets along with what
# every C compiler has, and the numbers of errno.
RUNTIME = ["include", "core", "threads", "backends", "ops"]
# A start on a descriptor repairs the reactor in a child process, and that makes all descriptors known again; a loop has a reactor
# if its port is that of reactor.c. Traced objects are not looked at: there every file calls trace.c.
RUNTIME_RECURSION = {"chain__reactor_repair", "chain__reactor_port"}
# Headers for the loops of others, which include theirs.
ADAPTERS = {"chain_ev.h", "chain_glib.h", "chain_libevent.h", "chain_sd_event.h", "chain_uv.h"}
FREESTANDING = {"stdbool.h", "stddef.h", "stdint.h", "stdarg.h", "stdatomic.h", "stdalign.h", "limits.h", "float.h", "errno.h"}


def includes(path):
    """(line, "<" or '"', name) of each #include of a file."""
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
        if match:
            yield number, match[1], match[2]


def complain(path, number, text):
    wrong.append(f"{path.relative_to(TOP)}:{number}: {text}")


def stage(path):
    """The stage of a source: its folder in compiler/. The grammar is a part of syntax."""
    if path.parent.name == "grammar" or path.parent == BUILD / "gen":
        return "syntax"
    parts = path.relative_to(TOP / "compiler").parts
    return parts[0] if len(parts) > 1 else "top"


def above(upper, lower):
    return STAGES.index(upper) > STAGES.index(lower)


def check_include(path, number, bracket, name):
    target = TOP / "compiler" / name
    private = next((s for s, names in PRIVATE.items() if Path(name).name in names), None)
    if bracket == "<":
        if name.startswith("chain"):
            complain(path, number, "the compiler includes nothing of the runtime")
    elif private is not None and private != stage(path):
        complain(path, number, f"{name} is private to {private}/")
    elif "/" in name and not target.exists():
        complain(path, number, f"there is no compiler/{name}")
    elif target.exists() and above(stage(target), stage(path)) and name != "passes.h":
        complain(path, number, f"{stage(path)}/ is below {stage(target)}/, and may not include {name}")
    elif name in REPRESENTATIONS and (own := str(path.relative_to(TOP / "compiler"))) in REPRESENTATIONS:
        if REPRESENTATIONS.index(own) < REPRESENTATIONS.index(name):
            complain(path, number, f"{own} is below {name}")


def sources():
    yield from sorted(p for p in (TOP / "compiler").rglob("*.[ch]"))
    yield from sorted(p for p in (TOP / "grammar").glob("chain.*") if p.suffix in (".re", ".y"))


def symbols(objects):
    """{name: the object that defines it}, and {object: the names that it refers to}."""
    defined, wanted = {}, defaultdict(set)
    sources = {str(path): source for source, path in objects.items()}
    for line in subprocess.run(["nm", "-A", *sources], capture_output=True, text=True, check=True).stdout.splitlines():
        path, _, rest = line.partition(":")
        kind, name = rest.split()[-2:]
        if kind in "TDBRCV":
            defined[name] = sources[path]
        elif kind == "U":
            wanted[sources[path]].add(name)
    return defined, wanted


def circles(defined, wanted, recursion):
    """Reports each set of files that refer to one another in a circle, but for what refers to the names in `recursion`."""
    after = {source: {defined[n] for n in names - recursion if n in defined} - {source} for source, names in wanted.items()}
    while True:
        called = set().union(*after.values())
        ends = {source for source, targets in after.items() if not targets & set(after) or source not in called}
        if not ends:
            break
        after = {source: targets for source, targets in after.items() if source not in ends}
    for source, targets in sorted(after.items()):
        names = sorted(n for n in wanted[source] - recursion if defined.get(n) in targets & set(after))
        wrong.append(f"{source.name} is in a circle, or between two: {' '.join(names)}")
    for name in sorted(recursion - set(defined)):
        wrong.append(f"{name} is listed as a recursion and does not exist")


def compiler_objects():
    made = {p: BUILD / "obj" / p.relative_to(TOP).with_suffix(".o") for p in sorted((TOP / "compiler").rglob("*.c"))}
    made |= {p: BUILD / "obj/gen" / p.with_suffix(".o").name for p in (BUILD / "gen/chain_lex.c", BUILD / "gen/marks_lex.c", BUILD / "gen/chain.tab.c")}
    return made


def references(objects, folder, order, recursion):
    """By the linker: no object refers to a later folder, none is in a circle."""
    defined, wanted = symbols(objects)
    for source, names in wanted.items():
        for name in sorted(names & set(defined)):
            target = defined[name]
            if order.index(folder(target)) > order.index(folder(source)):
                wrong.append(f"{source.name} of {folder(source)}/ refers to {name} of {folder(target)}/, which is above it")
    circles(defined, wanted, recursion)


def for_others(objects):
    """What no other object refers to is static, or dead."""
    defined, wanted = symbols(objects)
    for name in sorted(set(defined) - set().union(*wanted.values()) - ENTRIES):
        wrong.append(f"{name} of {defined[name].name} has no caller in another file")


def compiler():
    for path in sources():
        for number, bracket, name in includes(path):
            check_include(path, number, bracket, name)
    references(compiler_objects(), stage, STAGES, RECURSION)
    for_others(compiler_objects())


def runtime():
    for path in sorted(p for p in (TOP / "runtime").rglob("*.[ch]")):
        folder = path.relative_to(TOP / "runtime").parts[0]
        level = RUNTIME.index(folder) if folder in RUNTIME else 0
        for number, bracket, name in includes(path):
            at = next((f for f in RUNTIME if (TOP / "runtime" / f / (name if name.startswith("chain/") else Path(name).name)).exists()), None)
            if at is None and bracket == '"' and not name.startswith("chain/") and not (folder == "ports" and (path.parent / name).exists()):
                complain(path, number, f"{name} is not found in runtime/")
            elif at is not None and bracket == '"' and RUNTIME.index(at) > level:
                complain(path, number, f"{folder}/ may not include {name} of {at}/, which is above it")
            elif bracket == "<" and folder in ("include", "core") and name not in FREESTANDING and path.name not in {"chain_reactor.h", "chain_sim.h", *ADAPTERS}:
                complain(path, number, f"<{name}> needs a system, and {folder}/ does without")
    made = {p: BUILD / "obj" / p.relative_to(TOP).with_suffix(".o") for p in sorted((TOP / "runtime").rglob("*.c")) if "ports" not in p.parts}
    references(made, lambda path: path.parent.name, RUNTIME, RUNTIME_RECURSION)


compiler()
runtime()
print("\n".join(wrong))
sys.exit(1 if wrong else 0)
