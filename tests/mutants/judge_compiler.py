"""Whether the tests notice a changed chainc.

It compiles all random programs and all .chain files of the tests. Where its output is what it was before, nothing that is made of it
can fail, so only where it differs are programs compiled and run. What is found is

    behaviour    a program does something else, cannot be compiled any more, or a message is another
    text         only an expected text (NAME.ir, NAME.c.golden, …) differs

The programs that tcc compiles come before the texts, those that need gcc after them.
"""

import os

import lab as lab_module
from lab import FUZZ_FLAGS, PATIENCE, TOP, fresh, run, tests

# What may share storage does, and nothing else.
ABOUT_STORAGE = "exec/sharing", "exec/overlay", "exec/locals"
# Tests that look at chainc in ways of their own, by the folder of what is mutated; the last that are asked.
UNIT_TESTS = "unit/compiler_comments unit/compiler_memory unit/compiler_output unit/compiler_size_probe unit/compiler_splices"
SYNTAX = f"scripts/slips {UNIT_TESTS} long/declarators long/positions long/damage"
DRIVER = f"scripts/cli_* scripts/same_file scripts/two_ends scripts/where scripts/report_interrupted {UNIT_TESTS} long/cli_* long/faults"
SCRIPTS = {"grammar": SYNTAX, "compiler/syntax": SYNTAX, "compiler/base": f"{DRIVER} {SYNTAX}", "compiler/driver": DRIVER}
OTHERWISE = "long/many_names scripts/budget scripts/report long/owned"
TEXTS = (*tests.DUMPS, ".c.golden", ".h.golden", ".skeleton")


