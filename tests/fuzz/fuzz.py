#!/usr/bin/env python3
"""Random programs: makes them, says what they have to do, runs them, and makes those that do something else small."""

import argparse
import concurrent.futures
import copy
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

from generate import FEATURES, LATER, Generator
from shrink import shrink
from nested import Nester, Nestings
from oracle import ACKNOWLEDGES, AGAIN, ARGUES, BY_CHAIN, BY_LOOP, BY_POST, IGNORES, KINDS, NEVER, PLACES, POSTS, TWICE, TooLong, World

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
RUNS = 4
SIZES = (3, 4, 5, 6, 6, 8, 8, 10, 12, 16, 24, 40) # steps, more or less
STRICT = "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Werror -Wno-unused-function".split() # a helper may be called by nobody
ONE_THREAD = ["-DCHAIN_THREADS=0", "-DCHAIN_CRITICAL=1"] # tcc has neither thread-local storage nor atomic builtins
COMPILERS = {
    "tcc": ["tcc", "-w", *ONE_THREAD],
    "gcc": ["gcc", "-std=c11", "-O2", "-fPIC", *STRICT],
    "clang": ["clang", "-std=c11", "-O1", "-fPIC", *STRICT],
}


class Run:
    """One schedule: what each place does, when the chain is cancelled, and the seed of the rest."""

    def __init__(self, x, cancel, acts, seed, early):
        self.x, self.acts, self.seed, self.early = x, acts, seed, early
        self.cancel_ms, self.cancel_event, self.cancel_how = cancel
        self.trace = self.sum = None
        self.least = 0

    def predict(self, program):
        world = World(self.acts, (self.cancel_ms, self.cancel_event, self.cancel_how), self.seed, self.early)
        world.run(lambda root: program.main.call(root, self.x, False))
        self.trace, self.sum, self.least = world.trace, world.sum(), world.least


# What the generator does not know: an owned value that was moved on one path or has another type than the other paths give, and the cap on
# the branches of nested calls. Such programs are left out, and counted.
KNOWN = re.compile("this gives 'int', but the other path|this gives 'handle', but the other path|has been moved|cannot be moved|cannot be cancelled: an 'undo'|is moved in |needs room for|"
                   "this gives a 'handle', which has to be released|has no value, but one is needed here|'it' has no value here")


class Random(random.Random):
    """Not quite as even as what the library has, and three times as fast."""

    def choice(self, choices):
        return choices[int(self.random() * len(choices))]

    def randrange(self, n):
        return int(self.random() * n)

    def randint(self, low, high):
        return low + int(self.random() * (high - low + 1))


WHEN = (0, 0, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 9, NEVER, 2, 3)
ANSWERS = (ACKNOWLEDGES, ACKNOWLEDGES, ACKNOWLEDGES, ACKNOWLEDGES, ARGUES, ARGUES, IGNORES, IGNORES)
LATE = (0, 0, 1, 2, 4, 0, 3, 1)
SOME_CODES = (1, 5, 5, 16, 110, 0x4000, 0x4001, 5)
FAULTS = (0, 0, 0, 0, TWICE, AGAIN, AGAIN, TWICE | AGAIN)
ENDING = ("pool", "drop") # these are not stopped, so they come to an end


def random_act(bits, sort, faults):
    """What one start does, of 32 random bits."""
    rejects = bits & 15 < (5 if faults else 2)
    outcome = SOME_CODES[bits >> 4 & 7] if rejects or sort == "hush" else bits >> 4 & 511
    when = WHEN[bits >> 13 & 15]
    posts = POSTS if sort == "mail" and bits >> 28 & 1 else 0
    if not faults:
        return int(rejects), min(when, 9), ACKNOWLEDGES, 0, outcome, posts, 0
    answer = ANSWERS[bits >> 17 & 7]
    if when == NEVER and (answer == IGNORES or sort in ENDING):
        when = 7
    return int(rejects), when, answer, LATE[bits >> 29], outcome, FAULTS[bits >> 20 & 7] | posts, 1 + (bits >> 23 & 7)


