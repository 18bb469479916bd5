#!/usr/bin/env python3
"""Makes every allocation and every system call of chainc fail, and ends it before every call, one at a time.

For each source and each form of output: a run without faults says what is right. Then each point is a run in which one thing goes wrong,
and afterwards

- the status is 0 and everything is as without the fault, or it is 1 or 2 and all outputs are as they were,
- what is said is exactly one message more, with the reason (and the file) of the call that failed,
- no memory and no descriptor is left, and no file that was not there or asked for,
- after a signal that can be caught all outputs are old or all are new, and nothing else is there;
- after SIGKILL each is old or new, a header and a C file that do not go together say so, and the next run makes everything right.

faults.c is what makes things fail. Every allocation within the passes is what tests/unit/compiler_memory.c makes fail.
"""

import argparse
import errno
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
ERRORS = [errno.EIO, errno.ENOMEM, errno.ENOSPC, errno.EMFILE, errno.EINTR, errno.EACCES]
LASTING = [errno.EMFILE, errno.ENOMEM, errno.EIO]
OUT = "out"

# What must not matter: a call that is interrupted is called again, and there is another way to do what these do.
INTERRUPTED = {"open", "openat", "read", "write", "close", "flock", "waitpid", "waitid"}
REPLACED = {"linkat", "isatty"}

SOURCES = """
examples/07_three_states examples/13_promises_with_threads examples/crawler examples/k_users
tests/emit/all_mixed tests/emit/finally_jumps tests/emit/five_steps tests/emit/main_chain tests/emit/owned tests/emit/spawns
tests/emit/then_else tests/emit/values tests/exec/modules tests/exec/nested_branches tests/exec/owned_on_threads tests/report/trip
tests/ui/check_code_values tests/ui/check_import_missing tests/ui/check_import_circle tests/ui/check_raises tests/ui/check_argument_count
tests/ui/syntax_several
""".split()

# Each point of these: with imports, and what needs no source.
WHOLE = ["tests/exec/modules", "none"]

# What chainc calls and what asks the system for nothing, or has no way to fail that it could notice.
HARMLESS = """
_ITM_deregisterTMCloneTable _ITM_registerTMCloneTable __assert_fail __ctype_b_loc __ctype_toupper_loc __ctype_tolower_loc __cxa_finalize
__errno_location __gmon_start__ __libc_start_main __stack_chk_fail _setjmp setjmp abort getenv getopt_long longjmp memchr memcmp memcpy
memmove memset qsort raise kill snprintf sigaction sigaddset sigemptyset sigprocmask strchr strcmp strcspn strerror strlen strncmp strrchr
strspn strstr strtoimax strtol strtoul strtoull strpbrk umask vsnprintf environ optarg optind optopt opterr program_invocation_name
posix_spawn_file_actions_adddup2 posix_spawn_file_actions_destroy posix_spawn_file_actions_init
""".split()


class Wrong(Exception):
    pass


# ---- a place to work in ----------------------------------------------------------------------------------------------

def imports(path):
    """The files beside it that it imports, and so on."""
    found, todo = [path], [path]
    while todo:
        for name in re.findall(rb'^\s*import\s+"([^"]+)"', todo.pop().read_bytes(), re.M):
            other = path.parent / os.fsdecode(name)
            if other.exists() and other not in found:
                found.append(other)
                todo.append(other)
    return found


