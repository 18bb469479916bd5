#!/usr/bin/env python3
"""Every name that is taken in C, in every place that a name can have: chainc refuses the name at its line, or what it writes compiles
without a warning as every standard of C and C++, and does what it says.

    tests/names/names.py [--build build] [--short] [--keep FOLDER] [PLACE...]

The names are those of compiler/ctext/reserved.def and library.def, of the headers of the runtime, and the words of the language. A file has
all names in one place, a chain as many as it can take; the names that chainc refuses are taken out, and the rest is compiled and, where
it can be, run. Each is tried without and with the headers of the C library and of POSIX. Macros with the names that generated code has,
too. --short takes some of the names, and one or two of the compilers and standards for each place, by turns, with or without the headers."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
STRICT = "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Werror -fsyntax-only".split()
C_STANDARDS = ["c11", "c17", "c2x"]
# With headers not all pairs are tried: what they declare hardly depends on the standard, and each costs as much as all that is ours.
# They are complete in GNU C only.
WITH_HEADERS = [("gcc", "gnu11"), ("gcc", "gnu2x"), ("clang", "gnu17"), ("g++", "c++11"), ("g++", "c++2b"), ("clang++", "c++20")]
CPP_STANDARDS = ["c++11", "c++14", "c++17", "c++20", "c++2b"]
QUIET = ["-Wno-catch", "-Wno-shadow", "-Wno-unused-binding", "-Wno-unset"]
ORDINARY = "ordinary"  # a name that nothing may refuse: that a place is one
LANGUAGE = "it err attempt then as do all any race settle each in from limit loop timeout retry delay spawn join reject on".split()

# ---- names ----


def lists(path):
    """(macro, first argument, words) of each row of a .def file."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    for macro, arguments in re.findall(r"^([A-Z_]+)\(((?:[^()\"]|\"[^\"]*\")*)\)$", text, re.M):
        strings = re.findall(r'"([^"]*)"', arguments)
        yield macro, re.split(r"[,\s]", arguments)[0], strings


def own_names():
    """Those of generated code."""
    for macro, kind, strings in lists(TOP / "compiler/ctext/reserved.def"):
        if macro == "WORDS":
            yield from "".join(strings).split()
        elif macro == "MEMBER":
            yield strings[0]
        elif macro == "OWN":
            yield strings[0]
            yield "chain__" + strings[0]
        elif macro == "MADE":
            yield "hop" + strings[0].replace("#", "1")
        elif macro == "NUMBERED":
            yield from (word.replace("#", "1") for word in "".join(strings).split())


def library_names(short):
    """With --short all macros in small letters, which are in the way of members, and some of the others."""
    for macro, header, strings in lists(TOP / "compiler/ctext/library.def"):
        words = "".join(strings[1:]).split()
        if macro == "INCLUDES":
            continue
        yield from (w for i, w in enumerate(words) if not short or i % 80 == 0 or (macro == "MACROS" and re.search("[a-z]", w)))


def runtime_names():
    """Every identifier in the headers: members, parameters and macros, too."""
    for path in sorted((TOP / "runtime/include").rglob("*.h")):
        text = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"', " ", path.read_text(), flags=re.S)
        yield from re.findall(r"\b[A-Za-z_]\w*", text)


def all_names(short):
    runtime = sorted(set(runtime_names()))
    names = [*LANGUAGE, *own_names(), *library_names(short), *(runtime[::8] if short else runtime)]
    names = [n for n in dict.fromkeys(names) if n not in ("hop", "main")]
    return (names[::24] if short else names) + [ORDINARY]


# ---- places ----

# A place has so many names in a chain; @ is the number of the chain. «text» is repeated for each name {0}, a name on a line; {1} is the
# number of the name, {2} that of a code.
VARIABLES = {
    "parameter": (30, "chain int c@(int m_«, int {0}»)\n{{ hop(m_) then (it«+ 0 * {0}») }}"),
    "variable": (30, "chain int c@(int m_) {{ var int x_«; var int {0} = m_»; hop(m_) then (it + 0 * x_«+ 0 * {0}») }}"),
    "binding": (15, "chain int c@(int m_) {{ hop(m_) as x_« then hop(m_) as {0} then hop(0 * {0})» then (x_«+ {0} - x_») }}"),
    "item": (8, "chain int c@(int m_) {{ var int x_; do {{ x_ = 9; }}« then each ({0} in 0 .. (unsigned)m_) limit 2"
                " {{ hop((int){0}) then do {{ x_ += 0 * (int){0}; }} }}» then (x_) }}"),
    "branch": (8, "chain int c@(int m_) {{ all (hop(m_) as x_«, hop(m_) as {0}») then (x_« + x_ - {0}») }}"),
    "outcome": (8, "chain int c@(int m_) {{ settle (hop(m_) as x_«, hop(m_) as {0}») then (x_.value« + x_.value - {0}.value») }}"),
    "in a do": (30, "chain int c@(int m_) {{ var int x_ = m_;« var int {0} = m_;»"
                    " do {{ x_ = 2 * m_ + 1;« {0} = 2 * x_;» }} then hop(0) then (x_« + 0 * {0}») }}"),
    "typed": (15, "chain int c@(type_of_mine m_«, type_of_mine {0}»)"
                  " {{ hop(m_) as type_of_mine x_« then (0 * {0}) as type_of_mine twice_{0}» then (x_« + twice_{0}») }}"),
    "pulled": (8, "chain int c@(int m_) {{ var int x_ = 2 * m_ + 1; var int y_ = 0; do {{ y_ = 0; }}« then do {{ y_ = 0; }}"
                  " then each ({0} from once(&y_, 0)) limit 2 {{ do {{ x_ += {0}; y_++; }} then hop(1) }}» then (x_) }}"),
    "given": (20, "async int spare_@(int m_«, int {0}»);\nchain int c@(int m_) {{ spare_@(m_«, 0 * m_\n/* {0} */») }}"),
    "on a thread": (20, "blocking int work_@(int m_«, int {0}»);\nchain int c@(int m_) {{ work_@(m_«, 0 * m_\n/* {0} */») }}\n"
                        "%{{ int work_@(int m_«, int p_{0}»); %}}"),
}
AT_FILE_LEVEL = {
    "pool": (8, "«blocking int slow_{1}(int m_) on {0};» chain int c@(int m_) {{ hop(m_)« then slow_{1}(m_)» }}\n"
                "%{{ «int slow_{1}(int m_);» %}}"),
    "operation": (16, "«async int {0}(int n);» chain int c@(int n) {{ hop(n)« then {0}(n)» then (2 * n + 1) }}"),
    "void operation": (16, "«async void {0}(void) posted;» chain int c@(int n) {{ hop(n)« then {0}» then (2 * n + 1) }}"),
    "blocking": (16, "«blocking int {0}(int n) fails (it < 0) (5);» chain int c@(int n) {{ hop(n)« then {0}(n)» then (2 * n + 1) }}\n"
                     "%{{ «int {0}(int n);» %}}"),
    "sync": (16, "«sync int {0}(int n) fails (it < 0) (5);» chain int c@(int n) {{ hop(n)« then {0}(n)» }}\n%{{ «int {0}(int n);» %}}"),
    "chain": (1, "chain int {0}(int n) {{ hop(n) }}"),
    "spawned chain": (8, "«chain void {0}(int n) pool 2 {{ hop(n) catch {{}} }}»"
                         " chain int c@(int n) {{ hop(n)« then spawn {0}(n)» then join then (9) }}"),
    "static chain": (8, "«static chain int {0}(int n) {{ all (hop(n) as a, hop(n)) then (a) }}»"
                        " chain int c@(int n) {{ hop(n)« then {0}(n) then {0}» then (2 * n + 1) }}"),
    "resource": (8, "«resource {0} = int releases drop; async {0} open_{1}(int n);»"
                    " chain int c@(int n) {{ hop(n)« then {{ open_{1}(n) as door then (door + 0 * n) }}» }}"),
    "code": (16, "codes {{ SPARE_@« , {0} = 0x{2}» }}; chain int c@(int n)"
                 " {{ hop(n)« then {{ hop(n) then reject({0}) catch {0}: (2 * n + 1) }}» }}"),
    "type in C": (8, "«typedef int {0}; async {0} get_{1}({0} n);» chain int c@(int m« ,\n{0} n_{1}»)"
                     " {{ «var {0} kept_{1} = n_{1};» hop(m)« then get_{1}(n_{1}) as {0} v_{1} then all (get_{1}(v_{1}) as a_{1}, get_{1}(v_{1}))"
                     " then (a_{1} + kept_{1})» }}"),
    "struct": (8, "«struct {0} {{ int m; }}; async struct {0} get_{1}(struct {0} n);» chain int c@(int m« ,\nstruct {0} n_{1}»)"
                  " {{ «var struct {0} kept_{1} = n_{1};» hop(m)« then get_{1}(n_{1}) as v_{1} then get_{1}(kept_{1})"
                  " then do {{ kept_{1} = v_{1}; }}» then (m) }}"),
    "enumerator": (16, "enum e_@ {{« {0} = {1},» }}; chain int c@(enum e_@ n) {{ hop((int)n) then (it« + (int){0}») }}"),
}
AT_FILE_LEVEL["type"] = AT_FILE_LEVEL["type in C"]
# What C itself must allow, after the headers, before chainc is asked.
CALLED = "int {0}(int n); int {0}_called(int n); int {0}_called(int n) {{ return {0}(n); }}"
IN_C = {"blocking": CALLED, "sync": CALLED, "type in C": "typedef int {0};", "type": "typedef int {0};", "struct": "struct {0} {{ int m; }};",
        "enumerator": "enum {{ {0} }};"}
MODULE = "chain int c@(int n) { hop@(n) }\nstatic chain int own(int n) { hop@(n) }\nchain int d@(int n) { own(n) }\ncodes { CODE_@ };\nasync int hop@(int n);\n"
HEAD = """async int hop(int n);
async int once(int *calls, int value);
sync void drop(int door);
typedef int type_of_mine;
%{ void drop(int door); %}
"""
HEADERS = """assert complex ctype errno fenv float inttypes limits locale math setjmp signal stdarg stdint stdio stdlib string time wchar
    wctype aio arpa/inet dirent dlfcn fcntl fnmatch ftw glob grp iconv mqueue net/if netdb netinet/in poll pthread pwd regex sched search
    semaphore spawn strings sys/ipc sys/mman sys/msg sys/resource sys/select sys/sem sys/shm sys/socket sys/stat sys/statvfs
    sys/sysmacros sys/time sys/times sys/types sys/uio sys/un sys/utsname sys/wait syslog termios unistd utmpx wordexp""".split()


def includes(language):
    left_out = ("complex", "search") if language == "c++" else ()
    return "".join(f"#include <{h}.h>\n" for h in HEADERS if h not in left_out)


def execute(command, folder):
    return subprocess.run([str(c) for c in command], cwd=folder, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)


def first_errors(text, count=12):
    lines = [line for line in text.splitlines() if "error" in line] or text.splitlines()
    return "\n".join(line[:300] for line in lines[:count])


class Place:
    """A file with all names in one place."""

    def __init__(self, run, place, names, with_headers, turn):
        self.run, self.place, self.with_headers, self.turn = run, place, with_headers, turn
        self.size, self.pattern = {**VARIABLES, **AT_FILE_LEVEL}[place]
        self.pairs = run.compilers(with_headers, turn)
        if run.short and place in VARIABLES:  # C sees more of them than C++, which reads the header only
            self.pairs = self.pairs[:1]
        if place == "type in C":  # C++ cannot read a type that is called like a member beside it
            self.pairs = [(c, s) for c, s in self.pairs if not c.endswith("++")]
        self.stem = "in_" + re.sub(r"\W", "_", place) + ("_headers" if with_headers else "")
        self.folder = run.folder / self.stem
        self.folder.mkdir()
        self.names, self.given = self.allowed(names), len(names)
        self.numbers = {n: i for i, n in enumerate(names)}
        self.wrong, self.refused, self.compiled, self.ran = [], set(), 0, 0

    def head(self, language="c"):
        return includes(language) if self.with_headers else "#include <stddef.h>\n"

    def allowed(self, names):
        """Without the names that C and C++ do not have in this place, whatever chainc does."""
        if self.place in ("resource", "code"):  # in the test that --skeleton writes, `value` is the plan's
            return [n for n in names if n != "value"]
        if self.place not in IN_C:
            return names
        names = [n for n in names if not n.startswith("hop_")]  # C says that at the line of the user, who has declared them
        if self.place in ("type in C", "type", "enumerator"):  # chain_sim.h says that `value` is the plan's, and has these for its own
            own = set(re.findall(r"\bchain__\w+", (TOP / "runtime/include/chain_sim.h").read_text()))
            names = [n for n in names if n != "value" and n not in own]
        if self.place == "type":  # C++ cannot read a header that has a type beside a member of its name
            members = {w for m, k, s in lists(TOP / "compiler/ctext/reserved.def") if k == "RESERVED_MEMBER" or m == "MEMBER" for w in "".join(s).split()}
            names = [n for n in names if n not in members]
        for compiler, standard in ("gcc", "gnu11"), ("gcc", "gnu2x"), ("clang", "gnu2x"), ("g++", "gnu++2b"), ("clang++", "gnu++2b"):
            head = "#include <chain/private/gen.h>\n#include <chain_explore.h>\n#include <errno.h>\n#include <string.h>\n" + self.head()
            source = self.folder / ("allowed.cc" if compiler.endswith("++") else "allowed.c")
            unlimited = "-ferror-limit=0" if compiler.startswith("clang") else "-fmax-errors=0"
            command = [compiler, f"-std={standard}", "-DCHAIN_TRACE", *STRICT, unlimited, f"-I{self.run.build}/include", source]
            while True:
                source.write_text(head + "\n".join(IN_C[self.place].format(n) for n in names) + "\nint the_end(void);\n")
                done = execute(command, self.folder)
                if done.returncode == 0:
                    break
                found = re.findall(r"^[^:\n]*allowed\.cc?:(\d+):\d+: (?:error|note)", done.stderr, re.M)
                lines = {int(n) - head.count("\n") - 1 for n in found} & set(range(len(names)))
                if not lines:
                    raise RuntimeError(first_errors(done.stderr))
                names = [n for i, n in enumerate(names) if i not in lines]
        return names

    def kept(self):
        return [n for n in self.names if n not in self.refused]

    def groups(self):
        kept = self.kept()
        return [kept[i:i + self.size] for i in range(0, len(kept), self.size)]

    def group_text(self, group):
        """The chain, and the name that each of its lines has."""
        pattern = self.pattern.replace("@", str(self.numbers[group[0]]))
        lines = [["", None if self.size > 1 else group[0]]]
        for i, part in enumerate(re.split("[«»]", pattern)):
            for name in group if i % 2 == 1 else [group[0]]:
                number = self.numbers[name]
                if i % 2 == 1:
                    lines.append(["", name])
                for j, piece in enumerate(part.format(name, number, f"{0x4000 + number:04x}").split("\n")):
                    if j > 0:
                        lines.append(["", lines[-1][1]])
                    lines[-1][0] += piece
            if i % 2 == 1:
                lines.append(["", None])
        return lines

    def chainc(self):
        lines = [[line, None] for line in ("%{\n%}\n" + self.head() + HEAD).splitlines()]
        for group in self.groups():
            lines += self.group_text(group)
        (self.folder / f"{self.stem}.chain").write_text("\n".join(line for line, _ in lines) + "\n")
        return lines, execute([self.run.chainc, *QUIET, f"{self.stem}.chain"], self.folder)

    def refuse(self):
        """Takes out what chainc refuses, until it refuses nothing."""
        while True:
            lines, done = self.chainc()
            if done.returncode == 0:
                if done.stderr:
                    self.wrong.append(f"{self.stem}: a warning\n{done.stderr[:1000]}")
                return True
            found = {lines[int(n) - 1][1] for n in re.findall(rf"^{self.stem}\.chain:(\d+):\d+: error: ", done.stderr, re.M)} - {None}
            if not found or found <= self.refused:
                self.wrong.append(f"{self.stem}: refused elsewhere\n{first_errors(done.stderr)}")
                return False
            self.refused |= found

    def compile(self, compiler, standard):
        name = f"{self.stem}.c"
        if compiler.endswith("++"):
            name = f"{self.stem}.cc"
            (self.folder / name).write_text((includes("c++") if self.with_headers else "") + f'#include "{self.stem}.h"\n')
        done = execute([compiler, f"-std={standard}", *STRICT, "-I.", f"-I{self.run.build}/include", name], self.folder)
        self.compiled += 1
        if done.returncode != 0:
            self.wrong.append(f"{self.stem} {compiler} -std={standard}\n{first_errors(done.stderr)}")

    def skeleton(self):
        name = f"{self.stem}_test.c"
        done = execute([self.run.chainc, *QUIET, "--skeleton", "-o", name, f"{self.stem}.chain"], self.folder)
        if done.returncode == 0:
            done = execute(["gcc", "-std=gnu11", "-DCHAIN_TRACE", *STRICT, "-I.", f"-I{self.run.build}/include", name], self.folder)
        if done.returncode != 0:
            self.wrong.append(f"{self.stem} --skeleton\n{first_errors(done.stderr)}")

    def driver(self):
        """A program that runs all chains and compares what they give."""
        stubs, calls = [], []
        for group in self.groups():
            i = self.numbers[group[0]]
            more = ", int" * len(group)
            parameters = "".join(f", int p{j}" for j in range(len(group)))
            unused = "".join(f" (void)p{j};" for j in range(len(group)))
            if self.place == "given":
                stubs.append(f"void spare_{i}_start(struct spare_{i} *op, int n{parameters}) {{{unused} spare_{i}_resolve(spare_{i}_done(op), 2 * n + 1); }}\n"
                             f"void spare_{i}_cancel(struct spare_{i} *op) {{ (void)op; }}\n")
            elif self.place == "on a thread":
                stubs.append(f"int work_{i}(int n{more});\nint work_{i}(int n{parameters}) {{{unused} return 2 * n + 1; }}\n")
            arguments = "4" + ", 4" * (len(group) if self.place in ("parameter", "typed") else 0)
            calls.append(f"    {{ static struct c{i} u; c{i}_run(&u, loop, {arguments}); chain_loop_run(loop);\n"
                         f"      check({i}, chain_root_outcome(&u.root) == CHAIN_OUTCOME_VALUE ? c{i}_value(&u) : -1); }}\n")
        return DRIVER.replace("@HEADER@", f"{self.stem}.h").replace("@STUBS@", "".join(stubs)).replace("@CALLS@", "".join(calls))

    def execute(self):
        (self.folder / "driver.c").write_text(self.driver())
        done = execute(["gcc", "-std=gnu11", "-O0", "-w", "-I.", f"-I{self.run.build}/include", f"{self.stem}.c", "driver.c",
                        f"{self.run.build}/lib/libchain.a", "-pthread", "-o", "program"], self.folder)
        if done.returncode == 0:
            done = execute([self.folder / "program"], self.folder)
        self.ran = 1
        if done.returncode != 0:
            self.wrong.append(f"{self.stem} does not run\n{first_errors(done.stdout + done.stderr)}")

    def check(self):
        begin = time.monotonic()
        if self.refuse():
            if ORDINARY not in self.kept():
                self.wrong.append(f"{self.stem}: an ordinary name is refused")
            for compiler, standard in self.pairs:
                self.compile(compiler, standard)
            if self.place in AT_FILE_LEVEL and not self.run.short:
                self.skeleton()
            if self.place in VARIABLES and not self.wrong and (not self.run.short or self.turn % 3 == 0):
                self.execute()
        self.seconds = time.monotonic() - begin
        return self

    def line(self):
        return (f"{self.place}{' with headers' if self.with_headers else ''}: {self.given} names, {self.given - len(self.names)} not in C,"
                f" {len(self.refused)} refused, {self.compiled} compilers and standards, {len(self.wrong)} bad, {self.seconds:.1f} s")


DRIVER = """#include "@HEADER@"
#include <chain_reactor.h>
#include <stdio.h>
static int wrong;
void drop(int door);
void drop(int door) { (void)door; }
static void check(int number, int value)
{
    if (value == 9)
        return;
    printf("error: c%d gives %d, not 9\\n", number, value);
    wrong = 1;
}
void hop_start(struct hop *op, int n) { hop_resolve(hop_done(op), 2 * n + 1); }
void hop_cancel(struct hop *op) { (void)op; }
void once_start(struct once *op, int *calls, int value)
{
    if (*calls == 0)
        once_resolve(once_done(op), value);
    else
        once_reject(once_done(op), CHAIN_EEND, NULL, 0);
}
void once_cancel(struct once *op) { (void)op; }
@STUBS@
int main(void)
{
    struct chain_reactor *reactor;
    struct chain_loop *loop;
    if (chain_reactor_open(&reactor) != 0)
        return 2;
    loop = chain_reactor_loop(reactor);
@CALLS@
    chain_reactor_close(reactor);
    return wrong;
}
"""


class Run:
    def __init__(self, options, folder):
        self.build, self.short, self.folder = Path(options.build).resolve(), options.short, folder
        self.chainc = self.build / "bin/chainc"

    def compilers(self, with_headers, turn):
        pairs = [(c, s) for c in ("gcc", "clang") for s in C_STANDARDS] + [(c, s) for c in ("g++", "clang++") for s in CPP_STANDARDS]
        if with_headers:
            pairs = WITH_HEADERS
        if self.short:  # one of C, one of C++
            half = sum(not c.endswith("++") for c, _ in pairs)
            pairs = [pairs[turn % half], pairs[half + turn % (len(pairs) - half)]]
        return pairs


# ---- macros ----

# All that generated code has members and variables for.
CONSTRUCTS = r"""@MACROS@
codes { BAD };
resource door = int releases drop;
async int fetch(int key) posted;
async door take(int key);
sync void drop(int key);
sync int plain(int key) fails (it < 0) (5);
blocking int slow(int key) fails (it < 0) (5);
%{ void drop(int key); int plain(int key); int slow(int key); %}
chain void spawned(int key) pool 2 { fetch(key) catch {} }
static chain int inner(int key) { all (fetch(key) as one, { delay 1ms then fetch(2) } as two, slow(key)) then (one + two) }
chain int outer(int key)
{
    var int sum = 0;
    all (inner(key) as one, { fetch(1) then inner(it) } as two)
    then any (fetch(one), { delay 1s then fetch(two) })
    then race (fetch(it) { fetch(it) }, slow(2) { (it) })
    then settle (fetch(3) as good, fetch(4) as better)
    then do { sum = good.error.code + better.value; }
    then timeout 1s retry 3 backoff 1ms to 1s fetch(attempt)
    then { timeout 1s { fetch(5) then fetch(it) as long found then do { sum += (int)found; } } finally { fetch(6) } }
    then { take(7) as door held then plain(held) as more then fetch(more + sum) as last then do { if (last > 3) reject(BAD, "text", 4); } }
    then { fetch(8) as again then fetch(again) then do { sum += again; } }
    then each (i in 0 .. 5) limit 2 { fetch((int)i) as got then all (fetch(got), inner(got)) then inner(got) then do { sum += got; } }
    then each (k from fetch(sum)) limit 2 { fetch(k) then each (j in 0 .. 2) limit 2 { inner((int)j) } }
    then spawn spawned(1) then spawn spawned(2) then join
    then while (sum > 0) { fetch(sum) then do { sum--; } }
    then { fetch(9) catch BAD: (err.code) catch { (3) then reject(err.code) } }
    then inner(sum)
}
chain int main(void) { outer(1) }
"""


def macros(run):
    """Macros of the user that have the names of generated code: each gets out of its way, or chainc refuses it at its line."""
    folder, wrong, compiled = run.folder / "macros", [], 0
    folder.mkdir()
    source = set(re.findall(r"\b[A-Za-z_]\w*", re.sub(r'"[^"]*"', "", CONSTRUCTS)))
    c_words = {w for m, k, s in lists(TOP / "compiler/ctext/reserved.def") if k in ("RESERVED_C", "RESERVED_CPP") for w in "".join(s).split()}
    library = {w for m, _, s in lists(TOP / "compiler/ctext/library.def") for w in "".join(s[1:]).split()}
    made = re.compile("(fetch|take|drop|plain|slow|spawned|inner|outer|door|main|main_chain|macros)_|chain_|CHAIN|MACROS|__")
    taken_out, names, rounds = set(), set(), 0
    while True:
        lines = [f"#define {name} this is no C" for name in sorted(names - taken_out)]
        (folder / "macros.chain").write_text(CONSTRUCTS.replace("@MACROS@", "\n".join(lines)))
        done = execute([run.chainc, *QUIET, "-Wno-raises", "-Wno-spawn", "macros.chain"], folder)
        refused = {sorted(names - taken_out)[int(n) - 1] for n in re.findall(r"^macros\.chain:(\d+):\d+: error", done.stderr, re.M)
                   if int(n) <= len(lines)}
        taken_out |= refused
        if done.returncode != 0 and not refused:
            wrong.append(first_errors(done.stderr))
            break
        if done.returncode != 0:
            continue
        text = "".join((folder / f"macros.{e}").read_text() for e in "ch")
        text = re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|^\s*#[^\n]*', " ", text, flags=re.S | re.M)
        new = {w for w in set(re.findall(r"\b[A-Za-z_]\w*", text)) - source - names - c_words - library if not made.match(w)}
        if not new or rounds == 2:  # what got out of the way of a macro does so again
            break
        rounds += 1
        names |= new
    (folder / "macros.cc").write_text('#include "macros.h"\n')
    for compiler, standard in run.compilers(False, 0):
        done = execute([compiler, f"-std={standard}", *STRICT, "-I.", f"-I{run.build}/include", "macros.cc" if "++" in compiler else "macros.c"], folder)
        compiled += 1
        if done.returncode != 0:
            wrong.append(f"macros {compiler} -std={standard}\n{first_errors(done.stderr)}")
    print(f"macro: {len(names)} names, {len(taken_out)} refused, {compiled} compilers and standards, {len(wrong)} bad", *wrong, sep="\n", flush=True)
    return wrong, len(names) * compiled


# ---- modules ----


def unlike(names):
    """In lists without two names that differ in nothing but capitals: these do not come into one file."""
    rounds = {}
    for name in names:
        rounds.setdefault(name.upper(), []).append(name)
    for i in range(max(map(len, rounds.values()))):
        group = [same[i] for same in rounds.values() if len(same) > i]
        yield from (group[j:j + 400] for j in range(0, len(group), 400))


def modules(run, names):
    """Files of these names: (how many, refused, compilers and standards, wrong)."""
    folder, wrong, refused, made = run.folder / "modules", [], 0, []
    folder.mkdir()
    for number, name in enumerate(names):
        (folder / f"{name}.chain").write_text(MODULE.replace("@", str(number)))
        done = execute([run.chainc, f"{name}.chain"], folder)
        if done.returncode == 0:
            made.append(name)
        elif re.search(rf"^({re.escape(name)}\.chain:\d+|chainc: {re.escape(name)}\.h):.* ?error", done.stderr, re.M):
            refused += 1
        else:
            wrong.append(f"module {name}: {done.stderr[:500]}")
    if ORDINARY not in made:
        wrong.append("module: an ordinary name is refused")
    for number, group in enumerate(unlike(made)):
        (folder / f"all{number}.c").write_text("".join(f'#include "{m}.c"\n' for m in group))
        (folder / f"all{number}.cc").write_text("".join(f'#include "{m}.h"\n' for m in group))
        for compiler, standard in run.compilers(False, number):
            file = f"all{number}.cc" if compiler.endswith("++") else f"all{number}.c"
            done = execute([compiler, f"-std={standard}", *STRICT, "-iquote.", f"-I{run.build}/include", file], folder)
            if done.returncode != 0:
                wrong.append(f"modules {file} {compiler} -std={standard}\n{first_errors(done.stderr)}")
    compiled = len(run.compilers(False, 0))
    print(f"module: {len(names)} names, {refused} refused, {compiled} compilers and standards, {len(wrong)} bad", *wrong, sep="\n", flush=True)
    return wrong, len(names) * compiled


def check(run, options, names):
    places = [p for p in (*VARIABLES, *AT_FILE_LEVEL) if not options.places or p in options.places]
    todo = [(place, headers) for i, place in enumerate(places) for headers in ([i % 8 == 3] if run.short else [False, True])]
    wrong, tried = [], 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for place in pool.map(lambda t: Place(run, t[1][0], names, t[1][1], t[0]).check(), enumerate(todo)):
            print(place.line(), *place.wrong, sep="\n", flush=True)
            wrong += place.wrong
            tried += len(place.names) * max(place.compiled, 1)
    if not options.places or "module" in options.places:
        found, count = modules(run, [*names[::4], ORDINARY] if run.short else names)
        wrong += found
        tried += count
    if not options.places or "macro" in options.places:
        found, count = macros(run)
        wrong += found
        tried += count
    print(f"{len(names)} names; names x places x compilers and standards: {tried}; {len(wrong)} bad")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.environ.get("BUILD", str(TOP / "build")))
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--keep", help="a folder for the files, which stay")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("places", nargs="*")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.keep or temporary).resolve()
        folder.mkdir(exist_ok=True)
        return check(Run(options, folder), options, all_names(options.short))


if __name__ == "__main__":
    sys.exit(main())