def random_run(random, places, number):
    faults = number > 0
    acts = []
    for sort in places:
        if sort == "note":
            acts.append(())
        elif sort == "feed":
            gives = [random_act(random.getrandbits(32), sort, faults) for _ in range(random.randrange(5))]
            acts.append((*gives, (1, random.choice(WHEN[:13]), ACKNOWLEDGES, 0, 0x3f03, 0, 0)))
        else:
            acts.append(tuple([random_act(random.getrandbits(32), sort, faults) for _ in range(random.choice((1, 1, 2, 3)))]))
    pick = random.randrange(10) if faults else 9
    cancel_ms, cancel_event = -1, 0
    if pick == 0:
        cancel_ms = -2
    elif pick < 4:
        cancel_ms = random.choice((0, 1, 2, 3, 4, 5, 7, 10, 15))
    elif pick < 8:
        cancel_event = random.choice((1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30))
    cancel = cancel_ms, cancel_event, random.choice((BY_CHAIN, BY_CHAIN, BY_POST, BY_LOOP))
    return Run(random.randint(0, 99), cancel, acts, random.getrandbits(31), random.choice((0, 0, 0, 25)))


class Case:
    """A program and its runs. A negative seed is a program of nested.py: -1 the first."""
    features = FEATURES
    nestings = None

    def __init__(self, seed, name):
        self.seed, self.name = seed, name
        rand = Random(seed)
        if seed < 0:
            kinds = self.nested().kinds_of(-1 - seed)
            self.program = Nester(rand, name, 0, self.features).program_of(kinds)
        else:
            self.program = Generator(rand, name, rand.choice(SIZES), self.features).program()
        self.runs = []
        for number in range(RUNS if seed >= 0 else 2 * RUNS):
            run = random_run(rand, self.program.places, number)
            try:
                run.predict(self.program)
            except TooLong:
                continue
            self.runs.append(run)


    @classmethod
    def nested(cls):
        if cls.nestings is None:
            cls.nestings = Nestings(cls.features)
        return cls.nestings


def packed(runs):
    """What driver.c reads of one program."""
    data = bytearray()
    for run in runs:
        length, checksum = run.sum
        data += struct.pack("<iiiiIIIII", run.cancel_ms, run.cancel_event, run.cancel_how, run.x, run.seed, run.early, length, checksum, len(run.acts))
        for acts in run.acts:
            data += struct.pack("<I", len(acts))
            for act in acts:
                data += struct.pack("<BBBBhBB", *act)
    return struct.pack("<II", len(runs), len(data)) + bytes(data)