def snapshot():
    """All that is below OUT: path -> contents, or where a link leads."""
    files, todo = {}, [OUT]
    while todo:
        with os.scandir(todo.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    files[entry.path] = os.readlink(entry.path)
                elif entry.is_dir():
                    files[entry.path] = None
                    todo.append(entry.path)
                else:
                    with open(entry.path, "rb") as file:
                        files[entry.path] = file.read()
    return files


def restore(files):
    shutil.rmtree(OUT, ignore_errors=True)
    os.mkdir(OUT)
    for path, contents in sorted(files.items()):
        if contents is None:
            os.mkdir(path)
        elif isinstance(contents, str):
            os.symlink(contents, path)
        else:
            with open(path, "wb") as file:
                file.write(contents)


def is_litter(path):
    return os.path.basename(path).startswith(".chainc-")


# ---- chainc ----------------------------------------------------------------------------------------------------------

class Answer:
    def __init__(self, line, stdout, stderr):
        status, points, blocks, files, self.call, self.path = line.rstrip("\n").split(" ", 5)
        self.points, self.blocks, self.files = int(points), int(blocks), int(files)
        self.status = os.waitstatus_to_exitcode(int(status))
        self.stdout, self.stderr = stdout, stderr


class Server:
    """chainc with faults.so: a fresh child for each plan."""

    def __init__(self, program, preload, words, stdin, **more):
        self.out, self.err = open("stdout", "w+b", 0), open("stderr", "w+b", 0)
        self.stdin = open(stdin, "rb", 0)
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()

        def place():
            os.dup2(commands, 198)
            os.dup2(answers, 199)
            for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)

        self.process = subprocess.Popen(
            [program, *words], stdin=self.stdin, stdout=self.out, stderr=self.err, preexec_fn=place, close_fds=False,
            env={**os.environ, "LD_PRELOAD": preload, "FAULTS": "1", "LC_ALL": "C", "CC": "./fakecc", **more})
        os.close(commands)
        os.close(answers)
        self.reader = os.fdopen(self.answers, "r", errors="surrogateescape")

    def empty(self):
        for file in (self.out, self.err):
            file.seek(0)
            file.truncate(0)
        self.stdin.seek(0)

    def read(self):
        line = self.reader.readline()
        if not line:
            raise Wrong("the server has ended: " + Path("stderr").read_text(errors="replace"))
        return Answer(line, Path("stdout").read_bytes(), Path("stderr").read_bytes())

    def run(self, kind, number=0, error=0):
        self.empty()
        os.write(self.commands, b"%s %d %d\n" % (kind.encode(), number, error))
        return self.read()

    def every_allocation(self):
        """An answer for each."""
        self.empty()
        os.write(self.commands, b"f 0 0\n")
        while (answer := self.read()).call != "-":
            yield answer
            self.empty()
            os.write(self.commands, b"\n")

    def close(self):
        os.close(self.commands)
        self.process.wait()
        self.reader.close()
        for file in (self.out, self.err, self.stdin):
            file.close()


# ---- what is right ---------------------------------------------------------------------------------------------------

def messages(text):
    """The lines that say that something is wrong. A warning is none."""
    return [line for line in text.decode(errors="replace").split("\n") if re.match(r"chainc: |.*: error: ", line)]


def digest(files, ending, pattern):
    texts = [c for p, c in files.items() if p.endswith(ending) and isinstance(c, bytes)]
    return [m for t in texts for m in re.findall(pattern, t, re.M)]


def is_mixed_unnoticed(files, old, new):
    """Some outputs are old and some new, and the C file accepts its header all the same, although that is another one."""
    headers = [p for p in files if p.endswith(".h") and old.get(p) != new.get(p)]
    if not headers:
        return False
    sides = {"old" if files.get(p) == old.get(p) else "new" for p in new if p.endswith((".c", ".h")) and old.get(p) != new.get(p)}
    wanted = digest(files, ".c", rb"^#if CHAINC_\w+ != (0x\w+)")
    return len(sides) > 1 and bool(wanted) and wanted == digest(files, ".h", rb"^#define CHAINC_\w+ (0x\w+)")


