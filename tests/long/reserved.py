#!/usr/bin/env python3
"""Every name in what chainc writes is a word of the user's source, or the table (compiler/ctext/reserved.def, library.def) has it: as a word, a
member, a local, or an ending after a name of the source. The sources are those of tests/emit, tests/exec, tests/sim and examples, each
also with --skeleton; the headers of the runtime must define no macro that does not begin with CHAIN_ or chain_, and the
compiler must know their names."""

import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
CHAINC = os.environ.get("CHAINC", str(TOP / "build/bin/chainc"))
sys.path.insert(0, str(TOP / "tests/names"))
from names import lists  # noqa: E402

FOLDERS = ["tests/emit", "tests/exec", "tests/sim", "examples"]
WORD = re.compile(r"\b[A-Za-z_]\w*")
TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|^\s*#\s*(?:line|include|error)[^\n]*', re.S | re.M)


def table():
    words, numbered, made = set(), [], []
    for macro, kind, strings in lists(TOP / "compiler/ctext/reserved.def"):
        if kind == "RESERVED_NUMBERED":
            numbered += "".join(strings).split()
        elif macro in ("WORDS", "MEMBER"):
            words.update("".join(strings).split())
        elif macro == "OWN":
            words.update([strings[0], "chain__" + strings[0]])
        elif macro == "MADE":
            made.append(strings[0].replace("#", r"\d[\d_]*"))
    for macro, _, strings in lists(TOP / "compiler/ctext/library.def"):
        words.update("".join(strings[1:]).split())
    return words, re.compile(rf"(?:(?:{'|'.join(numbered)})_(?:\d+_)+)*(?:{'|'.join(numbered)})_\d[\d_]*"), re.compile(rf"(\w*?)({'|'.join(sorted(filter(None, made), key=len, reverse=True))})")


WORDS, NUMBERED, MADE = table()
OURS = re.compile(r"v?(chain|CHAIN|CHAINC)_|v?chain$|__cplusplus$|__has_include$|__\w+__$|(main$|define$|defined|ifndef|endif|elif|ifdef|undef|pragma)$")
# Of the kinds that the table need not have: states, places in tables and calls, which c_names.c keeps apart from everything,
# and labels.
STATES = re.compile(r"^enum (?:\w+_state )?\{(.*?)\}|^static const struct chain_caller (\w+)", re.S | re.M)
LABEL = re.compile(r"^\s*(\w+):(?!:)|\bgoto (\w+);|^(?:\w+: )+(\w+):", re.M)


def words_of(path, seen):
    """Those of a source and of what it imports."""
    if path in seen or not path.exists():
        return set()
    seen.add(path)
    text = path.read_text(errors="replace")
    words = set(WORD.findall(text)) | {path.stem, "file_" + path.stem, "main_chain"}
    for name in re.findall(r'^\s*import "([^"]+)"', text, re.M):
        words |= words_of(path.parent / name, seen) | words_of(TOP / "runtime/ops" / Path(name).name, seen)
    return words


def is_symbol(name, user):
    """A name of the source, or of a static one: the module stands before it."""
    parts = name.lstrip("_").split("_")
    return name in user or any("_".join(parts[:i]) in user and "_".join(parts[i:]) in user for i in range(1, len(parts)))


def is_known(word, user):
    if word in WORDS or word in user or OURS.match(word) or NUMBERED.fullmatch(word):
        return True
    made = MADE.fullmatch(word) or MADE.fullmatch(word.lstrip("_"))
    # what it is made from may have got out of the way: handle_wait_2_value
    if made and any(is_symbol(name, user) for name in (made[1], re.sub(r"_\d+$", "", made[1]))):
        return True
    shorter = re.sub(r"_\d*$", "", word)  # it got out of the way of something, or is one of several
    callee = re.fullmatch(r"(?:in|(?:branch|item|each)_[\d_]*\d)_(\w+)", word)
    if callee and is_symbol(callee[1], user):
        return True
    return shorter != word and is_known(shorter, user)


def check(path, wrong):
    user = words_of(path, set())
    outputs = [["x.c"], ["x_test.c", "--skeleton"]]
    count = 0
    for name, *more in outputs:
        flags = path.with_suffix(".flags")
        arguments = flags.read_text().split() if flags.exists() else []
        done = subprocess.run([CHAINC, path.name, *arguments, *more, "-o", Path.cwd() / name], cwd=path.parent, capture_output=True, text=True)
        if done.returncode != 0:
            continue
        for file in [Path(name), Path("x.h")] if name == "x.c" else [Path(name)]:
            text = TEXT.sub(" ", file.read_text(errors="replace"))
            own = {w for pair in STATES.findall(text) for w in WORD.findall(" ".join(pair))} | {w for pair in LABEL.findall(text) for w in pair}
            count += 1
            for word in set(WORD.findall(text)) - own:
                if not is_known(word, user):
                    wrong.setdefault(word, f"{path.relative_to(TOP)} ({file.name})")
    return count


def main():
    wrong, count = {}, 0
    for folder in FOLDERS:
        for path in sorted((TOP / folder).rglob("*.chain")):
            count += check(path, wrong)
    reserved_c = (TOP / "compiler/ctext/reserved.c").read_text()
    for path in sorted((TOP / "runtime/include").rglob("*.h")):
        if path.parent.name == "include" and f'"{path.name}"' not in reserved_c:
            wrong[path.name] = "a header that reserved.c does not have"
        for name in re.findall(r"^\s*#\s*define (\w+)", path.read_text(), re.M):
            if not re.match("chain_|CHAIN_", name) and name not in WORDS:
                wrong.setdefault(name, path.name)
    for word, place in sorted(wrong.items()):
        print(f"{word}: {place}")
    print(f"{count} files that chainc wrote, {len(wrong)} names that the table does not have")
    return 1 if wrong or count < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
