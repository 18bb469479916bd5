#!/usr/bin/env python3
"""chainc --format on every .chain file of the tree that it accepts, and on COUNT random programs (200; `make formatted` takes 10000).
What comes out has the same tree and the same comments in the same order, is left as it is by --format, and does not depend on where
the lines of the input ended. For each form that is broken, the widest line that is not has exactly the width that the rule says."""

import codecs
import os
import random
import re
import subprocess
import sys
from pathlib import Path

TOP, CHAINC = Path(os.environ["TOP"]), os.environ["CHAINC"]
COUNT, BATCH = int(os.environ.get("COUNT", 200)), 40
sys.path.insert(0, str(TOP / "tests/fuzz"))
from fuzz import SIZES, Random  # noqa: E402
from generate import FEATURES, Generator  # noqa: E402

wrong = []
ERROR = re.compile(rb"^(\S+):\d+:\d+: error: ", re.M)


def complain(name, what):
    wrong.append(name)
    print(f"{name}: {what}", flush=True)


def chainc(*words):
    return subprocess.run([CHAINC, *words], capture_output=True, timeout=600)


class Texts:
    """Files in a folder, with the names of the texts."""

    def __init__(self, folder, texts):
        Path(folder).mkdir()
        self.folder = folder
        self.names = {f"{folder}/{i:04}.chain": name for i, name in enumerate(texts)}
        for path, name in self.names.items():
            Path(path).write_bytes(texts[name])

    def texts(self):
        return {name: Path(path).read_bytes() for path, name in self.names.items()}

    def format(self):
        """All of them; gives the names of those with errors, and forgets them."""
        done = chainc("--format", "-i", *self.names)
        return [self.names.pop(os.fsdecode(path)) for path in set(ERROR.findall(done.stderr))]

    def changed(self):
        """The names of those that --format would change."""
        done = chainc("--format", "--check", *self.names)
        return [self.names[os.fsdecode(path)] for path in done.stdout.split()]

    def dump(self, path):
        """The tree without comments, and those: both without places and without blanks around the line ends within."""
        dump = re.sub(rb" @\d+:\d+$", b"", chainc("--dump=ast", path).stdout, flags=re.M)
        dump = re.sub(rb"(?: |\\t)*(?<!\\)\\n(?: |\\t)*", rb"\\n", dump)
        comments = re.findall(rb"^ *comment (?:trailing )?(.*)\n", dump, flags=re.M)
        return re.sub(rb"^ *comment .*\n", b"", dump, flags=re.M), comments

    def tokens(self):
        """name -> [(kind, text)]"""
        dumps = chainc("--dump=tokens", *self.names).stdout.split(b" END\n")
        return {name: [(kind, codecs.escape_decode(written.replace(rb"\?", b"?"))[0])
                       for kind, written in re.findall(rb'^\d+:\d+ (\w+) "(.*)"$', dump, flags=re.M)]
                for name, dump in zip(self.names.values(), dumps)}


# ---- layout ----

def joined(tokens, choose):
    """The same tokens without comments, with other blanks between them; C text has no lines but where it needs them. Before arguments
    there is nothing: after `fails` blanks would be C text."""
    out = b""
    for kind, written in tokens:
        alone = kind in (b"CPP", b"PROLOGUE")
        if alone or kind == b"ARGS":
            out = out.rstrip(b" \t\n") + (b"\n" if alone else b"")
        if kind == b"CPP":
            written = written.replace(b"\n", b" ")
        elif not alone and b"//" in written or b"#" in written:
            alone = True
        elif not alone:
            written = re.sub(rb"\s*\n\s*", b" ", written)
        out += written + (b"\n" if alone else choose())
    return out


def without_indentation(text):
    return [line.strip() for line in text.splitlines()]


def check_layout(kind, texts):
    ways = {"blanks": lambda: b" ", "lines": lambda: b"\n", "mixed": lambda: random.choice((b" ", b"\n", b"\t ", b"\n  "))}
    tokens, results, bad = texts.tokens(), [], {}
    for way, choose in ways.items():
        others = Texts(f"{kind}_{way}", {name: joined(row, choose) for name, row in tokens.items()})
        bad[way] = others.format()
        results.append(others.texts())
    first, *rest = results
    pairs = [(name, way, other) for way, other in zip(list(ways)[1:], rest) for name in first if name in other]
    for name, way, other in pairs:
        if without_indentation(other[name]) != without_indentation(first[name]):
            complain(name, f"it depends on the lines of the input: {way}")
    print(f"{kind}: {len(pairs)} in other layouts; lines are not all the same to " + ", ".join(sorted({n for b in bad.values() for n in b})))
    return len(pairs)