class Case:
    """A source and a form of output."""

    def __init__(self, options, name, words, old, stdin="/dev/null"):
        self.name, self.words, self.old, self.stdin, self.options = name, words, old, stdin, options
        self.counts = {"allocations": 0, "calls": 0, "signals": 0}
        self.wrong = []
        self.server = Server(options.chainc, options.preload, words, stdin)
        restore(old)
        self.right = self.server.run("c")
        self.new = snapshot()
        if self.right.status not in (0, 1, 2) or self.right.blocks or self.right.files:
            self.complain("without a fault", self.right, f"{self.right.blocks} blocks, {self.right.files} descriptors left")
        restore(old)
        self.calls = self.right.points

    def complain(self, what, answer, why):
        self.wrong.append(f"{self.name}: {what}: {answer.call} {answer.path}: status {answer.status}: {why}\n"
                          + answer.stderr.decode(errors="replace")[:500])

    def check(self, what, answer, error, points):
        self.counts[points] += 1
        files = snapshot()
        try:
            self.judge(what, answer, error, files)
        except Wrong as why:
            self.complain(what, answer, str(why))
        if files != self.old:
            if any(is_litter(p) for p in files):
                self.check_repaired(what, answer)
            restore(self.old)

    def check_repaired(self, what, answer):
        again = self.server.run("c")
        if (again.status, snapshot()) != (self.right.status, self.new):
            self.complain(what, answer, f"the next run does not make it right: status {again.status}, {sorted(snapshot())}")

    def judge(self, what, answer, error, files):
        if answer.call == "-" and "later" not in what:
            raise Wrong("the fault did not happen")
        if answer.status not in (0, 1, 2):
            raise Wrong("it crashed")
        if answer.blocks or answer.files:
            raise Wrong(f"{answer.blocks} blocks, {answer.files} descriptors left")
        litter = [p for p in files if is_litter(p)]
        if litter and answer.call != "unlinkat":
            raise Wrong(f"left behind: {litter}")
        files = {p: contents for p, contents in files.items() if p not in litter}
        as_new = answer.status == self.right.status and files == self.new and answer.stdout == self.right.stdout
        if answer.call == "write" and answer.path == "<stderr>":
            if not as_new:
                raise Wrong("a message that could not be written changed something else")
        elif not (as_new and answer.stderr == self.right.stderr):
            if answer.call in REPLACED or (error in (0, errno.EINTR) and answer.call in INTERRUPTED and "later" not in what):
                raise Wrong("this should not matter")
            self.judge_failure(what, answer, error, files)

    def judge_failure(self, what, answer, error, files):
        if answer.status == 0:
            raise Wrong(f"status 0, but something is not as it should be: {[p for p in {*files, *self.new} if files.get(p) != self.new.get(p)]}")
        if files != self.old and not self.is_several():
            raise Wrong(f"outputs are not as they were: {[p for p in {*files, *self.old} if files.get(p) != self.old.get(p)]}")
        if not self.right.stdout.startswith(answer.stdout) and answer.stdout:
            raise Wrong("something else on standard output")
        said, usual = messages(answer.stderr), messages(self.right.stderr)
        added = [line for line in said if line not in usual]
        if len(added) != 1 and not ("later" in what and added and all(os.strerror(error) in line for line in added[1:])):
            raise Wrong(f"{len(added)} messages")
        if not self.explains(added[0], answer, error):
            raise Wrong("the message does not say what was wrong")

    def is_several(self):
        """Several inputs are translated one after the other."""
        return "--outdir=out/new/deep" in self.words

    def explains(self, message, answer, error):
        if error == errno.ENOMEM and message == "chainc: out of memory":
            return True
        if answer.call == "allocation":
            return os.strerror(error) in message
        if os.strerror(error) not in message:
            return False
        name = os.path.basename(answer.path.rstrip("/"))
        if is_litter(name) or name in self.old.values() or name in ("", ".", "out", "new", "deep"):
            return any(os.path.basename(p) in message for p in self.new if not is_litter(p)) or re.search(r"\bout\b", message)
        others = {"<stdout>": "standard output", "<stdin>": "-", "sh": "/bin/sh", "chainc": "the C compiler|a temporary file", "-": "compiler",
                  "exe": "where chainc and its modules are"}
        return re.search(others.get(name, re.escape(name)), message) is not None

    # ---- all points ----

    def run(self, stride, first):
        """Every `stride`-th point; but all calls and all allocations fail once, if it is no short run."""
        points, once = 0, not self.options.short

        def taken(always=False):
            nonlocal points
            points += 1
            return always or (points + first) % stride == 0

        for kind, errors in (("c", ERRORS), ("C", [] if self.is_several() else LASTING)):
            for error in errors:
                for number in range(1, self.calls + 1):
                    if taken(once and kind == "c" and error == ERRORS[(number + first) % len(ERRORS)]):
                        self.check(f"call {number} {errno.errorcode[error]}{' and later ones' if kind == 'C' else ''}",
                                   self.server.run(kind, number, error), error, "calls")
        for number in range(1, self.calls + 1):
            if taken():
                answer = self.server.run("s", number)
                self.check(f"call {number} in part", answer, 0, "calls")
        answer = self.server.run("d", 0, errno.ENOSPC)
        if answer.call != "-":
            if answer.status == self.right.status:
                self.complain("no room at close() and later ones", answer, "not noticed")
            self.check("no room at close() and later ones", answer, errno.ENOSPC, "calls")
        number = 1
        while self.run_allocation(number, taken, once):
            number += 1
        for what in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
            for number in range(1, self.calls + 1):
                if taken():
                    self.check_signal(number, what)

    def run_allocation(self, number, taken, once):
        for kind in "aA":
            if not taken(once and kind == "a"):
                continue
            answer = self.server.run(kind, number)
            if answer.call == "-":
                return False
            self.check(f"allocation {number}{' and later ones' if kind == 'A' else ''}", answer, errno.ENOMEM, "allocations")
        return number < 200

    def check_signal(self, number, what):
        answer = self.server.run("k", number, what)
        files = snapshot()
        self.counts["signals"] += 1
        try:
            self.judge_signal(answer, what, files)
        except Wrong as why:
            self.complain(f"{what.name} before call {number}", answer, str(why))
        if files != self.old:
            self.check_repaired(f"{what.name} before call {number}", answer)
            restore(self.old)

    def judge_signal(self, answer, what, files):
        if answer.status != -what:
            raise Wrong("it did not end by the signal")
        if what != signal.SIGKILL:
            if files != self.old and files != self.new and not self.is_several():
                raise Wrong(f"neither old nor new: {[p for p in {*files, *self.old} if files.get(p) != self.old.get(p)]}")
            return
        for path, contents in files.items():
            if not is_litter(path) and contents not in (self.old.get(path, None), self.new.get(path, None)):
                raise Wrong(f"{path} is neither old nor new")
        if not self.is_several() and is_mixed_unnoticed(files, self.old, self.new):
            raise Wrong("a header and a C file that do not belong together, and nobody would notice")

    def run_every_allocation(self):
        """Of a chainc whose arena asks the system for every object."""
        server = Server(self.options.tiny, self.options.preload, self.words, self.stdin, CHAINC_DATADIR=self.options.data)
        for number, answer in enumerate(server.every_allocation(), 1):
            self.check(f"allocation {number} of every object", answer, errno.ENOMEM, "allocations")
        server.close()
        restore(self.old)

    def close(self):
        self.server.close()


