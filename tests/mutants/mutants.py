#!/usr/bin/env python3
"""Changes the meaning of compiler and runtime in small ways, one at a time, and counts how many of the changes a test notices.

A change that no test notices wants a test, or an entry in equivalent.txt that says why it changes nothing. Without arguments: the
mutants that CHOSEN has room for, always the same ones. Status 1 if one survives that is not explained, or if an explained one does
not exist any more or is killed.

What killed a mutant is kept in WORK/results.json, so that a run goes on where another was interrupted: a mutant of a
function that has not changed since is not tried again if it was killed or is explained. --again tries all, and so does --short."""

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
    "compiler/frame/failure_room.c": 40, "compiler/frame/layout.c": 40, "compiler/frame/locals.c": 30,
    "compiler/frame/liveness.c": 30, "compiler/frame/c_names.c": 3,
    "compiler/machine/lower.c": 6, "compiler/machine/lower_branches.c": 4, "compiler/machine/lower_fork.c": 4,
    "compiler/machine/lower_catch.c": 4, "compiler/machine/lower_each.c": 4, "compiler/machine/lower_jump.c": 4,
    "compiler/machine/lower_own.c": 4, "compiler/machine/lower_owner.c": 4, "compiler/machine/lower_retry.c": 4, "compiler/machine/lower_spawn.c": 4, "compiler/machine/lower_step.c": 4,
    "compiler/machine/simplify.c": 4, "compiler/machine/ir.c": 4,
    "compiler/check/raises.c": 4, "compiler/check/symbol_scope.c": 8, "compiler/check/branch_room.c": 3, "compiler/check/check_own.c": 4,
    "compiler/emit/emit_cancel.c": 4, "compiler/emit/emit_function.c": 4,
    "compiler/syntax/scan_balance.c": 3, "compiler/syntax/scan_shape.c": 3, "compiler/syntax/scan_declare.c": 2, "compiler/syntax/scan_variable.c": 1,
    "grammar/chain.re": 12, "grammar/marks.re": 6,
    "compiler/driver/output.c": 3, "compiler/driver/replace.c": 3, "compiler/driver/options.c": 3,
    "compiler/driver/arguments.c": 3, "compiler/base/source.c": 3,
    "runtime/core/loop.c": 10, "runtime/core/settle.c": 6, "runtime/core/branch.c": 8, "runtime/core/suppress.c": 2,
    "runtime/core/cancel.c": 8, "runtime/core/strand.c": 4, "runtime/core/post.c": 4, "runtime/core/mailbox.c": 6,
    "runtime/core/spawn.c": 5, "runtime/core/pool.c": 6,
    "runtime/core/timer.c": 1, "runtime/core/timer_wheel.c": 8, "runtime/core/timer_heap.c": 3,
    "runtime/core/timeout.c": 5, "runtime/core/root.c": 4, "runtime/core/work.c": 2, "runtime/threads/workers.c": 4,
    "runtime/threads/fork.c": 3, "runtime/backends/descriptors.c": 8, "runtime/backends/entries.c": 3, "runtime/backends/polls.c": 6,
    "runtime/backends/reactor.c": 4, "runtime/backends/epoll.c": 5, "runtime/ops/signals.c": 5,
    "runtime/include/chain/private/gen.h": 8, "runtime/include/chain/private/join.h": 6, "runtime/include/chain/private/run.h": 2,
    "runtime/include/chain/private/spawn.h": 3, "runtime/include/chain/private/promise.h": 3,
}
# For ./test, where half a minute has to do: sizes, values and random programs kill these.
SHORT = [
    ("compiler/frame/failure_room.c", "follow_all", "`follow(ways, block, instr->next)` dropped"),
    ("compiler/frame/failure_room.c", "follow_all", "`enter(ways, block->to)` dropped"),
    ("compiler/machine/ir.c", "ir_may_raise", "`!=` -> `==` (2)"),
    ("compiler/frame/failure_room.c", "need", "returns at once"),
    ("compiler/frame/layout.c", "share", "`if`: true"),
    ("compiler/frame/layout.c", "field_new", "`&&` -> `||`"),
    ("compiler/frame/layout.c", "find_local", "`&& is_apart(layout, &local->sharing, variable)` dropped"),
    ("compiler/frame/layout.c", "place", "`&& may_share(layout, variable)` dropped"),
    ("compiler/frame/locals.c", "may_be_local", "`&&` -> `||`"),
    ("compiler/frame/locals.c", "set", "`!=` -> `==`"),
    ("compiler/frame/liveness.c", "drop_written", "returns at once"),
    ("compiler/frame/liveness.c", "step_back", "`ir_instr_variables(instr, &reads)` dropped"),
    ("runtime/core/loop.c", "chain_loop_left", "`0` -> `1`"),
    ("runtime/core/branch.c", "branch_counted", "`!=` -> `==`"),
    ("runtime/core/branch.c", "branch_outcome", "`0` -> `1` (2)"),
    ("runtime/core/branch.c", "chain__decide", "`0` -> `1`"),
    ("runtime/core/settle.c", "chain__suppress_own", "returns at once"),
    ("runtime/core/branch.c", "has_winner", "`&&` -> `||` (2)"),
]
SEED = "1"
KILLED = "behaviour", "text"
# Of some kinds there are many at one place, and most of them say little.
RARE = {"case": 4, "swapped": 3}


