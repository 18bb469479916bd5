#!/usr/bin/env python3
"""Changes the meaning of compiler and runtime in small ways, one at a time, and counts how many of the changes a test notices.

A change that no test notices wants a test, or an entry in equivalent.txt that says why it changes nothing. Without arguments: the
mutants that CHOSEN has room for, always the same ones. Status 1 if one survives that is not explained, or if an explained one does
not exist any more or is killed.

What killed a mutant is kept in WORK/results.json, so that a run goes on where another was interrupted: a mutant of a
function that has not changed since is not tried again if it was killed. --again tries all, and so does --short."""

import argparse
import concurrent.futures
import hashlib
import json
import os
import queue
import sys
import threading
import time
from pathlib import Path

from explained import explained
from lab import HERE, TOP, Lab, Worker, fresh
from judge_compiler import CompilerJudge, same
from judge_runtime import RuntimeJudge
from sites import mutants_of

# How many of each file.
CHOSEN = {
    "compiler/overlay.c": 40, "compiler/layout.c": 40, "compiler/locals.c": 30, "compiler/liveness.c": 40,
    "compiler/lower.c": 10, "compiler/lower_branches.c": 10, "compiler/lower_catch.c": 6, "compiler/lower_each.c": 8,
    "compiler/lower_jump.c": 8, "compiler/lower_own.c": 10, "compiler/lower_retry.c": 6, "compiler/lower_spawn.c": 6,
    "compiler/lower_step.c": 6, "compiler/tidy.c": 8, "compiler/raises.c": 8, "compiler/extent.c": 6, "compiler/name.c": 6,
    "compiler/ir.c": 6, "compiler/check_own.c": 6, "compiler/emit_cancel.c": 6, "compiler/emit_function.c": 6,
    "runtime/core/loop.c": 10, "runtime/core/settle.c": 14, "runtime/core/cancel.c": 14, "runtime/core/strand.c": 6,
    "runtime/core/post.c": 10, "runtime/core/spawn.c": 8, "runtime/core/pool.c": 10, "runtime/core/timer.c": 10,
    "runtime/core/timeout.c": 8, "runtime/core/root.c": 6, "runtime/core/work.c": 4, "runtime/threads/workers.c": 6,
    "runtime/include/chain_gen.h": 12, "runtime/include/chain_join.h": 8, "runtime/include/chain_run.h": 2,
}
# For ./test, where half a minute has to do: random programs kill most of these.
SHORT = {"compiler/liveness.c": 4, "compiler/layout.c": 3, "compiler/lower_branches.c": 3, "compiler/lower_jump.c": 2,
         "runtime/core/settle.c": 3, "runtime/core/cancel.c": 3, "runtime/core/loop.c": 2}
SEED = "1"
KILLED = "behaviour", "text"
# Of some kinds there are many at one place, and most of them say little.
RARE = {"case": 4, "swapped": 3}


def rank(mutant):
    """Small is chosen first; nothing but the mutant's name is in it."""
    digest = hashlib.sha256("\0".join([SEED, *map(str, mutant.name)]).encode()).digest()
    rarity = max([1] + [n for word, n in RARE.items() if word in mutant.change])
    return int.from_bytes(digest[:8], "big") * rarity


class Results:
    """What became of mutants in this run and earlier ones: (how, by what); how is "same code" or "does not compile", too."""

    def __init__(self, path, again, keep):
        self.path, self.keep, self.lock = path, keep, threading.Lock()
        self.known = json.loads(path.read_text()) if path.exists() and not again else {}

    def key(self, mutant):
        return "\n".join([*mutant.name, mutant.body])

    def before(self, mutant):
        """None if it has to be tried: what survived may have a test now."""
        how, killer = self.known.get(self.key(mutant), ("", ""))
        return (how, killer) if how else None

    def add(self, mutant, how, killer):
        with self.lock:
            self.known[self.key(mutant)] = how, killer
            if not self.keep:
                return
            new = self.path.with_suffix(".new")
            new.write_text(json.dumps(self.known, indent=0, sort_keys=True))
            os.replace(new, self.path)