# ---- sources and forms -----------------------------------------------------------------------------------------------

def plain(options, words, stdin="/dev/null"):
    with open(stdin, "rb") as file:
        return subprocess.run([options.chainc, *words], stdin=file, capture_output=True, env={**os.environ, "LC_ALL": "C", "CC": "./fakecc"})


def place_compiler(options, source):
    """A C compiler that says what the real one said once: it takes as long as cat."""
    if Path("fakecc").exists():
        return
    Path("fakecc").write_text('#!/bin/sh\n${REAL_CC:-gcc} "$@" >canned\ncat canned\n')
    os.chmod("fakecc", 0o755)
    plain(options, ["--report", source])
    Path("fakecc").write_text("#!/bin/sh\nexec cat canned\n")


def outputs_of(options, words, stdin):
    restore({})
    plain(options, words, stdin)
    return snapshot()


def forms(options, source, compiles):
    """(name, arguments, what is there before, standard input) of each form."""
    text = Path(source).read_bytes()
    usual = [source, "-o", "out/x.c"]
    depends = [*usual, "-MD", "-MP"]
    Path("words").write_text(f"--no-lines --vendor -Werror '{source}' -o out/x.c -MD\n")

    def new():
        return outputs_of(options, usual, "/dev/null")

    def half():
        return {path: b"another\n" if path.endswith(".c") else contents for path, contents in new().items()}

    def old(words, stdin="/dev/null"):
        """What the same command made of another source."""
        def make():
            Path(source).write_bytes(text + b"\nasync int of_an_older_run(int number);\n")
            files = outputs_of(options, words, stdin)
            Path(source).write_bytes(text)
            return files
        return make

    link = {"out/x.c": "real.c", "out/real.c": b"old\n", "out/x.h": b"old\n"}
    yield "over old ones", depends, old(depends), "/dev/null"
    yield "new", usual, {}, "/dev/null"
    yield "header", [*usual, "--header=out/y.h"], old([*usual, "--header=out/y.h"]), "/dev/null"
    yield "standard output", [source, "-o", "-", "--header=out/y.h"], old([source, "-o", "-", "--header=out/y.h"]), "/dev/null"
    yield "standard input", ["-", "-o", "out/x.c", "-MD"], old(["-", "-o", "out/x.c", "-MD"], source), source
    yield "if changed, same", [*usual, "--if-changed"], new, "/dev/null"
    yield "if changed, half", [*usual, "--if-changed"], half, "/dev/null"
    yield "link", usual, link, "/dev/null"
    yield "folder, two inputs", ["--outdir=out/new/deep", source, "other.chain"], {}, "/dev/null"
    yield "response file", ["@words"], old(["@words"]), "/dev/null"
    yield "skeleton", [source, "--skeleton", "-o", "out/x_test.c"], old([source, "--skeleton", "-o", "out/x_test.c"]), "/dev/null"
    yield "check", [source, "--check"], {}, "/dev/null"
    yield "format", ["--format", source], {}, "/dev/null"
    yield "format, check", ["--format", "--check", source], {}, "/dev/null"
    yield "format in place", ["--format", "-i", "out/x.chain"], {"out/x.chain": text + b"\n\n\n  // the end"}, "/dev/null"
    link = {"out/x.chain": "real.chain", "out/real.chain": text + b"\n\n\n  // the end"}
    yield "format in place, link", ["--format", "-i", "out/x.chain"], link, "/dev/null"
    for what in ("tokens", "ast", "source", "checked", "ir", "frame"):
        yield f"dump {what}", [source, f"--dump={what}"], {}, "/dev/null"
    if compiles:
        for what in ("text", "json"):
            yield f"report {what}", [source, f"--report={what}"], {}, "/dev/null"


