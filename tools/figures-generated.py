#!/usr/bin/env python3
"""What the C files look like that chainc makes of the examples: figures for docs/decisions/0043.

    tools/figures-generated.py [--chainc=COMMAND] [--cc=COMMAND] [FILE.chain...]

Lines of C per line of source, ends that stand twice, names with a number of their own, and, with a C compiler, the bytes of
code at -O2. Prints one figure a line.
"""
import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def blocks(text):
    """The statements of each block of the resume functions, without comments and directives."""
    for function in re.findall(r"^static struct chain_strand \*\w+_resume\(.*?\n\{\n(.*?)^\}", text, re.M | re.S):
        body = re.sub(r"^#.*\n|/\*.*?\*/", "", function, flags=re.M)
        for block in re.split(r"^\w+:", body, flags=re.M)[1:]:
            yield [line.strip() for line in block.split("\n") if line.strip()]


def doubled_ends(text):
    """Returns from the end of a chain that say what another one says."""
    count, ends = 0, set()
    for block in blocks(text):
        end = block[-1] if block and block[-1].startswith("return chain__end") else None
        if len(block) == 1 and end in ends:
            count += 1
        if end is not None:
            ends.add(end)
        if len(block) == 0:
            ends.clear()
    return count


def figures(source, made, header):
    return {
        "lines of source": source.count("\n"),
        "lines of C": made.count("\n"),
        "lines of headers": header.count("\n"),
        "#line": len(re.findall(r"^#line", made, re.M)),
        "ends that stand twice": doubled_ends(made),
        "tests of a cancel in two lines": len(re.findall(r"op\.code != 0\).*\n\s*goto", made)),
        "cancel cases that only break": len(re.findall(r"case \w+:\n\s*break;", made)),
        "labels with a number": len(re.findall(r"^\w+_\d+:", made, re.M)),
        "places in tables by number": len(re.findall(r"_(?:sites|callers)\[\d+\]", made)),
    }


def text_bytes(cc, folder, name):
    made = os.path.join(folder, name + ".o")
    subprocess.run(cc.split() + ["-std=c11", "-O2", "-DNDEBUG", "-w", "-I", os.path.join(folder, os.path.dirname(name)), "-I", "build/include", "-I", "examples",
                                 "-c", os.path.join(folder, name + ".c"), "-o", made], cwd=ROOT, check=True)
    out = subprocess.run(["size", made], check=True, capture_output=True, text=True).stdout
    return int(out.split("\n")[1].split()[0])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--chainc", default="build/bin/chainc")
    options.add_argument("--cc", default="cc")
    options.add_argument("files", nargs="*")
    given = options.parse_args()
    files = given.files or sorted(glob.glob("examples/*.chain", root_dir=ROOT))
    total = {}
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.splitext(path)[0] for path in files]
        subprocess.run([given.chainc, "--outdir=" + folder] + files, cwd=ROOT, check=True)
        for path, name in zip(files, names):
            with open(os.path.join(ROOT, path)) as source, open(os.path.join(folder, name + ".c")) as made, \
                 open(os.path.join(folder, name + ".h")) as header:
                found = figures(source.read(), made.read(), header.read())
            if given.cc:
                found["bytes of code and constants at -O2"] = text_bytes(given.cc, folder, name)
            for key, value in found.items():
                total[key] = total.get(key, 0) + value
    for key, value in total.items():
        print(f"{value:8} {key}")
    source = total["lines of source"]
    print(f"{total['lines of C'] / source:8.2f} lines of C for a line of source")
    print(f"{(total['lines of C'] + total['lines of headers']) / source:8.2f} with the headers")


if __name__ == "__main__":
    sys.exit(main())
