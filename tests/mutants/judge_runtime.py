"""Whether the tests notice a changed libchain.

What they are made of is compiled once, and linked with a shared library; a mutant costs its own object, that library, and the runs.
Random programs are run first, by their driver, which has the core in it. A header changes all that includes it, so there each
program is compiled for the mutant alone, and so is a unit test that includes the file that is changed.
"""

import shutil
from pathlib import Path

import lab as lab_module
from lab import TOP, Program, Worker, fresh, fuzz, must, run, tests

SCRIPTS = "long/owned long/skeleton long/freestanding long/critical unit/traced_*"
FOR_ONE_THREAD = ["runtime/core/timer_heap.c"]  # elsewhere nothing is left of them
FLAGS = ["-std=c11", "-Werror=incompatible-pointer-types", "-Werror=int-conversion", "-pthread"]


class Shared:
    """What tcc cannot compile: libchain.so, and the programs and unit tests that are linked with it."""

    def __init__(self, lab):
        self.lab = lab
        self.root = fresh(lab.work / "shared")
        self.plain, self.traced = fresh(self.root / "plain"), fresh(self.root / "traced")
        self.sources = sorted(p for p in (TOP / "runtime").glob("*/*.c"))
        for source in self.sources:
            self.compile(source, source, self.plain)
        (self.root / "lib").mkdir()
        self.link(sorted(self.plain.glob("*.o")), self.root / "lib/libchain.so")
        self.programs = []
        worker = Worker(lab, "-shared")
        # Whoever links the archive gets the shared library.
        worker.own("lib/libchain.a").symlink_to(self.root / "lib/libchain.so")
        test_runner = lab_module.runner(worker.root)
        others = [p.test for p in lab.test_programs() if not p.with_tcc]
        for test in others + [t for t in lab.all_tests if t.folder == TOP / "tests/unit"]:
            if not tests.traced(test):
                self.add(test_runner, test, worker.root / "tests" / test.name)

    def compile(self, source, place, out, *more, include=TOP / "runtime/include"):
        """`place`: where its own headers are, if the source is a copy."""
        command = ["gcc", *FLAGS, "-O1", "-fPIC", *more, f"-I{place.parent}", f"-I{include}", f"-I{self.lab.build}/include"]
        return run([*command, "-c", source, "-o", out / (place.stem + ".o")], cwd=out)

    def link(self, objects, out):
        must(["gcc", "-shared", "-Wl,-soname,libchain.so", *objects, "-pthread", "-o", out])

    def add(self, test_runner, test, work):
        work = fresh(work)
        if test.source.suffix == ".c":
            if test.stem.startswith("compiler_"):
                return
            test_runner.must = lambda command, cwd=None: must(command) if cwd is None else None  # is not run here
            test_runner.check_unit(test, work)
            del test_runner.must
            path = work / test.stem
        else:
            files = tests.spec(test).get("program", "").split() or tests.default_files(test)
            path = test_runner.make_program(test, work, "program", files)
        program = Program(self.lab, test)
        program.path = path
        wrong = program.wrong(path, self.root / "lib", work, 60)
        if wrong:
            raise lab_module.Broken(f"{test.name}, without a mutant: {wrong}")
        self.programs.append(program)