def general_forms():
    """What has no source."""
    for words in (["--help"], ["--version"], ["--print-datadir"], ["--print-runtime-dir"], ["--wrong"], ["-Wwrong"], ["@missing"], []):
        yield " ".join(words) or "nothing", words, {}, "/dev/null"
    yield "runtime", ["--emit-runtime=out"], {"out/chain.h": b"old\n", "out/chain.c": b"old\n"}, "/dev/null"
    yield "runtime, new folder", ["--emit-runtime=out/new/deep"], {}, "/dev/null"


FORMS = 24 # at most


def run_form(options, index, source, number):
    """One form of a source, in a folder of its own: (counts, what was wrong)."""
    work = Path(options.work) / f"{source.replace('/', '_')}_{number}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    os.chdir(work)
    os.mkdir(OUT)
    if source == "none":
        listed = general_forms()
    else:
        for path in imports(TOP / (source + ".chain")):
            shutil.copy(path, ".")
        Path("other.chain").write_text("chain int other(int n) { (n + 1) }\n")
        name = Path(source).name + ".chain"
        listed = forms(options, name, plain(options, [name, "--check"]).returncode == 0)
    listed = list(listed)
    assert len(listed) <= FORMS
    if number >= len(listed):
        return {}, []
    form, words, old, stdin = listed[number]
    if "--report" in " ".join(words):
        place_compiler(options, name)
    case = Case(options, f"{source}, {form}", words, old() if callable(old) else old, stdin)
    case.run(1 if source in options.whole else options.stride, index * 7 + number)
    if source in options.whole or (options.short and source == "none" and number == 8):
        case.run_every_allocation()
    case.close()
    return case.counts, case.wrong