def is_compilers(file):
    return file.startswith(("compiler/", "grammar/"))


def rank(mutant):
    """Small is chosen first; nothing but the mutant's name is in it."""
    digest = hashlib.sha256("\0".join([SEED, *map(str, mutant.name)]).encode()).digest()
    rarity = max([1] + [n for word, n in RARE.items() if word in mutant.change])
    return int.from_bytes(digest[:8], "big") * rarity


class Results:
    """What became of mutants in this run and earlier ones: (how, by what); how is "same code" or "does not compile", too."""

    def __init__(self, path, reasons, again, keep):
        self.path, self.reasons, self.keep, self.lock = path, reasons, keep, threading.Lock()
        self.known = json.loads(path.read_text()) if path.exists() and not again else {}

    def before(self, mutant):
        """None if it has to be tried: what survived may have a test now, unless it is explained."""
        how, killer = self.known.get(mutant.key, (None, ""))
        return (how, killer) if how or how == "" and mutant.name in self.reasons else None

    def add(self, mutant, how, killer):
        with self.lock:
            self.known[mutant.key] = how, killer
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

    def chosen(self, wanted, forced, results):
        """(mutant, its object if it is to be tried), those that equivalent.txt names too."""
        found, tried = [], 0
        for mutant in filter(wanted, sorted(self.all, key=rank)):
            named = mutant.name in forced
            if tried >= self.count and not named:
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
        if not self.file.endswith(".h") and self.original is None:
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
    parser.add_argument("--short", action="store_true", help=f"only {len(SHORT)}, with fewer random programs")
    parser.add_argument("--programs", type=int, default=2000, help="how many random programs")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--again", action="store_true", help="forget what earlier runs have found")
    parser.add_argument("-v", action="store_true", help="print every mutant")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    os.chdir(TOP)
    begin = time.monotonic()
    reasons = explained(HERE / "equivalent.txt")
    lab = Lab(options.build, options.work, 200 if options.short else options.programs)
    files = [f for f in CHOSEN if not options.file or any(w in f for w in options.file)]
    if options.short:
        files = [f for f in files if any(f == file for file, _, _ in SHORT)]
    judges = {True: CompilerJudge(lab), False: RuntimeJudge(lab)}
    results = Results(lab.work / "results.json", reasons, options.again or options.short, not options.short)
    workers = queue.Queue()
    for number in range(options.jobs):
        workers.put(Worker(lab, number))
    todo = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        plans = {}
        for file in files:
            judge = judges[is_compilers(file)]
            plans[file] = Plan(lab, judge, file, CHOSEN[file], options.all or options.short)
        forced = set(reasons) if not options.short and not options.words else set()

        def wanted(mutant):
            chosen = not options.short or (mutant.file, mutant.function, mutant.change) in SHORT
            return chosen and all(w in str(mutant) for w in options.words)

        for file, chosen in zip(files, pool.map(lambda f: plans[f].chosen(wanted, forced, results), files)):
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
            how, killer = judges[is_compilers(mutant.file)].judge(worker, mutant, made)
        finally:
            workers.put(worker)
        results.add(mutant, how, killer)
    if options.v:
        print(f"{how or 'SURVIVED'} {mutant}: {killer}")
    elif not how and mutant.name not in reasons:
        print(f"SURVIVED {mutant}")
    return mutant, how, killer


def report(files, plans, results, reasons, options, begin):
    wrong = []
    if options.short and not options.file and not options.words:
        found = {(mutant.file, mutant.function, mutant.change) for mutant, _, _ in results}
        wrong += [f"SHORT: there is no {' '.join(name)}" for name in SHORT if name not in found]
    total = {"planted": 0, "behaviour": 0, "text": 0, "equivalent": 0, "": 0}
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