class Plan:
    """Which mutants of a file are tried: the first in rank that compile, and not to the same code."""

    def __init__(self, lab, judge, file, count, everything):
        self.lab, self.judge, self.file = lab, judge, file
        self.source = (TOP / file).read_text()
        self.all = mutants_of(file, self.source)
        self.count = len(self.all) if everything else count
        self.folder = fresh(lab.work / "objects" / file.replace("/", "_"))
        self.original = None

    def chosen(self, words, forced, results):
        """(mutant, its object if it is to be tried), those that equivalent.txt names too."""
        found, tried = [], 0
        for mutant in sorted(self.all, key=rank):
            named = mutant.name in forced
            if words and not all(w in str(mutant) for w in words) or tried >= self.count and not named:
                continue
            how, made = results.before(mutant), None
            if how is None:
                made = self.made(mutant, len(found), results)
                how = results.before(mutant)
            means_nothing = how is not None and how[0] in ("same code", "does not compile")
            if named or not means_nothing:
                found.append((mutant, made))
                tried += not means_nothing
        return found

    def made(self, mutant, number, results):
        """Its object, or None if that is the same or there is none."""
        if self.file.endswith(".c") and self.original is None:
            self.original = self.judge.object(mutant, self.source, fresh(self.folder / "original"))
        made = self.judge.object(mutant, mutant.applied(self.source), fresh(self.folder / str(number)))
        if made is None:
            results.add(mutant, "does not compile", "")
        elif self.original is not None and same(made, self.original):
            results.add(mutant, "same code", "")
            return None
        return made


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants whose name contains all of these")
    parser.add_argument("--build", default=os.environ.get("BUILD", "build"), help="the build to change (default: build)")
    parser.add_argument("--work", help="where all is made (default: BUILD/mutants)")
    parser.add_argument("--file", action="append", help="only mutants of files whose name contains this")
    parser.add_argument("--all", action="store_true", help="every mutant of these files")
    parser.add_argument("--short", action="store_true", help=f"only {sum(SHORT.values())}, with fewer random programs")
    parser.add_argument("--programs", type=int, default=2000, help="how many random programs")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--again", action="store_true", help="forget what earlier runs have found")
    parser.add_argument("-v", action="store_true", help="print every mutant")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    os.chdir(TOP)
    begin = time.monotonic()
    reasons = explained(HERE / "equivalent.txt")
    lab = Lab(options.build, options.work, 200 if options.short else options.programs)
    numbers = SHORT if options.short else CHOSEN
    files = [f for f in numbers if not options.file or any(w in f for w in options.file)]
    judges = {True: CompilerJudge(lab), False: RuntimeJudge(lab)}
    results = Results(lab.work / "results.json", options.again or options.short, not options.short)
    workers = queue.Queue()
    for number in range(options.jobs):
        workers.put(Worker(lab, number))
    todo = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        plans = {}
        for file in files:
            judge = judges[file.startswith("compiler/")]
            plans[file] = Plan(lab, judge, file, numbers[file], options.all)
        forced = set(reasons) if not options.short and not options.words else set()
        for file, chosen in zip(files, pool.map(lambda f: plans[f].chosen(options.words, forced, results), files)):
            todo += chosen
        old = sum(made is None for _, made in todo)
        print(f"{len(todo)} mutants of {len(files)} files, chosen in {time.monotonic() - begin:.0f} s; {old} known from before")
        found = list(pool.map(lambda pair: one(workers, judges, reasons, options, results, *pair), todo))
    lab.save()
    return report(files, plans, found, reasons, options, begin)


def one(workers, judges, reasons, options, results, mutant, made):
    if made is None:
        how, killer = results.before(mutant)
    else:
        worker = workers.get()
        try:
            worker.restore()
            how, killer = judges[mutant.file.startswith("compiler/")].judge(worker, mutant, made)
        finally:
            workers.put(worker)
        results.add(mutant, how, killer)
    if options.v:
        print(f"{how or 'SURVIVED'} {mutant}: {killer}")
    elif not how and mutant.name not in reasons:
        print(f"SURVIVED {mutant}")
    return mutant, how, killer


def report(files, plans, results, reasons, options, begin):
    total = {"planted": 0, "behaviour": 0, "text": 0, "equivalent": 0, "": 0}
    wrong = []
    for file in files:
        counts = dict.fromkeys(total, 0)
        for mutant, how, killer in results:
            if mutant.file != file:
                continue
            known = mutant.name in reasons
            counts["planted"] += 1
            if known and how in KILLED:
                wrong.append(f"{mutant} is in equivalent.txt, but is killed by {killer}")
            counts["equivalent" if known and how not in KILLED else how] += 1
        if counts["planted"]:
            print(line(file, counts))
        for key in total:
            total[key] += counts[key]
        names = {m.name for m in plans[file].all}
        wrong += [f"equivalent.txt: there is no {name}" for name in reasons if name[0] == file and name not in names]
    print(line("all", total))
    print(*wrong, sep="\n", end="\n" if wrong else "")
    bad = len(wrong) + total[""]
    print(f"{total['planted'] - total['']} of {total['planted']} killed or explained in {time.monotonic() - begin:.0f} s")
    print(f"{total['planted'] - bad} passed, {bad} failed")
    return 1 if bad else 0


def line(name, counts):
    return (f"{name:<34} {counts['planted']:>4} planted {counts['behaviour'] + counts['text']:>4} killed "
            f"({counts['behaviour']} by behaviour, {counts['text']} by a text) {counts['equivalent']:>3} equivalent "
            f"{counts['']:>3} survived")


if __name__ == "__main__":
    sys.exit(main())
