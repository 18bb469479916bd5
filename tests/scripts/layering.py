#!/usr/bin/env python3
"""A file includes only what stands below it. The layers, lowest first; files of one layer know nothing of each other."""

import os
import re
import sys
from pathlib import Path

COMPILER = [
    {"arena.h", "bits.h", "ends.h", "io.h", "reserved.def", "library.def"},
    {"table.h", "reserved.h"},
    {"intern.h", "source.h", "writer.h", "ctext.h"},
    {"cdecl.h", "message.h"},
    {"diag.def", "diag_*.def", "tokens.def"},
    {"diag.h"},
    # representations
    {"ast.h"},
    {"ast_walk.h"},
    {"symbol.h"},
    {"tree.h"},
    {"ir.h"},
    {"frame.h"},
    # the passes, and the one that knows them all
    {"passes.h"},
    {"options.h"},
    {"compile.h"},
]
# A pass in several files has a header of its own, which nobody else includes.
PARSE = "parse words declare capture balance brackets shape params comments slip help scan token ast_new lex*"
PRIVATE = {
    "check.h": "check* scope demand",
    "resolve.h": "resolve*",
    "lower.h": "lower*",
    "emit.h": "emit*",
    "print.h": "ast_print print*",
    "arguments.h": "options arguments",
    "depfile.h": "main options depfile",
    "output.h": "main output",
    "probe.h": "compile probe",
    "replace.h": "output replace",
    **dict.fromkeys(["token.h", "ast_new.h", "scan.h", "slip.h", "comments.h", "chain.tab.h"], PARSE),
}

# Folders of the runtime, lowest first; a port in ports/ knows the headers in include/ and its own. The core gets along with what
# every C compiler has, and the numbers of errno.
RUNTIME = ["include", "core", "threads", "backends", "ops"]
FREESTANDING = {"stdbool.h", "stddef.h", "stdint.h", "stdarg.h", "stdatomic.h", "stdalign.h", "limits.h", "float.h", "errno.h"}

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
wrong = []


def includes(path):
    """(line, "<" or '"', name) of each #include of a file."""
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
        if match:
            yield number, match[1], match[2]


def complain(path, number, text):
    wrong.append(f"{path.relative_to(TOP)}:{number}: {text}")


def layer(name):
    return next((i for i, names in enumerate(COMPILER) for n in names if Path(name).match(n)), None)


def compiler():
    headers = {p.name for p in (TOP / "compiler").glob("*.h")}
    for path in sorted(p for d in ("compiler", "grammar") for p in (TOP / d).glob("*.*") if p.suffix in (".c", ".h", ".re", ".y")):
        own = layer(path.stem + ".h")
        for number, bracket, name in includes(path):
            if name in PRIVATE:
                if path.name != name and not any(Path(path.stem).match(n) for n in PRIVATE[name].split()) and path.parent.name != "grammar":
                    complain(path, number, f"{name} is private to {PRIVATE[name]}")
                continue
            if bracket == "<" and name not in headers:
                if name.startswith("chain"):
                    complain(path, number, "the compiler includes nothing of the runtime")
                continue
            level = layer(name)
            if level is None:
                complain(path, number, f"{name} is not in the table of {Path(__file__).name}")
            elif own is not None and name != path.stem + ".h" and level >= own:
                complain(path, number, f"{path.name} may not include {name}, which is not below it")


def runtime():
    for path in sorted(p for p in (TOP / "runtime").rglob("*.[ch]")):
        folder = path.relative_to(TOP / "runtime").parts[0]
        level = RUNTIME.index(folder) if folder in RUNTIME else 0
        for number, bracket, name in includes(path):
            at = next((f for f in RUNTIME if (TOP / "runtime" / f / Path(name).name).exists()), None)
            if at is None and bracket == '"' and not name.startswith("chain/") and not (folder == "ports" and (path.parent / name).exists()):
                complain(path, number, f"{name} is not found in runtime/")
            elif at is not None and bracket == '"' and RUNTIME.index(at) > level:
                complain(path, number, f"{folder}/ may not include {name} of {at}/, which is above it")
            elif bracket == "<" and folder in ("include", "core") and name not in FREESTANDING and path.name not in ("chain_reactor.h", "chain_sim.h"):
                complain(path, number, f"<{name}> needs a system, and {folder}/ does without")


compiler()
runtime()
print("\n".join(wrong))
sys.exit(1 if wrong else 0)