class Tools:
    """chainc, a C compiler and the driver."""

    def __init__(self, build, work, cc, made):
        self.build, self.work, self.cc, self.made = Path(build).resolve(), Path(work).resolve(), cc, Path(made).resolve()
        self.kept = self.made / "kept"
        self.chainc = self.kept / "chainc"
        flags = dict(line.split("=", 1) for line in (self.build / "flags").read_text().splitlines())
        self.sanitize = flags["SANITIZE"]
        self.coverage = ["--coverage", "-O0", "-DNDEBUG"] if "--coverage" in flags["CFLAGS"] else []
        self.work.mkdir(parents=True, exist_ok=True)
        self.driver = self.made / "driver"

    def sanitizing(self):
        return ["-fsanitize=" + self.sanitize, "-fno-sanitize-recover=all"] if self.sanitize else []

    def make_driver(self):
        """Also keeps what the programs are made with: if somebody builds meanwhile, two versions shall not meet."""
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(TOP / "runtime/include", self.kept)
        for name in self.build / "bin/chainc", HERE / "ops.chain", HERE / "fuzz.h", HERE / "tcc.h":
            shutil.copy(name, self.kept)
        shutil.copy(HERE / "ops.chain", self.work)
        self.must([self.chainc, "ops.chain"], cwd=self.work)
        hosted = ONE_THREAD if self.cc == "tcc" else []
        flags = self.sanitizing() or ["-DCOUNT_ALLOCATIONS"]
        self.must(["gcc", "-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", *flags, *hosted, "-DCHAIN_DEBUG", "-rdynamic", *self.coverage, "-I", self.work,
                   "-I", self.kept, "-I", TOP / "runtime/core", HERE / "driver.c", self.work / "ops.c",
                   *sorted((TOP / "runtime/core").glob("*.c")), *sorted((TOP / "runtime/backends").glob("simulated*.c")), "-ldl", "-pthread", "-o", self.driver])

    def must(self, command, **more):
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **more)
        if done.returncode != 0:
            raise SystemExit("%s\n%s%s" % (" ".join(map(str, command)), done.stdout, done.stderr))

    def source(self, cases):
        """The text of a batch, and the line that each program begins in."""
        text, lines = 'import "ops.chain";\n', []
        for case in cases:
            lines.append(text.count("\n") + 1)
            text += case.program.src()
        return text, lines

    def compile(self, cases, name):
        """Writes and compiles a batch; returns the programs that chainc refuses, with its messages."""
        text, lines = self.source(cases)
        (self.work / (name + ".chain")).write_text(text)
        done = subprocess.run([str(self.chainc), "-I", str(self.kept), name + ".chain", "-Wno-unused-binding", "-Wno-catch", "-Wno-scope", "-Wno-shadow"],
                              cwd=self.work, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            refused = {}
            for line, message in re.findall(r"^%s\.chain:(\d+):\d+: (error: .*)$" % name, done.stderr, re.M):
                number = sum(1 for l in lines if l <= int(line)) - 1
                refused.setdefault(number, message)
            if not refused:
                raise Broken("chainc, status %d: %s" % (done.returncode, done.stderr[-2000:]))
            return refused
        glue = ['#include "tcc.h"'] if self.cc == "tcc" else []
        glue += ['#include "%s.c"' % name, '#include "fuzz.h"']
        glue += ["PROGRAM(%s)" % case.name for case in cases]
        glue += ["const struct program programs[] = { %s };" % ", ".join("ENTRY(%s)" % case.name for case in cases)]
        (self.work / (name + "_all.c")).write_text("\n".join(glue) + "\n")
        command = COMPILERS[self.cc]
        if self.sanitize:
            command = ["gcc", "-std=c11", "-O1", "-fPIC", *self.sanitizing()]
        done = subprocess.run([*command, "-shared", "-I", ".", "-I", str(self.made), "-I", str(self.kept),
                               name + "_all.c", "-o", name + ".so"], cwd=self.work, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise Broken("%s: %s" % (self.cc, done.stderr[-3000:]))
        (self.work / (name + ".run")).write_bytes(struct.pack("<I", len(cases)) + b"".join(packed(case.runs) for case in cases))
        return {}

    def execute(self, name, only=()):
        done = subprocess.run([str(self.driver), "./%s.so" % name, name + ".run", *map(str, only)], cwd=self.work,
                              capture_output=True, text=True, timeout=600)
        return done.returncode, done.stdout, done.stderr

    def check(self, cases, name):
        """Runs a batch: {number of the program: [(run, what is wrong)]}."""
        status, out, err = self.execute(name)
        wrong = {}
        for line in out.splitlines():
            match = re.match(r"(\d+) (\d+) (.*)", line)
            if match:
                wrong.setdefault(int(match[1]), []).append((int(match[2]), match[3]))
        if status != 0 and not wrong:
            raise Broken("driver, status %d: %s%s" % (status, out[-500:], err[-3000:]))
        return wrong


class Broken(Exception):
    pass


def trace_text(trace):
    lines = []
    for i in range(0, len(trace), 3):
        lines.append("%d %s %d %d" % (trace[i + 2], KINDS[trace[i] % PLACES], trace[i] // PLACES, trace[i + 1]))
    return lines


def side_by_side(expected, actual):
    lines, differs = [], False
    for i in range(max(len(expected), len(actual))):
        a = expected[i] if i < len(expected) else "-"
        b = actual[i] if i < len(actual) else "-"
        mark = " " if a == b else "!"
        lines.append("%s %-34s %s" % (mark, a, b))
        if a != b and (differs or not differs and i > 0):
            differs = True
        if differs and len(lines) > i + 6:
            break
    return "\n".join(lines)


def rename(case, name):
    for number, helper in enumerate(case.program.helpers):
        helper.name = "%s_%d" % (name, number)
    case.name = case.program.main.name = name


def kind_of(what):
    return "signal" if what.startswith("signal") else "trace"


def failing(tools, cases):
    """Those of the cases, changed programs, that are valid and fail: [(case, kind)]; they have other names then."""
    valid = []
    for case in cases:
        case = copy.deepcopy(case)
        try:
            for run in case.runs:
                run.predict(case.program)
        except Exception: # it uses names that nobody sets any more, say
            continue
        rename(case, "q%d" % len(valid))
        valid.append(case)
    return failing_of(tools, valid)


def failing_of(tools, valid):
    try:
        while valid:
            refused = tools.compile(valid, "small")
            if not refused:
                break
            valid = [c for i, c in enumerate(valid) if i not in refused]
        wrong = tools.check(valid, "small") if valid else {}
    except Broken:
        if len(valid) == 1:
            return [(valid[0], "broken")]
        half = len(valid) // 2
        return failing_of(tools, valid[:half]) + failing_of(tools, valid[half:])
    found = [(valid[n], kind_of(what[0][1])) for n, what in sorted(wrong.items())]
    if found and found[-1][1] == "signal":
        found += failing_of(tools, valid[max(wrong) + 1:])
    return found


def made_small(tools, case, kind):
    return shrink(case, lambda cases: [c for c, k in failing(tools, cases) if k == kind])


def show(tools, case, number):
    """Prints what a run of a case does beside what it has to do; whether they differ."""
    run = case.runs[number]
    try:
        refused = tools.compile([case], "one")
    except Broken as broken:
        refused = {0: str(broken)}
    if refused:
        print("\n".join(refused.values()))
        return True
    wrong = [what for n, what in tools.check([case], "one").get(0, []) if n == number]
    status, out, err = tools.execute("one", (0, number))
    actual = [line for line in out.splitlines() if not re.match(r"\d+ \d+ (violation|trace|signal)", line)]
    print("x %d, cancelled %s%s" % (run.x, "at event %d" % run.cancel_event if run.cancel_event else "never" if run.cancel_ms == -1
                                    else "before the first turn" if run.cancel_ms == -2 else "after %d ms" % run.cancel_ms,
                                    ("", ", by a post", ", with the loop")[run.cancel_how]))
    source = case.program.src()
    for place, acts in enumerate(run.acts):
        if acts and (place < 2 or "(%d, " % place in source):
            print("  %s(%d): %s" % (case.program.places[place], place, ", ".join(map(act_text, acts))))
    print(side_by_side(trace_text(run.trace), actual))
    print("\n".join(wrong) or "as expected", err)
    return bool(wrong) or status != 0


def act_text(act):
    rejects, when, answer, late, outcome, faults, again = act
    text = "%s %d %s" % ("rejects" if rejects else "gives", outcome,
                         {0: "in start", 1: "soon", NEVER: "never"}.get(when, "after %d ms" % (when - 1)))
    if answer or late:
        text += "; cancelled, %s" % ("acknowledges %d ms later" % late, "ends so", "goes on")[answer]
    return text + "; twice" * (faults & TWICE != 0) + "; again %d ms later" % again * (faults & AGAIN != 0) + "; posts" * (faults & POSTS != 0)


def one(tools, seed, small):
    """Runs one program again and shows it; `small`: made small first if it fails."""
    case = Case(seed, "p0")
    bad = {}
    for number, run in enumerate(case.runs):
        for _, kind in failing(tools, [alone(case, run)]):
            bad[number] = kind
    if bad and small:
        number = min(bad)
        case = made_small(tools, alone(case, case.runs[number]), bad[number])
        rename(case, "p0")
        case.runs[0].predict(case.program)
        bad = {0: ""}
    print(case.program.src())
    for number in bad or range(len(case.runs)):
        show(tools, case, number)
    return bool(bad)


def alone(case, run):
    other = copy.copy(case)
    other.runs = [run]
    return other


# ---- many ----

class Worker:
    """Runs batches, in a process of its own."""
    tools = None

    @classmethod
    def begin(cls, options):
        sys.setrecursionlimit(10000)
        Case.features = options.features
        cls.tools = Tools(options.build, Path(options.work) / str(os.getpid()), options.cc, options.work)

    @classmethod
    def batch(cls, first, count):
        """(programs, runs, those that are not valid, [(seed, what is wrong)])"""
        cases = [Case(seed, "p%d" % i) for i, seed in enumerate(range(first, first + count))]
        cls.invalid = 0
        wrong = cls.check(cases)
        return len(cases) - cls.invalid, sum(len(c.runs) for c in cases), cls.invalid, wrong

    @classmethod
    def check(cls, cases):
        bad = []
        try:
            while cases:
                refused = cls.tools.compile(cases, "batch")
                if not refused:
                    break
                bad += [(cases[n].seed, "refused: " + message) for n, message in refused.items() if not KNOWN.search(message)]
                cls.invalid += sum(1 for message in refused.values() if KNOWN.search(message))
                cases = [c for n, c in enumerate(cases) if n not in refused]
            wrong = cls.tools.check(cases, "batch") if cases else {}
        except Broken as broken:
            if len(cases) == 1:
                return [(cases[0].seed, str(broken))]
            half = len(cases) // 2
            return bad + cls.check(cases[:half]) + cls.check(cases[half:])
        bad += [(cases[n].seed, "run %d: %s" % what[0]) for n, what in sorted(wrong.items())]
        crashed = [n for n in wrong if any(what.startswith("signal") for _, what in wrong[n])]
        return bad + (cls.check(cases[crashed[0] + 1:]) if crashed else [])


class Tally:
    """What has run, and with --resume what ran before: counted up to the first seed whose batch is still open."""

    def __init__(self, options):
        self.path = Path(options.work) / "state.json" if options.resume else None
        self.state = {"seed": options.seed, "next": options.seed, "programs": 0, "runs": 0, "invalid": 0, "bad": []}
        self.ended = {} # batches after an open one, by their first seed
        if self.path is not None and self.path.exists():
            saved = json.loads(self.path.read_text())
            if saved["seed"] == options.seed:
                self.state = saved

    def __getattr__(self, name):
        return self.state[name]

    def add(self, first, count, result):
        self.ended[first] = count, result
        while self.next in self.ended:
            count, (ran, runs, invalid, bad) = self.ended.pop(self.next)
            for name, more in ("next", count), ("programs", ran), ("runs", runs), ("invalid", invalid), ("bad", bad):
                self.state[name] += more
        if self.path is not None:
            new = self.path.with_suffix(".new")
            new.write_text(json.dumps(self.state))
            new.replace(self.path)

    def ran(self):
        """With what is not yet counted."""
        return self.programs + sum(result[0] for _, result in self.ended.values())

    def failed(self):
        return [seed for seed, _ in self.bad] + [seed for _, result in self.ended.values() for seed, _ in result[3]]


def run_batches(options, pool, tally, todo, label):
    """Runs the batches (first, count) that `todo` gives, None if there is to be no other as long as `running` ones are open."""
    begin, waiting, before = time.time(), {}, tally.ran()
    while len(tally.failed()) <= 50:
        while len(waiting) < 2 * options.jobs and (batch := todo(len(waiting))) is not None:
            waiting[pool.submit(Worker.batch, *batch)] = batch
        if not waiting:
            return
        done, _ = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
        for future in done:
            tally.add(*waiting.pop(future), future.result())
            for seed, what in future.result()[3]:
                print("seed %d: %s" % (seed, what), flush=True)
        if options.progress and tally.ran() // options.progress != before // options.progress:
            print("%d%s programs, %d failed, %.0f s" % (tally.ran(), label, len(tally.failed()), time.time() - begin), flush=True)
        before = tally.ran()
    print("that is enough")
    for future in waiting:
        future.cancel()


def batches_of(first, last, size):
    """Of the seeds up to `last`, in their order."""
    def todo(running):
        nonlocal first
        if first >= last:
            return None
        batch = first, min(size, last - first)
        first += batch[1]
        return batch
    return todo


def batches_until(tally, count, size):
    """As many as are needed for `count` programs that are valid, and no more: so it is always the same ones."""
    first = tally.next

    def todo(running):
        nonlocal first
        if tally.ran() + running * size >= count:
            return None
        first += size
        return first - size, size
    return todo


def many(options):
    """Runs --count programs from --seed on; prints what fails, made small. Whether all was well."""
    begin, tally = time.time(), Tally(options)
    nestings = Case.nested().count
    nested = Tally(argparse.Namespace(seed=-nestings, resume=False))
    if tally.programs:
        print("goes on at seed %d, after %d programs" % (tally.next, tally.programs), flush=True)
    with concurrent.futures.ProcessPoolExecutor(options.jobs, initializer=Worker.begin, initargs=(options,)) as pool:
        if options.nested:
            run_batches(options, pool, nested, batches_of(-nestings, 0, options.batch), " nested")
        run_batches(options, pool, tally, batches_until(tally, options.count, options.batch), "")
    bad = nested.failed() + tally.failed()
    for seed in bad[:options.shown]:
        print("\n== seed %d, made small; tests/fuzz/fuzz.py --build %s --cc %s --features %s --small --one %d =="
              % (seed, options.build, options.cc, ",".join(options.features), seed))
        one(Tools(options.build, Path(options.work) / "small", options.cc, options.work), seed, True)
    programs = nested.programs + tally.programs
    print("%d programs with %d runs in %.0f s; %d more were not valid" % (programs, nested.runs + tally.runs, time.time() - begin,
                                                                          nested.invalid + tally.invalid))
    print("%d passed, %d failed" % (programs - len(bad), len(bad)))
    return not bad


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=os.environ.get("BUILD", "build"), help="the build to test (default: build)")
    parser.add_argument("--work", help="where files go (default: BUILD/fuzz)")
    parser.add_argument("--cc", default="tcc", choices=COMPILERS, help="what compiles the programs")
    parser.add_argument("--count", type=int, default=1000, help="how many valid programs")
    parser.add_argument("--batch", type=int, default=100, help="programs to a file")
    parser.add_argument("--seed", type=int, default=1, help="of the first program; the others have those that follow")
    parser.add_argument("--nested", action="store_true", help="before them, every construct in every other")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--resume", action="store_true", help="go on where the last run with --resume was ended (WORK/state.json)")
    parser.add_argument("--progress", type=int, default=0, help="print a line after so many programs")
    parser.add_argument("--one", type=int, metavar="SEED", help="run only this program and show what it does")
    parser.add_argument("--shown", type=int, default=3, help="how many of those that fail are made small and shown (default: 3)")
    parser.add_argument("--small", action="store_true", help="with --one: make it small first, if it fails")
    parser.add_argument("--features", type=lambda names: tuple(filter(None, names.split(","))), default=FEATURES,
                        help="newer constructs, of %s (default: %s)" % (", ".join(FEATURES + LATER), ", ".join(FEATURES) or "none"))
    options = parser.parse_args()
    Case.features = options.features
    options.work = options.work or str(Path(options.build) / "fuzz" / options.cc)
    tools = Tools(options.build, options.work, options.cc, options.work)
    tools.make_driver()
    if options.one is not None:
        return one(tools, options.one, options.small)
    return not many(options)


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    sys.exit(main())
