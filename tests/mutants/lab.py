"""What mutants are tried with: the build that is there, the tests of tests/run, and the random programs of tests/fuzz.

All is made below BUILD/mutants, once for all mutants; each worker has a folder there that looks like a build, in which only what
was mutated is its own.
"""

import fcntl
import fnmatch
import importlib.machinery
import importlib.util
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from argparse import Namespace
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
sys.path.append(str(TOP / "tests/fuzz"))
import fuzz  # noqa: E402

SLOW = 20          # times as long as the program took before is a hang
PATIENCE = 10      # seconds that every program is given
BATCH = 50         # programs
# Where chainc is to write, and what it warns of in random programs.
FUZZ_FLAGS = ["-Wno-unused-binding", "-Wno-catch", "-Wno-scope", "-Wno-shadow"]


def load(name, path):
    """A Python file as a module, whatever its name; none of its main program is run."""
    loader = importlib.machinery.SourceFileLoader(name, str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


sys.dont_write_bytecode = True
tests = load("tests_run", TOP / "tests/run")


class Broken(Exception):
    """The lab itself, or a mutant that does not even compile."""


class Outcome:
    """Of a command: its status (None: it did not end in time), what it printed, how long it took."""

    def __init__(self, status, out, err, seconds):
        self.status, self.out, self.err, self.seconds = status, out, err, seconds

    def __eq__(self, other):
        return (self.status, self.out, self.err) == (other.status, other.out, other.err)


def run(command, timeout=600, **more):
    more.setdefault("stdin", subprocess.DEVNULL)
    begin = time.monotonic()
    process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **more)
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Outcome(None, b"", b"", time.monotonic() - begin)
    return Outcome(process.returncode, out, err, time.monotonic() - begin)


def must(command, **more):
    done = run(command, **more)
    if done.status != 0:
        raise Broken(f"{shlex.join(map(str, command))}\n{tests.text(done.out + done.err)}")
    return done


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def runner(build):
    options = Namespace(build=str(build), board="", bless=False, valgrind=False, timeout=60, cflags=None)
    return tests.Runner(options)


class Batch:
    """Random programs in one file, with what they have to do."""

    def __init__(self, number, cases):
        self.name, self.cases = f"batch{number}", cases
        self.seconds = 0
        self.chain = None  # its text

    def write(self, folder):
        (folder / f"{self.name}.chain").write_text(self.chain)
        glue = ['#include "tcc.h"', f'#include "{self.name}.c"', '#include "fuzz.h"']
        glue += [f"PROGRAM({case.name})" for case in self.cases]
        glue += ["const struct program programs[] = { %s };" % ", ".join(f"ENTRY({c.name})" for c in self.cases)]
        (folder / f"{self.name}_all.c").write_text("\n".join(glue) + "\n")
        (folder / f"{self.name}.run").write_bytes(
            fuzz.struct.pack("<I", len(self.cases)) + b"".join(fuzz.packed(case.runs) for case in self.cases))


class Group:
    """The .chain files of one folder that are compiled with the same flags, and what chainc made of them before anything was
    mutated. Those that have errors are a group of their own."""

    def __init__(self, folder, flags, wrong):
        self.source, self.flags, self.wrong = folder, flags, wrong
        self.name = re.sub(r"\W+", "_", " ".join([str(folder.relative_to(TOP)), *flags, "wrong" * wrong]))
        self.files, self.before = [], {}

    def compiled(self, chainc, out):
        """{file: its text}; "": what was printed, and the status."""
        folder = fresh(out / self.name)
        done = run([chainc, *self.flags, f"--outdir={folder}", *self.files], timeout=PATIENCE * 4, cwd=self.source)
        printed = done.err.replace(os.fsencode(chainc.parent.parent), b"") + b"%r" % done.status
        return {"": printed, **{p.name: p.read_bytes() for p in folder.iterdir()}}


class Program:
    """A test that runs a program: how it is run, what is expected, and how long it took before anything was mutated."""

    def __init__(self, lab, test):
        self.lab, self.test, self.seconds, self.with_tcc, self.path = lab, test, 0, False, None
        self.wanted = int(test.words(".status")[0]) if test.has(".status") else int(tests.spec(test).get("status", "0"))

    def wrong(self, path, library, work, patience=None):
        """What the program does that it should not, or ""."""
        arguments = self.test.words(".args") + [w.replace("$HERE", str(self.test.folder)) for w in tests.spec(self.test).get("args", "").split()]
        given = self.test.sibling(".stdin") if self.test.has(".stdin") else Path(os.devnull)
        with open(given, "rb") as stdin:
            done = run([path, *arguments], timeout=patience or PATIENCE + SLOW * self.seconds, cwd=work, stdin=stdin,
                       env={**self.lab.env, "LD_LIBRARY_PATH": str(library)})
        if done.status is None:
            return "hangs"
        if done.status != self.wanted:
            return f"status {done.status}"
        for suffix, text in (".out", done.out), (".stderr", done.err):
            if self.test.has(suffix) and self.test.sibling(suffix).read_bytes() != text:
                return f"another {suffix}"
        self.seconds = self.seconds or done.seconds
        return ""