class CompilerJudge:
    def __init__(self, lab):
        self.lab = lab

    def objects(self):
        """Not those of a source that is there no longer."""
        made = self.lab.build / "obj"
        ours = [(made / path.relative_to(TOP)).with_suffix(".o") for path in sorted((TOP / "compiler").rglob("*.c"))]
        return ours + sorted((made / "gen").glob("*.o"))

    def object(self, mutant, text, out):
        """The mutant's object file; None if it does not compile."""
        path = TOP / mutant.file
        source = out / path.name
        source.write_text(text)
        if path.suffix == ".re":
            lexer = out / f"{path.stem}_lex.c"
            if run(["re2c", "--conditions", "-I", path.parent, "-o", lexer.name, source.name], cwd=out).status != 0:
                return None
            source = lexer
        includes = [f"-I{TOP}/compiler", f"-I{TOP}/grammar", f"-I{self.lab.build}/gen", f"-I{TOP}/runtime/include"]
        done = run(["gcc", "-std=c11", "-O1", "-Werror=incompatible-pointer-types", "-Werror=int-conversion", *includes,
                    "-c", source.name, "-o", source.with_suffix(".o").name], cwd=out)
        return source.with_suffix(".o") if done.status == 0 else None

    def judge(self, worker, mutant, made):
        """(how it was killed, by what): ("", "") if it was not."""
        objects = [made, *(o for o in self.objects() if o.stem != made.stem)]
        lab_module.must(["gcc", *objects, "-o", worker.own("bin/chainc")])
        steps = [self.about_storage, self.random_programs, self.storage, self.messages, self.test_programs, self.expected_texts,
                 self.other_programs]
        if os.path.dirname(mutant.file) in SCRIPTS:  # most of these change a message
            steps.remove(self.messages)
            steps.insert(0, self.messages)
        for step in steps:
            killer = step(worker)
            if killer:
                return "text" if step == self.expected_texts else "behaviour", killer
        killer = self.scripts(worker, mutant, made, objects)
        return ("behaviour", killer) if killer else ("", "")

    def scripts(self, worker, mutant, made, objects):
        lab_module.must(["ar", "rcs", worker.own("obj/libchainc.a"), *(o for o in objects if o.stem != "main")])
        killer = worker.ask_with_inside(mutant.file, made.with_suffix(".c"))
        return killer or worker.ask(self.lab.that_pass(SCRIPTS.get(os.path.dirname(mutant.file), OTHERWISE)))

    def random_programs(self, worker):
        lab, chainc, out = self.lab, worker.root / "bin/chainc", worker.root / "out"
        for batch in lab.by_score(lab.batches(), lambda b: b.name):
            chain = out / f"{batch.name}.chain"
            chain.write_text(batch.chain)
            done = run([chainc, *FUZZ_FLAGS, "-I", lab.folder, chain.name], timeout=PATIENCE * 2, cwd=out)
            if done.status != 0:
                wrong = "refused" if done.status is not None and done.status > 0 else "chainc crashes or hangs"
            elif all((out / f"{batch.name}{s}").read_bytes() == (lab.folder / f"{batch.name}{s}").read_bytes() for s in (".c", ".h")):
                continue
            else:
                compiled = lab.compile_batch(batch, out, TOP / "runtime/include")
                wrong = "does not compile" if compiled.status != 0 else lab.run_batch(batch, lab.driver(), out)
            if wrong:
                lab.score(batch.name)
                return f"fuzz: {wrong}"
        return ""

    def about_storage(self, worker):
        return self.run_changed(worker, True, ABOUT_STORAGE)

    def storage(self, worker):
        """The chains of long/storage.py: those whose text differs are compiled again."""
        lab, out = self.lab, fresh(worker.root / "out" / "storage")
        folder = lab.storage()
        files = sorted(p.name for p in folder.glob("storage*.chain"))
        flags = ["-Wno-shadow", "-Wno-catch", "-Wno-unused-binding"]
        done = run([worker.root / "bin/chainc", *flags, f"--outdir={out}", *files], timeout=60, cwd=folder)
        if done.status != 0:
            return "storage: refused"
        objects = {p.stem: p for p in folder.glob("storage*.o")}
        changed = [p for p in sorted(out.glob("*.c")) if p.read_bytes() != (folder / p.name).read_bytes()]
        for path in changed:
            made = run([*lab.tcc_command(TOP / "runtime/include"), f"-I{out}", f"-I{folder}", "-c", path, "-o", path.with_suffix(".o")])
            if made.status != 0:
                return "storage: does not compile"
            objects[path.stem] = path.with_suffix(".o")
        if changed:
            lab.link_storage(folder, objects, out / "storage")
        wrong = changed and lab.run_storage(out / "storage", lab.one_thread())
        return f"storage: {wrong}" if wrong else ""

    def messages(self, worker):
        """They are written by hand."""
        for group in self.lab.groups().values():
            if group.wrong and group.compiled(worker.root / "bin/chainc", worker.root / "out")[""] != group.before[""]:
                return f"messages of {group.name}"
        return ""

    def expected_texts(self, worker):
        lab = self.lab
        texts = [t for t in lab.all_tests if t.source.suffix == ".chain" and any(t.has(s) for s in TEXTS)]
        for test in lab.by_score(texts, lambda t: "text " + t.name):
            killer = self.expected_text(worker, test)
            if killer:
                lab.score("text " + test.name)
                return killer
        return ""

    def expected_text(self, worker, test):
        test_runner = lab_module.runner(worker.root)
        try:
            for suffix, what in tests.DUMPS.items():
                if test.has(suffix):
                    test_runner.check_dump(test, suffix, what)
            if test.has(".c.golden") or test.has(".h.golden"):
                # Only the texts: whether they compile is seen where the output differs.
                test_runner.sanitized = True
                work = fresh(worker.root / "tests" / test.name)
                test_runner.check_emitted(test, work)
            if test.has(".skeleton"):
                test_runner.check_skeleton(test, fresh(worker.root / "tests" / test.name))
        except tests.Failure:
            return test.name
        return ""

    def changed(self, worker, names):
        """The tests of whose .chain files something else is made now; `names`: of these, None: of all."""
        lab, found = self.lab, set()
        chosen = [t for t in lab.programs_of_tests() if names is None or t.name in names]
        folders = {path.parent for test in chosen for path in lab.chains_of(test)}
        for group in lab.groups().values():
            if not group.wrong and group.source in folders:
                now = group.compiled(worker.root / "bin/chainc", worker.root / "out")
                found |= {(group.source, name) for name in group.before if now.get(name) != group.before[name]}
        return lab.by_score([lab.program(t) for t in chosen if self.is_changed(t, found)], lambda p: p.test.name)

    def is_changed(self, test, found):
        chains = self.lab.chains_of(test)
        return any((path.parent, path.stem + suffix) in found for path in chains for suffix in (".c", ".h"))

    def test_programs(self, worker):
        """With tcc, where that can be."""
        return self.run_changed(worker, True)

    def other_programs(self, worker):
        """As tests/run does it."""
        return self.run_changed(worker, False)

    def run_changed(self, worker, with_tcc, names=None):
        out = worker.root / "out"
        for program in self.changed(worker, names):
            if program.with_tcc == with_tcc:
                wrong = self.runs_wrong(program, out) if with_tcc else worker.fails(program.test)
                if wrong:
                    self.lab.score(program.test.name)
                    return f"{program.test.name}: {wrong}"
        return ""

    def runs_wrong(self, program, out):
        path = out / "program"
        if self.lab.tcc(program.test, out, TOP / "runtime/include", path).status != 0:
            return "does not compile"
        return program.wrong(path, self.lab.one_thread(), out)


def same(a, b):
    """Whether two object files have the same code: then the mutant means the same."""
    command = ["objcopy", "-O", "elf64-x86-64", "--strip-debug", "--remove-section=.comment"]
    texts = []
    for path in (a, b):
        stripped = path.with_suffix(".stripped")
        if run([*command, path, stripped]).status != 0:
            return False
        texts.append(stripped.read_bytes())
        os.unlink(stripped)
    return texts[0] == texts[1]
