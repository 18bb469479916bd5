#!/usr/bin/env python3
"""Counts what docs/style.md asks for, over a tree and its build: tools/figures.py [TREE [BUILD]]

Prints one figure a line, so that two trees can be compared with diff. Nothing is judged here.
"""

import re
import subprocess
import sys
from pathlib import Path

TREE = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
BUILD = Path(sys.argv[2] if len(sys.argv) > 2 else TREE / "build").resolve()
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


def figure(name, value):
    print(f"{value:>8} {name}")


def files(*patterns):
    return [p for pattern in patterns for p in sorted(TREE.glob(pattern))]


def code_of(path):
    """The text with strings and comments blanked, line by line as it was."""
    text = STRING.sub('""', path.read_text(errors="replace"))
    return COMMENT.sub(lambda m: "\n" * m[0].count("\n"), text)


SOURCES = files("compiler/**/*.[ch]", "grammar/*.re", "grammar/*.y", "runtime/**/*.[ch]")
COMPILER = files("compiler/**/*.[ch]", "grammar/*.re", "grammar/*.y")


# ---- names -----------------------------------------------------------------------------------------------------------

def externals():
    """(object, name) of what the objects of the compiler define for others."""
    objects = [BUILD / "obj" / p.relative_to(TREE).with_suffix(".o") for p in files("compiler/**/*.c")]
    objects = [o for o in objects if o.exists()]
    for line in subprocess.run(["nm", "-A", "--defined-only", "-g", *objects], capture_output=True, text=True).stdout.splitlines():
        path, _, rest = line.partition(":")
        yield Path(path), rest.split()[-1]


def prefixes(path):
    """A file's name and its words in front, and its folder's name."""
    words = path.stem.split("_")
    return {path.stem, words[0], path.parent.name}


names = list(externals())
figure("external names of the compiler", len(names))
figure("of them without the name of their file or folder in front",
       sum(not any(n == p or n.startswith(p + "_") for p in prefixes(o)) for o, n in names if n != "main" and not n.startswith(("yy", "__"))))


# ---- structs and switches --------------------------------------------------------------------------------------------

def structs(path):
    """(name, members) of the structs at file level; members of structs and unions inside count."""
    for match in re.finditer(r"^struct (\w+) \{\n(.*?)^\}", code_of(path), re.S | re.M):
        declarations = [line for line in match[2].split(";") if re.search(r"\w", line)]
        yield match[1], sum(1 + declaration.count(",") * ("(" not in declaration) for declaration in declarations if not re.search(r"\}\s*\w*\s*$", declaration) or "{" not in declaration)


widest = sorted(((count, name) for p in COMPILER for name, count in structs(p)), reverse=True)[:5]
for count, name in widest:
    figure(f"members of struct {name}", count)


def switches(prefix, least=3):
    """Switches of the compiler with at least so many cases of an enum."""
    count = 0
    for path in COMPILER:
        for block in re.split(r"\bswitch \(", code_of(path))[1:]:
            count += len(re.findall(rf"\bcase {prefix}_", block.split("\n}\n")[0])) >= least
    return count


for prefix in ("IR", "NODE", "AST"):
    figure(f"switches over {prefix}_ kinds", switches(prefix))


# ---- text ------------------------------------------------------------------------------------------------------------

def holes():
    """Calls of putf with more than two holes."""
    for path in COMPILER:
        for match in re.finditer(r'\b(?:writer_)?putf\(\s*[^,"]+,((?:\s*(?:"(?:\\.|[^"\\])*"|PRI\w+))+)', path.read_text(errors="replace")):
            yield len(re.findall(r"%(?!%)", match[1].replace("%%", ""))) > 2


figure("putf with more than two holes", sum(holes()))
lines = [line for p in SOURCES for line in p.read_text(errors="replace").split("\n")]
figure("lines of C, lexer and grammar", len(lines))
for width in (80, 100):
    figure(f"lines over {width} columns", sum(len(line.expandtabs(4)) > width for line in lines))
figure("files over 600 lines", sum(len(p.read_text(errors="replace").split("\n")) > 600 for p in SOURCES))
prose = SOURCES + files("*.md", "docs/**/*.md", "examples/**/*.[c]*", "examples/**/*.md", "tests/**/*.md", "tests/**/*.py", "tests/**/*.sh", "tools/*")
figure('"behind" in sources and prose', sum(len(re.findall(r"\bbehind\b", p.read_text(errors="replace"), re.I)) for p in prose if p.is_file()))


# ---- functions -------------------------------------------------------------------------------------------------------

def lengths():
    """Lines of each function, from its name to its closing brace."""
    for path in SOURCES:
        begin = None
        for number, line in enumerate(path.read_text(errors="replace").split("\n")):
            if re.match(r"^[a-zA-Z_][^;={]*\($|^[a-zA-Z_][^;=]*\([^;]*$", line):
                begin = number
            elif line == "}" and begin is not None:
                yield number - begin + 1
                begin = None


found = sorted(lengths())
for name, at in (("median", 0.5), ("90th percentile", 0.9), ("99th percentile", 0.99), ("longest", 1)):
    figure(f"lines of a function, {name}", found[min(len(found) - 1, int(at * len(found)))])


# ---- generated C -----------------------------------------------------------------------------------------------------

sys.stdout.flush()
subprocess.run([sys.executable, Path(__file__).with_name("figures-generated.py"), f"--chainc={BUILD / 'bin/chainc'}"], check=True)