class Lab:
    """What all mutants share."""

    def __init__(self, build, work, programs):
        self.build = Path(build).resolve()
        self.work = Path(work or self.build / "mutants").resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.locked = open(self.work / "lock", "w")
        try:
            fcntl.flock(self.locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(f"mutants: {self.work} is used by another run")
        self.lock = threading.RLock()
        self.env = {**runner(self.build).env}
        self.scores = self.work / "scores.json"
        self.kills = json.loads(self.scores.read_text()) if self.scores.exists() else {}
        self.all_tests = tests.find()[0]
        self.folder = fresh(self.work / "fuzz")
        self.programs = programs
        self.made = {}

    def once(self, what, make):
        """Makes something when it is first asked for."""
        with self.lock:
            if what not in self.made:
                self.made[what] = make()
            return self.made[what]

    def score(self, killer):
        with self.lock:
            self.kills[killer] = self.kills.get(killer, 0) + 1

    def save(self):
        self.scores.write_text(json.dumps(self.kills, indent=0, sort_keys=True))

    def by_score(self, items, name):
        """Those first that have killed most."""
        with self.lock:
            return sorted(items, key=lambda item: -self.kills.get(name(item), 0))

    # ---- random programs ----

    def tools(self):
        """Files that all batches include, and the driver's objects."""
        def make():
            for name in "ops.chain", "fuzz.h", "tcc.h":
                shutil.copy(TOP / "tests/fuzz" / name, self.folder)
            must([self.build / "bin/chainc", "ops.chain"], cwd=self.folder)
            return self.folder
        return self.once("tools", make)

    def batches(self):
        return self.once("batches", self.make_batches)

    def make_batches(self):
        """Half of them are nested constructs, evenly chosen, half the first ones of `make fuzz`."""
        folder, half = self.tools(), self.programs // 2
        seeds = [-1 - i * fuzz.Case.nested().count // half for i in range(half)] + list(range(1, half + 1))
        sys.setrecursionlimit(10000)
        found = []
        for first in range(0, len(seeds), BATCH):
            cases = [fuzz.Case(seed, f"p{i}") for i, seed in enumerate(seeds[first:first + BATCH])]
            batch = Batch(len(found), cases)
            while True:
                batch.chain, lines = 'import "ops.chain";\n', []
                for case in batch.cases:
                    lines.append(batch.chain.count("\n") + 1)
                    batch.chain += case.program.src()
                batch.write(folder)
                done = run([self.build / "bin/chainc", *FUZZ_FLAGS, f"{batch.name}.chain"], cwd=folder)
                if done.status == 0:
                    break
                refused = {sum(l <= int(n) for l in lines) - 1 for n in re.findall(rb"chain:(\d+):\d+: error", done.err)}
                batch.cases = [c for i, c in enumerate(batch.cases) if i not in refused]
            found.append(batch)
        return found

    def compile_batch(self, batch, folder, include):
        """folder/NAME.c -> folder/NAME.so"""
        command = [*fuzz.COMPILERS["tcc"], "-shared", "-I", folder, "-I", self.folder, "-I", include, self.folder / f"{batch.name}_all.c"]
        if (folder / f"{batch.name}.c") != self.folder / f"{batch.name}.c":
            shutil.copy(self.folder / f"{batch.name}_all.c", folder)  # as it includes what stands beside it
            command[-1] = folder / f"{batch.name}_all.c"
        return run([*command, "-o", folder / f"{batch.name}.so"], cwd=folder)

    def run_batch(self, batch, driver, folder):
        """What is wrong with it, if anything."""
        patience = PATIENCE + SLOW * batch.seconds
        done = run([driver, folder / f"{batch.name}.so", self.folder / f"{batch.name}.run"], timeout=patience, cwd=folder)
        if done.status is None:
            return "hangs"
        if done.status != 0 or done.out:
            return tests.text(done.out + done.err).split("\n")[0][:60]
        batch.seconds = batch.seconds or done.seconds
        return ""

    def driver_objects(self, include, out, sources):
        command = ["gcc", "-std=gnu11", "-O1", "-w", "-DCOUNT_ALLOCATIONS", *fuzz.ONE_THREAD, "-DCHAIN_DEBUG", "-I", self.folder,
                   "-I", include, "-I", TOP / "runtime/core", "-I", TOP / "tests/fuzz"]
        for source in sources:
            must([*command, "-c", source, "-o", out / (source.stem + ".o")])

    def driver_sources(self):
        return [TOP / "tests/fuzz/driver.c", self.folder / "ops.c", *sorted((TOP / "runtime/core").glob("*.c")),
                *sorted((TOP / "runtime/backends").glob("simulated*.c"))]

    def link_driver(self, objects, out):
        must(["gcc", "-rdynamic", *objects, "-ldl", "-pthread", "-o", out])
        return out

    def driver(self):
        def make():
            self.tools()
            objects = fresh(self.work / "driver")
            self.driver_objects(TOP / "runtime/include", objects, self.driver_sources())
            return self.link_driver(sorted(objects.glob("*.o")), objects / "driver")
        return self.once("driver", make)

    # ---- tests ----

    def one_thread(self):
        """libone.so: the runtime as tcc's programs need it. It has no atomic instructions, so there is one thread."""
        def make():
            out = fresh(self.work / "one")
            for source in sorted((TOP / "runtime").glob("*/*.c")):
                self.compile_one_thread(source, source, out, TOP / "runtime/include")
            (out / "port.c").write_text("unsigned long chain_port_enter(void) { return 0; }\n"
                                        "void chain_port_leave(unsigned long state) { (void)state; }\n")
            must(["gcc", "-fPIC", "-c", "port.c"], cwd=out)
            must(["gcc", "-shared", *sorted(out.glob("*.o")), "-pthread", "-o", out / "libone.so"])
            return out
        return self.once("one thread", make)

    def compile_one_thread(self, source, place, out, include):
        command = ["gcc", "-std=gnu11", "-O1", "-w", "-fPIC", *fuzz.ONE_THREAD, f"-I{place.parent}", f"-I{include}", f"-I{self.build}/include"]
        return run([*command, "-c", source, "-o", out / (place.stem + ".o")], cwd=out)

    def tcc(self, test, made, include, out):
        """Compiles a test's program with tcc; `made`: the folder below which chainc has put its files."""
        paths = self.chains_of(test)
        folder = made / self.groups()[test.folder, tuple(test.words(".flags")), False].name
        listed = tests.spec(test).get("program", "").split() or tests.default_files(test)
        beside = [test.folder / f for f in listed if f.endswith(".c")]
        beside += [p.with_suffix(".c") for p in paths if p.name not in listed and p.with_suffix(".c").exists()]
        return run([*self.tcc_command(include), f"-I{folder}", f"-I{test.folder}", *(folder / f"{p.stem}.c" for p in paths), *beside,
                    self.one_thread() / "libone.so", "-lpthread", "-o", out], cwd=out.parent)

    def tcc_command(self, include):
        return ["tcc", "-w", *fuzz.ONE_THREAD, "-include", TOP / "tests/fuzz/tcc.h", f"-I{include}", f"-I{self.build}/include"]

    def test_programs(self):
        return [self.program(test) for test in self.programs_of_tests()]

    def program(self, test):
        """A test's program: whether tcc can compile it, and it is as it should be then, is found out when it is first asked for."""
        return self.once(f"program {test.name}", lambda: self.make_program(test))

    def make_program(self, test):
        out = self.once("programs", lambda: fresh(self.work / "programs"))
        program = Program(self, test)
        program.path = out / test.name.replace("/", "_")
        if not tests.traced(test) and not tests.uses_threads(test) and self.chains_of(test):
            done = self.tcc(test, self.work / "before", TOP / "runtime/include", program.path)
            program.with_tcc = done.status == 0 and program.wrong(program.path, self.one_thread(), out, 60) == ""
        return program

    def groups(self):
        """{(folder, flags, whether they have errors): Group}"""
        return self.once("groups", self.make_groups)

    def make_groups(self):
        groups, out = {}, fresh(self.work / "before")
        for test in self.programs_of_tests() + [t for t in self.all_tests if t.has(".err")]:
            wrong = test.has(".err")
            for path in [test.source] if wrong else self.chains_of(test):
                key = path.parent, tuple(test.words(".flags")), wrong
                group = groups.setdefault(key, Group(*key))
                if path.name not in group.files and path.exists():
                    group.files.append(path.name)
        for group in groups.values():
            group.before = group.compiled(self.build / "bin/chainc", out)
        return groups

    # ---- tests/long/storage.py ----

    def storage(self):
        """Its folder, with the program that is linked with libone.so."""
        def make():
            folder = fresh(self.work / "storage")
            env = {**self.env, "TMPDIR": str(folder)}
            must([TOP / "tests/long/storage.py"], cwd=folder, env=env)
            must(["gcc", "-w", "-O0", *fuzz.ONE_THREAD, f"-I{self.build}/include", "-c", "world.c"], cwd=folder)
            self.link_storage(folder, {p.stem: p for p in folder.glob("storage*.o")}, folder / "storage")
            return folder
        return self.once("storage", make)

    def link_storage(self, folder, objects, out):
        must(["gcc", folder / "world.o", *objects.values(), self.one_thread() / "libone.so", "-o", out])

    def run_storage(self, program, library):
        done = run([program], timeout=PATIENCE * 4, env={**self.env, "LD_LIBRARY_PATH": str(library)})
        return "" if done.status == 0 else "hangs" if done.status is None else tests.text(done.out).split("\n")[0] or f"status {done.status}"

    def programs_of_tests(self):
        """Tests that run a program; those with a server take their time, and are left out."""
        runs = [t for t in self.all_tests if any(t.has(s) for s in (".out", ".stderr", ".status", ".test"))]
        return [t for t in runs if t.source.suffix not in tests.SCRIPTS and "server" not in tests.spec(t)]

    def chains_of(self, test):
        """The .chain files that a test compiles."""
        files = tests.spec(test).get("program", "").split() or (tests.default_files(test) if test.has(".chain") else [])
        paths = [test.folder / f for f in files if f.endswith(".chain")]
        return paths + [part for path in paths for part in tests.imports(path)]

    def that_pass(self, patterns):
        """Tests of these names, if they pass before anything is mutated: some want more than a worker's folder has, or the machine has
        not what they need."""
        def make():
            worker, found = Worker(self, "-before"), []
            for pattern in patterns.split():
                named = [t for t in self.all_tests if fnmatch.fnmatchcase(t.name, pattern)]
                if not named:
                    raise Broken(f"there is no test {pattern}")
                for test in named:
                    wrong = worker.fails(test)
                    if wrong:
                        print(f"not asked: {test.name}: {wrong}")
                    else:
                        found.append(test)
            return found
        return self.once(f"tests {patterns}", make)


class Worker:
    """A folder that looks like a build, for one mutant after the other."""

    def __init__(self, lab, number):
        self.lab, self.root = lab, fresh(lab.work / f"worker{number}")
        for name in ("bin", "lib", "obj", "out"):
            (self.root / name).mkdir()
        for name in ("share", "gen"):
            (self.root / name).symlink_to(lab.build / name)
        flags = (lab.build / "flags").read_text()
        (self.root / "flags").write_text(re.sub(r"^CFLAGS=.*", "CFLAGS=-O0", flags, flags=re.M))
        self.restore()

    def restore(self):
        """All as in the build."""
        for name in ("bin/chainc", "obj/libchainc.a", "lib/libchain.a", "lib/libchain-trace.a", "include"):
            path = self.root / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            path.symlink_to(self.lab.build / name)
        shutil.rmtree(self.root / "tests", ignore_errors=True)

    def own(self, name):
        """A file or folder of the build that is the mutant's from now on."""
        path = self.root / name
        path.unlink()
        return path

    def fails(self, test, *cflags):
        """Runs a test of tests/run in this build: what is wrong, or ""."""
        test_runner = runner(self.root)
        test_runner.cflags += cflags
        test_runner.options.timeout = 120 if test.folder == TOP / "tests/scripts" else 20  # those of tests/long have ten times that
        work = self.root / "tests" / test.name
        work.mkdir(parents=True, exist_ok=True)
        try:
            if test.source.suffix in tests.SCRIPTS:
                test_runner.check_script(test, work)
            elif test.source.suffix == ".c":
                test_runner.check_unit(test, work)
            else:
                test_runner.check_program(test, work)
        except tests.Skip:
            return ""
        except tests.Failure as failure:
            return str(failure).strip().split("\n")[0][:60] or "fails"
        return ""

    def ask(self, chosen, *cflags):
        """Runs tests until one fails, and says which."""
        for test in self.lab.by_score(chosen, lambda t: t.name):
            wrong = self.fails(test, *cflags)
            if wrong:
                self.lab.score(test.name)
                return f"{test.name}: {wrong}"
        return ""

    def ask_with_inside(self, file, source):
        """The same with the unit tests that include the file, whose text is now that of `source`: in a copy of what they include. They
        are compiled with the warnings that come of a mutant."""
        unit = TOP / "tests/unit"
        named = [tests.Test(p) for p in unit.glob("*.c") if f'#include "../../{file}"' in p.read_text()]
        copy = fresh(self.root / "copy")
        for part in [unit, TOP / "compiler", TOP / "runtime"] if named else []:
            shutil.copytree(part, copy / part.relative_to(TOP))
        for test in named:
            shutil.copy(source, copy / file)
            test.source = copy / test.source.relative_to(TOP)
        return self.ask(named, "-w")
