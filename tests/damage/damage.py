#!/usr/bin/env python3
"""Damages valid sources byte by byte, and measures what chainc says.

A case is a source with one byte deleted, doubled or changed. If it is an error, the first error must be within one line of the
damage, in at least 95 of 100 cases. If it is accepted, the C compiler may refuse what is the user's own C, at its line of the source,
but nothing that chainc wrote.

The sources are those below; `driver.c` compiles all damaged ones in one process. What is accepted is written once for each
different text, and gcc looks at it; its verdicts are kept in WORK/verdicts, so that the next run asks only about what is new."""

import argparse
import collections
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
FILES = 100
LARGEST = 4000  # bytes
FOLDERS = ["examples", "runtime/ops", "tests/emit", "tests/sim", "tests/exec", "tests/rules"] # what other tests compile and run
NEAR = 1  # lines
WANTED = 95.0  # of 100
BLOCK = re.compile(r"^```chain( ops\.chain)?\n(.*?)^```$", re.M | re.S)
IMPORT = re.compile(r'^\s*import\s+"([^"]+)"', re.M)


def run(command, **options):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="surrogateescape", **options)


class Corpus:
    """Valid sources, with the headers of what they import."""

    def __init__(self, build, work):
        self.build, self.work = build, work
        self.headers = work / "headers"
        self.made = set()

    def folder_of_headers(self, folder):
        return self.headers / str(folder).strip("/").replace("/", "+")

    def includes(self, source):
        made = self.folder_of_headers(source.parent)
        return [f"-I{f}" for f in (source.parent, made, self.build / "include", self.build / "include/chain")]

    def make_imports(self, source):
        """The headers of the files that it imports from its own folder."""
        for name in IMPORT.findall(source.read_text(errors="surrogateescape")):
            path = source.parent / name
            if path in self.made or not path.exists():
                continue
            self.made.add(path)
            self.make_imports(path)
            to = self.folder_of_headers(path.parent)
            to.mkdir(parents=True, exist_ok=True)
            run([self.build / "bin/chainc", path, "-o", to / (path.stem + ".c")])

    def blocks_of_docs(self):
        """The examples of reference.md, in a folder of their own."""
        to = self.work / "docs"
        shutil.rmtree(to, ignore_errors=True)
        to.mkdir(parents=True)
        paths = []
        for number, (ops, code) in enumerate(BLOCK.findall((TOP / "docs/reference.md").read_text())):
            path = to / ("ops.chain" if ops else f"block_{number:02}.chain")
            path.write_text(code if ops else code + 'import "ops.chain";\n')
            paths.append(path)
        return paths

    def find(self):
        """Evenly from each folder until there are enough: small folders give all they have."""
        piles = [self.blocks_of_docs()]
        piles += [[p for p in sorted((TOP / f).rglob("*.chain")) if not p.with_suffix(".err").exists()] for f in FOLDERS]
        found = []
        for left, pile in zip(range(len(piles), 0, -1), sorted(piles, key=len)):
            valid = [p for p in pile if p.stat().st_size <= LARGEST]
            share = (FILES - len(found)) // left
            found += [valid[i * len(valid) // share] for i in range(share)] if len(valid) > share else valid
        return found


class Case:
    def __init__(self, source, line):
        offset, self.kind, byte, at, self.verdict, first, errors, self.text = line.split("\t", 7)
        self.source, self.offset, self.byte, self.line = source, int(offset), int(byte), int(at)
        self.first, self.errors = int(first), int(errors)

    def is_near(self):
        return self.first != 0 and abs(self.first - self.line) <= NEAR

    def __str__(self):
        what = {"d": "deleted", "2": "doubled", "c": f"changed to {chr(self.byte)!r}", "m": "chosen"}[self.kind]
        return f"{self.source}:{self.line}: byte {self.offset} {what}: line {self.first}: {self.text}"


class Run:
    def __init__(self, options, corpus):
        self.options, self.corpus = options, corpus
        self.work = corpus.work
        self.driver = self.work / "driver"
        self.verdicts = {}
        self.c_stride = 1
        self.warnings = ["-w"]
        self.verdicts_file = self.work / "verdicts"
        if self.verdicts_file.exists():
            self.verdicts = dict(line.split("\t", 1) for line in self.verdicts_file.read_text().splitlines())

    def build_driver(self):
        folders = [f"-I{f}" for f in (TOP / "compiler", TOP / "grammar", TOP / "tests/fuzzers", self.corpus.build / "gen")]
        flags = [*os.environ.get("CFLAGS", "-O2 -g").split(), "-std=c11", "-Wall", "-Wextra", "-Werror"]
        result = run([*os.environ.get("CC", "gcc").split(), *flags, *folders, HERE / "driver.c", TOP / "tests/fuzzers/mutate.c",
                      self.corpus.build / "obj/libchainc.a", "-o", self.driver])
        if result.returncode != 0:
            sys.exit(result.stderr)

    def compile_file(self, number, source, other, stride):
        """All cases of a file; what crashed or took for ever is a case of its own."""
        outputs = self.work / f"outputs_{number}"
        shutil.rmtree(outputs, ignore_errors=True)
        outputs.mkdir(parents=True)
        options = self.options
        start = (options.seed * 7919 + number * 104729) % stride
        command = [self.driver, source, options.kinds, stride, start, options.seed, outputs, self.c_stride, other]
        env = {**os.environ, "CHAINC_DATADIR": str(self.corpus.build / "share/chain")}
        result = run(command, env=env)
        if result.returncode == 3 and options.kinds == "m": # any text may be offered for that
            return []
        if result.returncode == 3:
            sys.exit(f"{source} is not valid without damage")
        lines = [line for line in result.stdout.split("\n") if line]
        cases = [Case(source, line) for line in lines if line.count("\t") >= 7]
        if result.returncode != 0:
            cases.append(Case(source, lines[-1].rstrip("\t") + f"\tcrash\t0\t0\tstatus {result.returncode}: {result.stderr[:500]}"))
        if self.c_stride != 0:
            self.corpus.make_imports(source)
            self.look_at_c(source, outputs, {c.text: c for c in cases if c.verdict == "accepted"})
        shutil.rmtree(outputs)
        return cases

    def look_at_c(self, source, outputs, accepted):
        new = [digest for digest in accepted if digest not in self.verdicts]
        new = [digest for digest in new if int(digest, 16) % self.c_stride == 0]
        for start in range(0, len(new), 16):
            group = new[start:start + 16]
            result = self.gcc(source, outputs, group)
            for digest in group:
                self.verdicts[digest] = "ok"
                if result.returncode != 0 and re.search(rf"{digest}\.[ch]:\d+:\d+: (fatal )?error", result.stderr):
                    self.verdicts[digest] = self.verdict_of(source, self.gcc(source, outputs, [digest]).stderr)
                if self.verdicts[digest] != "ok":
                    self.keep(outputs, digest)

    def keep(self, outputs, digest):
        found = self.work / "found"
        found.mkdir(exist_ok=True)
        for path in outputs.glob(digest + ".*"):
            shutil.copy(path, found)

    def gcc(self, source, outputs, digests):
        # Like a user's build, in the folder of the source.
        return run(["gcc", "-std=gnu11", *self.warnings, "-fsyntax-only", *self.corpus.includes(source), *(outputs / f"{d}.c" for d in digests)])

    @staticmethod
    def verdict_of(source, messages):
        """Where the first error is decides: what follows it may be its fault."""
        for line in messages.splitlines():
            if re.search(r":\d+: (fatal )?error: ", line):
                path = line.split(":")[0]
                is_users = path.endswith(".chain") or path == source.name or Path(path).parent == source.parent # such as a macro
                return "ok" if is_users else "generated " + line
        return "ok"

    def all(self, sources):
        size = sum(p.stat().st_size for p in sources) * len(self.options.kinds)
        stride = max(1, size // self.options.sample) if self.options.sample else 1
        self.options.files = len(sources)
        if not self.options.c or self.options.c_sample == 0:
            self.c_stride = 0
        elif self.options.c_sample: # about half of the cases are different outputs
            self.c_stride = max(1, size // stride // 2 // self.options.c_sample)
        cases = []
        jobs = [(number, source, sources[number - 1]) for number, source in enumerate(sources)]
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            for of_file in pool.map(lambda job: self.compile_file(*job, stride), jobs):
                cases += of_file
        self.verdicts_file.write_text("".join(f"{d}\t{v}\n" for d, v in sorted(self.verdicts.items())))
        return cases


def percentile(values, percent):
    values = sorted(values)
    return values[min(len(values) - 1, len(values) * percent // 100)] if values else 0


def kind_of(case):
    """A message without its names."""
    return re.sub(r"'[^']*'", "'X'", re.sub(r"'([()\[\]{};,:]|[a-z]+)'", r"‹\1›", case.text))


def report(options, cases, verdicts, work):
    errors = [c for c in cases if c.verdict == "error"]
    near = [c for c in errors if c.is_near()]
    accepted = [c for c in cases if c.verdict == "accepted"]
    looked_at = [c for c in accepted if c.text in verdicts]
    generated = [c for c in looked_at if verdicts[c.text] != "ok"]
    crashes = [c for c in cases if c.verdict == "crash"]
    percent = 100.0 * len(near) / max(1, len(errors))
    counts = [c.errors for c in errors]
    print(f"{options.files} files, {len(cases)} cases: {len(errors)} errors, {len(accepted)} accepted, {len(crashes)} crashes")
    print(f"first error within {NEAR} line: {len(near)} of {len(errors)}, {percent:.2f} %; errors per case: median {percentile(counts, 50)}, "
          f"95 % have at most {percentile(counts, 95)}, 99 % {percentile(counts, 99)}")
    print(f"accepted and seen by gcc: {len(looked_at)} ({len({c.text for c in looked_at})} different); refused in generated text: {len(generated)}")
    (work / "far").write_text("".join(f"{c}\n" for c in errors if not c.is_near()), errors="surrogateescape")
    (work / "many").write_text("".join(f"{c.errors} {c}\n" for c in errors if c.errors > 1), errors="surrogateescape")
    (work / "generated").write_text("".join(f"{c}\n    {verdicts[c.text]}\n" for c in generated), errors="surrogateescape")
    if options.kinds_of_far:
        for text, count in collections.Counter(kind_of(c) for c in errors if not c.is_near()).most_common(options.kinds_of_far):
            print(f"{count:7}  {text}")
    for case in [*crashes[:10], *generated[:10]]:
        print(case, verdicts.get(case.text, ""))
    return percent >= WANTED and not crashes and not generated and errors and accepted


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=TOP / "build", type=Path)
    parser.add_argument("--work", type=Path, help="BUILD/damage")
    parser.add_argument("--kinds", default="d2c", help="letters: d deletes, 2 doubles, c changes")
    parser.add_argument("--sample", type=int, default=0, help="so many cases instead of all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--no-c", dest="c", action="store_false", help="without gcc")
    parser.add_argument("--c-sample", type=int, help="so many outputs for gcc instead of all")
    parser.add_argument("--kinds-of-far", type=int, default=0, metavar="N", help="the N commonest messages that are elsewhere")
    parser.add_argument("--only", default="", help="only files whose path has this in it")
    options = parser.parse_args()
    build = options.build.resolve()
    work = (options.work or build / "damage").resolve()
    work.mkdir(parents=True, exist_ok=True)
    corpus = Corpus(build, work)
    sources = [p for p in corpus.find() if options.only in str(p)]
    job = Run(options, corpus)
    job.build_driver()
    ok = report(options, job.all(sources), job.verdicts, work)
    print("passed" if ok else f"FAILED: see {work}")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