def forms_taken(options, index, source):
    every = options.every if source != "none" else 1
    return [number for number in range(FORMS) if (index + number) % every == 0]


# ---- the program -----------------------------------------------------------------------------------------------------

def check_calls(options):
    """Nothing that chainc calls is overlooked."""
    called = subprocess.run(["nm", "-D", "--undefined-only", options.chainc], capture_output=True, text=True, check=True).stdout
    names = {line.split()[-1].split("@")[0] for line in called.splitlines()}
    made_to_fail = set(re.findall(r"^(?:CALL\(\w+, |\w+ \**)(\w+)[,(]", (TOP / "tests/faults/faults.c").read_text(), re.M))
    return sorted(names - made_to_fail - set(HARMLESS))


def build(options):
    """The library, and a chainc that asks the system for every object."""
    made = Path(options.work)
    made.mkdir(parents=True, exist_ok=True)
    options.preload, options.tiny = str(made / "faults.so"), str(made / "chainc")
    cc = os.environ.get("CC", "gcc").split()
    objects = Path(options.build) / "obj"
    subprocess.run([*cc, "-O2", "-shared", "-fPIC", "-Wall", "-Wextra", TOP / "tests/faults/faults.c", "-ldl", "-o", options.preload], check=True)
    subprocess.run([*cc, "-O1", "-std=c11", "-DARENA_ALONE", f"-I{TOP}/compiler",
                    objects / "compiler/main.o", TOP / "compiler/base/arena.c", objects / "libchainc.a", "-o", options.tiny], check=True)


def add(total, counts):
    for what, count in counts.items():
        total[what] = total.get(what, 0) + count


def summary(counts, wrong):
    return "".join(f"{counts.get(what, 0)} {what}, " for what in ("allocations", "calls", "signals")) + f"{len(wrong)} bad"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only sources whose name contains one of these")
    parser.add_argument("--build", default=str(TOP / "build"))
    parser.add_argument("--work", default="", help="where to work (default: faults in the build)")
    parser.add_argument("--short", action="store_true", help="some points of one form of every second source")
    parser.add_argument("--stride", type=int, default=48,
                        help="besides each call and each allocation once, take every N-th point; all of the sources that are whole "
                        "(default: 48)")
    parser.add_argument("--whole", nargs="*", default=WHOLE, help="the sources that are whole (default: those of the script)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    options.work = os.path.abspath(options.work or os.path.join(options.build, "faults"))
    options.build = os.path.abspath(options.build)
    options.chainc = os.path.join(options.build, "bin/chainc")
    options.data = os.path.join(options.build, "share/chain")
    options.every = FORMS if options.short else 1
    if options.short:
        options.stride, options.whole = 37, []
    build(options)
    wrong = [f"chainc calls {name}(): faults.c is to make it fail, or faults.py to say that it cannot" for name in check_calls(options)]
    chosen = [s for s in [*SOURCES[:: 2 if options.short else 1], "none"] if not options.names or any(n in s for n in options.names)]

    total, running = {}, []
    with multiprocessing.Pool(options.jobs, maxtasksperchild=1) as pool:
        for index, source in enumerate(chosen):
            running.append([pool.apply_async(run_form, (options, index, source, number))
                            for number in forms_taken(options, index, source)])
        for source, results in zip(chosen, running):
            counts, bad = {}, []
            for result in results:
                add(counts, result.get()[0])
                bad += result.get()[1]
            add(total, counts)
            wrong += bad
            if not options.short:
                print(source, summary(counts, bad), sep=": ", flush=True)
    for text in wrong[:20]:
        print(text)
    print(f"{len(chosen)} sources: {summary(total, wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