class RuntimeJudge:
    def __init__(self, lab):
        self.lab = lab

    def shared(self):
        return self.lab.once("shared", lambda: Shared(self.lab))

    def object(self, mutant, text, out):
        place = TOP / mutant.file
        if place.suffix == ".h":
            source = out / place.relative_to(TOP / "runtime/include")
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_text(text)
            probe = out / "probe.c"
            probe.write_text('#include "chain/private/gen.h"\n#include "chain/private/post.h"\n#include "chain/private/join.h"\n#include "chain/private/spawn.h"\n'
                             '#include "chain/private/run.h"\n')
            includes = [f"-I{out}", f"-I{TOP}/runtime/include"]
            return source if run(["gcc", *FLAGS, *includes, "-fsyntax-only", probe]).status == 0 else None
        source = out / place.name
        source.write_text(text)
        made = out / (place.stem + ".o")
        more = fuzz.ONE_THREAD if mutant.file in FOR_ONE_THREAD else []
        command = ["gcc", *FLAGS, *more, "-O1", "-fPIC", f"-I{place.parent}", f"-I{TOP}/runtime/include", f"-I{self.lab.build}/include"]
        done = run([*command, "-c", source.name, "-o", made], cwd=out)
        return made if done.status == 0 else None

    def judge(self, worker, mutant, made):
        if made.suffix == ".h":
            return self.judge_header(worker, mutant, made)
        source = made.with_suffix(".c")
        killer = worker.ask_with_inside(mutant.file, source)
        if killer:
            return "behaviour", killer
        steps = [self.random_programs, self.test_programs, self.scripts]
        if mutant.file.startswith(("runtime/threads", "runtime/backends", "runtime/ops")) or made.stem == "trace":
            steps.pop(0)
        for step in steps:
            killer = step(worker, mutant, source)
            if killer:
                return "behaviour", killer
        return "", ""

    def random_programs(self, worker, mutant, source):
        lab, out = self.lab, worker.root / "out"
        lab.batches()
        others = [o for o in lab.driver().parent.glob("*.o") if o.stem != source.stem]
        mine = fresh(worker.root / "obj")
        lab.driver_objects(TOP / "runtime/include", mine, [source])
        driver = lab.link_driver([*sorted(others), mine / (source.stem + ".o")], worker.root / "driver")
        return self.run_batches(driver)

    def compiled_batches(self):
        def make():
            for batch in self.lab.batches():
                done = self.lab.compile_batch(batch, self.lab.folder, TOP / "runtime/include")
                wrong = tests.text(done.err) if done.status != 0 else self.lab.run_batch(batch, self.lab.driver(), self.lab.folder)
                if wrong:
                    raise lab_module.Broken(f"{batch.name}, without a mutant: {wrong}")
            return self.lab.batches()
        return self.lab.once("compiled batches", make)

    def run_batches(self, driver):
        lab = self.lab
        for batch in lab.by_score(self.compiled_batches(), lambda b: "run " + b.name):
            wrong = lab.run_batch(batch, driver, lab.folder)
            if wrong:
                lab.score("run " + batch.name)
                return f"fuzz: {wrong}"
        return ""

    def test_programs(self, worker, mutant, source):
        """Those of tcc, then those that need threads."""
        lab, shared, place = self.lab, self.shared(), TOP / mutant.file
        mine, library = fresh(worker.root / "obj"), fresh(worker.root / "out" / "lib")
        lab.compile_one_thread(source, place, mine, TOP / "runtime/include")
        self.link(lab.one_thread(), mine, source, library / "libone.so")
        with_tcc = [p for p in lab.test_programs() if p.with_tcc]
        killer = self.run_programs(worker, with_tcc, library) or lab.run_storage(lab.storage() / "storage", library)
        if killer:
            return killer
        shared.compile(source, place, mine)
        self.link(shared.plain, mine, source, library / "libchain.so")
        return self.run_programs(worker, shared.programs, library)

    def link(self, objects, mine, source, out):
        others = sorted(o for o in objects.glob("*.o") if o.stem != source.stem)
        must(["gcc", "-shared", f"-Wl,-soname,{out.name}", *others, mine / (source.stem + ".o"), "-pthread", "-o", out])

    def run_programs(self, worker, programs, library):
        for program in self.lab.by_score(programs, lambda p: "run " + p.test.name):
            wrong = program.wrong(program.path, library, worker.root / "out")
            if wrong:
                self.lab.score("run " + program.test.name)
                return f"{program.test.name}: {wrong}"
        return ""

    def archive(self, worker, mutant, source):
        """libchain.a and libchain-trace.a with the mutant in them."""
        for name, more, objects in ("libchain", [], "obj/runtime"), ("libchain-trace", ["-DCHAIN_TRACE"], "obj/traced/runtime"):
            mine = fresh(worker.root / "obj")
            self.shared().compile(source, TOP / mutant.file, mine, *more)
            others = [(self.lab.build / objects / o.relative_to(TOP / "runtime")).with_suffix(".o") for o in self.shared().sources
                      if o.stem != source.stem]
            path = worker.own(f"lib/{name}.a")
            must(["ar", "rcs", path, *sorted(others), mine / (source.stem + ".o")])

    def scripts(self, worker, mutant, source):
        self.archive(worker, mutant, source)
        traced = [t for t in self.lab.programs_of_tests() if tests.traced(t)]
        return worker.ask(traced + self.lab.that_pass(SCRIPTS))

    # ---- headers ----

    def judge_header(self, worker, mutant, made):
        lab, out = self.lab, worker.root / "out"
        include = worker.own("include")
        shutil.copytree(lab.build / "include", include)
        shutil.copy(made, include / Path(mutant.file).relative_to("runtime/include"))
        self.compiled_batches()
        objects = fresh(worker.root / "obj")
        lab.driver_objects(include, objects, lab.driver_sources())
        driver = lab.link_driver(sorted(objects.glob("*.o")), worker.root / "driver")
        for batch in lab.by_score(lab.batches(), lambda b: "run " + b.name):
            shutil.copy(lab.folder / f"{batch.name}.c", out)
            shutil.copy(lab.folder / f"{batch.name}.h", out)
            done = lab.compile_batch(batch, out, include)
            wrong = "does not compile" if done.status != 0 else lab.run_batch(batch, driver, out)
            if wrong:
                lab.score("run " + batch.name)
                return "behaviour", f"fuzz: {wrong}"
        killer = self.with_header(worker, include)
        return ("behaviour", killer) if killer else ("", "")

    def with_header(self, worker, include):
        """All programs of the tests, compiled and run."""
        lab, out = self.lab, worker.root / "out"
        library, objects = fresh(out / "lib"), fresh(worker.root / "obj")
        for source in self.shared().sources:
            lab.compile_one_thread(source, source, objects, include)
        must(["gcc", "-shared", *sorted(objects.glob("*.o")), lab.one_thread() / "port.o", "-pthread", "-o", library / "libone.so"])
        for program in lab.by_score([p for p in lab.test_programs() if p.with_tcc], lambda p: "run " + p.test.name):
            wrong = "does not compile" if lab.tcc(program.test, lab.work / "before", include, out / "program").status != 0 else ""
            wrong = wrong or program.wrong(out / "program", library, out)
            if wrong:
                lab.score("run " + program.test.name)
                return f"{program.test.name}: {wrong}"
        objects = fresh(worker.root / "obj")
        for source in self.shared().sources:
            self.shared().compile(source, source, objects, include=include)
        must(["ar", "rcs", worker.own("lib/libchain.a"), *sorted(objects.glob("*.o"))])
        rest = [p.test for p in self.shared().programs]
        return worker.ask(rest, "-w") or worker.ask(lab.that_pass(SCRIPTS))
