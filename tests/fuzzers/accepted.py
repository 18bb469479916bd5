#!/usr/bin/env python3
"""Changes valid sources by tokens, as the fuzz targets do, and lets gcc look at what chainc makes of those that it accepts.

The C that a user has written, types and macros included, may be wrong: gcc reports that at its line of the source. In the text that
chainc has written nothing may be refused, nor be warned of. The changes are the same for the same seed.

    tests/fuzzers/accepted.py [--count N] [--seed N] [--sources N] [--only WORD]

Sources and outputs in which something is refused are kept in WORK/found."""

import argparse
import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
sys.path.insert(0, str(TOP / "tests/damage"))
import damage  # noqa: E402

FOLDERS = ["examples", "runtime/ops", "tests/emit", "tests/exec", "tests/rules", "tests/sim", "tests/owned", "tests/report"]


def find(corpus, options):
    """What other tests compile and run, and what is valid of the corpus of the fuzz targets."""
    sources = [p for f in FOLDERS for p in sorted((TOP / f).rglob("*.chain")) if not p.with_suffix(".err").exists()]
    sources += corpus.blocks_of_docs() + sorted((HERE / "corpus/chain").iterdir())
    sources = [p for p in sources if options.only in str(p)]
    return sources[:: max(1, len(sources) // options.sources)] if options.sources else sources


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=TOP / "build", type=Path)
    parser.add_argument("--work", type=Path, help="BUILD/accepted")
    parser.add_argument("--count", type=int, default=20000, help="so many changed sources, of which four in ten are accepted")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--sources", type=int, help="only about so many sources, evenly")
    parser.add_argument("--only", default="", help="only sources whose path has this in it")
    options = parser.parse_args()
    work = (options.work or options.build / "accepted").resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    options.kinds, options.sample, options.c, options.c_sample = "m", options.count, True, None
    corpus = damage.Corpus(options.build.resolve(), work)
    job = damage.Run(options, corpus)
    job.warnings = ["-Werror"]
    job.build_driver()
    cases = job.all(find(corpus, options))
    accepted = {c.text: c for c in cases if c.verdict == "accepted"}
    bad = [f"{c}: {job.verdicts[text]}" for text, c in accepted.items() if job.verdicts[text] != "ok"]
    bad += [str(c) for c in cases if c.verdict == "crash"]
    print("".join(line + "\n" for line in bad[:20]), end="")
    print(f"{options.files} sources, {len(cases)} changed, {len(accepted)} different outputs accepted, {len(bad)} bad")
    return 0 if accepted and not bad else 1


if __name__ == "__main__":
    sys.exit(main())
