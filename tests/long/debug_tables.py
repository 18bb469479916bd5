#!/usr/bin/env python3
"""chainc --debug adds tables and nothing else, for every chain of the tests and examples: without them the output is that of a
run without the option. The tables compile without warnings. A program that does not dump has neither them nor the functions."""
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

TOP, BUILD, CHAINC = Path(os.environ["TOP"]), Path(os.environ["BUILD"]), os.environ["CHAINC"]
TABLES = re.compile(r"static const struct chain__(step|branch|name|debug) [^;]*?\n};\n", re.S)
SITE = re.compile(r',\s*\{ "", 0, 0, \(const char \*\)&chain__debug_\w+ \}')
BACK = re.compile(r'#line \d+ "out.c"')
STRICT = "-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror".split()


def flags(path):
    given = path.with_suffix(".flags")
    return given.read_text().split() if given.exists() else []


def made(path, *options):
    """The C file of a source, or None if it has errors."""
    result = subprocess.run([CHAINC, *options, *flags(path), path.name, "-o", f"{os.getcwd()}/out.c"], cwd=path.parent,
                            capture_output=True)
    return Path("out.c").read_text() if result.returncode == 0 else None


def plain(text):
    """Without the tables; the lines of the output itself have other numbers then."""
    return re.sub(r"\s+", " ", BACK.sub("", SITE.sub("", TABLES.sub("", text))))


def check(path):
    without, having = made(path), made(path, "--debug")
    if without is None:
        return 0
    if "chain__debug" in without and "--debug" not in flags(path):
        sys.exit(f"{path}: tables nobody has asked for")
    if plain(having) != plain(without):
        sys.exit(f"{path}: --debug changes more than tables")
    return having.count("static const struct chain__debug ")


def compile_tables(path):
    """On their own: the tests' programs need headers that are not here."""
    made(path, "--debug")
    subprocess.run([*shlex.split(os.environ["CC"]), *STRICT, f"-I{BUILD}/include", f"-I{path.parent}", "-fsyntax-only", "out.c"], check=True)


def symbols(program):
    return subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout


def check_cost():
    """What is linked into a program that does not ask: nothing of it."""
    Path("small.chain").write_text("chain int main(void) { all ({ delay 1ms }, { delay 2ms }) then (0) }\n")
    subprocess.run([CHAINC, "small.chain"], check=True)
    subprocess.run([*shlex.split(os.environ["CC"]), *shlex.split(os.environ["CFLAGS"]), "-pthread", f"-I{BUILD}/include", "small.c",
                    f"{BUILD}/lib/libchain.a", "-o", "small"], check=True)
    found = re.findall(r"\w*(?:dump|debug)\w*", symbols("small"))
    if "small" not in os.listdir() or [name for name in found if name.startswith("chain_")]:
        sys.exit(f"a program that does not dump has {found}")


def main():
    folders = ["tests/emit", "tests/rules", "tests/exec", "tests/sim", "examples"]
    paths = [path for folder in folders for path in sorted((TOP / folder).glob("*.chain"))]
    chains = sum(check(path) for path in paths)
    emitted = sorted((TOP / "tests/emit").glob("*.chain"))
    for path in emitted:
        if path.with_suffix(".c.golden").exists():
            compile_tables(path)
    check_cost()
    print(f"{len(paths)} files, {chains} chains with tables")
    if chains < 300:
        sys.exit("too few chains")


main()