# ---- texts ----

def check(kind, texts):
    """How many have a tree, and could be laid out in other ways."""
    before, after = Texts(f"{kind}_before", texts), Texts(f"{kind}_after", texts)
    bad = after.format()
    before.names = {path: name for path, name in before.names.items() if name not in bad}
    for name in after.changed():
        complain(name, "formatted again, it differs")
    for old, new in zip(before.names, after.names):
        (tree, comments), (new_tree, new_comments) = before.dump(old), after.dump(new)
        if tree != new_tree:
            complain(before.names[old], "it is another tree")
        if comments != new_comments:
            complain(before.names[old], "the comments are others, or in another order")
    print(f"{kind}: {len(after.names)} formatted, {len(bad)} with errors")
    return len(after.names), check_layout(kind, after)


def check_files():
    paths = [p for d in ("bench", "docs", "examples", "runtime", "tests") for p in sorted((TOP / d).rglob("*.chain"))]
    formatted, laid_out = check("files", {str(p.relative_to(TOP)): p.read_bytes() for p in paths})
    if formatted < 350 or laid_out < 700:
        complain("files", "these are too few")


def check_programs():
    sys.setrecursionlimit(10000)
    random.seed(1)
    texts = {}
    for begin in range(0, COUNT, BATCH):
        text = ""
        for seed in range(begin, min(begin + BATCH, COUNT)):
            rand = Random(seed)
            text += Generator(rand, f"p{seed}", rand.choice(SIZES), FEATURES).program().src() + "\n"
        texts[f"programs from {begin}"] = text.encode()
    if check("programs", texts) != (len(texts), 2 * len(texts)):
        complain("programs", "some have errors")
    print(f"{COUNT} random programs")


# ---- widths ----

BODY = "chain void x(void)\n{\n    b\n    %s\n}\n"
WIDTHS = { # what is repeated is @
    "branches": (80, BODY % "then all (@ as x, b(1))"),
    "winner": (80, BODY % "then race (@ { b }, c)"),
    "block": (80, BODY % "then { @ then b }"),
    "if": (80, BODY % "then if (@) { b } else { c }"),
    "while": (80, BODY % "then while (x) { @ }"),
    "loop": (80, BODY % "then loop { @ then break }"),
    "each": (80, BODY % "then each (i in 0 .. @) limit 4 { b }"),
    "timeout": (80, BODY % "then timeout 5s { @ }"),
    "do": (80, BODY % "then do { @; }"),
    "undo": (80, BODY % "then b as y undo { @ }"),
    "codes": (80, "codes { A = 1 \"a\", @ };\n"),
    "call": (100, BODY % "then f(@, 3) as y"),
    "spawn": (100, BODY % "then spawn f(@, 3)"),
    "reject": (100, BODY % "then reject(@, \"a\")"),
    "else": (100, BODY % "then f(1) else @"),
    "prototype": (100, "sync int f(int @) raises A posted;\n"),
    "chain": (100, "chain int f(int @) raises A\n{\n    b\n}\n"),
    "parameters": (100, "sync int f(int @, int n);\n"),
    "state": (100, "async int f(int n) state { int @; };\n"),
    "names of raises": (100, "sync int f(void)\n    fails (it < 0) it\n    raises A_NAME_THAT_IS_QUITE_LONG, ANOTHER_NAME_THAT_IS_QUITE_LONG, @;\n"),
}


def check_widths():
    """One column less, as many as the rule says, and one more: only that is broken."""
    texts = {}
    for name, (widest, template) in WIDTHS.items():
        base = max(len(line.replace("@", "")) for line in template.splitlines() if "@" in line)
        for more in (-1, 0, 1):
            texts[name, more] = template.replace("@", "a" * (widest - base + more)).encode()
    formatted = Texts("widths", texts)
    for name in formatted.format():
        complain(name, "it has errors")
    for (name, more), text in formatted.texts().items():
        if (text == texts[name, more]) != (more <= 0):
            complain(name, f"with {more:+} columns it is {'left alone' if more > 0 else 'broken'}")
    print(f"{len(WIDTHS)} widths")


check_widths()
check_files()
check_programs()
print(f"{len(wrong)} wrong")
sys.exit(bool(wrong))
