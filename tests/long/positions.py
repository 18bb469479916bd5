#!/usr/bin/env python3
"""Errors of the C compiler are reported where the user has written the text: every region of C that the grammar has is damaged, by a
list and at random, and the first error of gcc and of clang must be in the .chain file, at most a line away. At the end of a region a
backslash is put, in a comment (C must accept that) and alone: it may not join generated lines. Without arguments every second region
with one damage, and 10 random ones; `all [COUNT [SEED]]`: every region with each damage of its kind, and COUNT (1000) random ones from
SEED (1).

Columns (decision 57): where what is generated leaves room, and nowhere else, C finds what is wrong at the column of the .chain file."""

import os
import random
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
CHAINC = os.environ.get("CHAINC", str(BUILD / "bin/chainc"))

# Between « and » stands C, after its kind: a value, a type, a declaration, a statement, a line of the preprocessor; nothing, where C ends.
TEMPLATE = """\
«line:#include <errno.h>»
«line:#include <stdint.h>»
#include <stdio.h>
«line:#define LIMIT 3»
codes { BAD "\\t«text:bad»", WORSE };

«decl:struct point { int x, y; };»
«decl:union both { int i; float f; };»
«decl:enum color { RED, GREEN };»
«decl:typedef struct point pair;»
«decl:struct deep {
    int first;
    struct point second;
};»

%{
«decl:static int helper(int n)»
{
    «stmt:return n + 1;»
}
static pair origin(void) { return (pair){ 0, 0 }; }
int a_of(int n);
pair work(pair from, struct deep with);
«decl:static int counter;»«end:»
%}
sync int helper(int n)
    fails («value:it < 0»)
          («value:-it»);
sync «type:pair» origin(void) fails («value:it.x < 0») EDOM;
async «type:pair» locate(const char *name,
    «type:pair» near,
    «type:enum color» color)
    state {
        «decl:struct chain_timer timer;»
        «decl:pair *last»;«end:»
    };
async int wait_for(int n) state { «decl:int n;»«end:» };
async void notify(«type:union both» what);
blocking «type:pair» work(«type:pair» from,
                 «type:struct deep» with)
    fails («value:it.y < 0»)
    EIO;
resource handle = «type:pair *» releases drop;
async handle take(int n);
async void drop(«type:pair *»p);

chain void pooled(int n)
    pool («value:LIMIT + 1»)
    budget («value:LIMIT * 1000»)
{
    wait_for(n) catch {}
}

chain «type:pair» walk(int n,
    «type:pair» start,
    «type:struct deep» down) raises BAD, WORSE
{
    var «type:pair» here = «value:start»;
    var int many[«value:LIMIT»];
    var int sum =
        «value:n + down.first»;

    {
        wait_for(
            «value:n * 2»)
        then helper(«value:it»)
        then («value:it + sum») as «type:long» wide
        then locate("here",
                    «value:here»,
                    «value:RED») as found
        then if («value:found.x > n») { delay («value:n») ms }
        then while («value:sum > 0») { do { «stmt:sum--;»«end:» } }
        then do {
            «stmt:int local = sum;»
            «stmt:here.x = local;»
            if (local > 3)
                «stmt:reject(BAD, "text", local);»
            «stmt:many[0] = here.y + (int)wide;»«end:»
        }
        then do «type:pair» {
            «stmt:here.y = helper(many[0]);»
            «stmt:return here;»«end:»
        } as second
        then timeout («value:n + 1») s
            retry («value:n - 1»)
                backoff («value:n») ms
                wait_for(«value:second.x»)
        then each (i in «value:0» .. «value:(size_t)n») limit («value:LIMIT») {
            wait_for(«value:(int)i») as «type:short» narrow
            then spawn pooled(«value:narrow»)
        }
        then settle each (i in «value:0» .. «value:(size_t)n») limit («value:LIMIT») stagger («value:n») ms {
            wait_for(«value:(int)i»)
        } as out_of {
            wait_for(«value:out_of.value») as «type:short» thin
            then notify(«value:(union both){ .i = thin }»)
        }
        then all (wait_for(«value:n») as a, { delay 1ms then («value:a_of(n)») } as int b)
        then race (wait_for(«value:a + b»), work(«value:second»,
                                                 «value:down») { wait_for(«value:it.x») }) as raced
        then settle (locate("x", «value:here», «value:GREEN») as out)
        then do { «stmt:printf("%d\\n", out.value.x + raced + origin().x + counter);» }
        then notify(«value:(union both){ .i = n }»)
        then if («value:n == 7») { reject(«value:WORSE», «value:"text"», «value:n») }
        then if («value:n == 8») { return («value:here») }
        then take(1) as h
        then («value:h->x») as int last
        then if (last > 0) { join }
    }
    catch { reject(BAD) }
    then («value:here»)
}

%{
«decl:static int after_all;»
%}
sync int a_of(int n);
"""
DAMAGES = {
    "value": ["nowhere_declared", "nowhere(1)", "1 +", "(struct point){ 0, 0 }.nothing", "*", "(struct nowhere){ 0 }", "1 2", "\"a\" \"b\" - 'c' .d"],
    "type": ["itn", "struct nowhere", "int int", "unsigned float", "pear *", "enum color color", "struct point point *"],
    "stmt": ["nowhere = 1;", "n_o_w_h_e_r_e();", "here.nothing = 1;", "int x y;", "sum +;", "return return;", "sum-- sum--;"],
    "decl": ["struct q { itn a; };", "int a b;", "struct q { int a int b; };", "itn *nowhere;", "int n[nowhere];",
             "int = 3;", "union u { int i; float i; };"],
    "line": ["#include <nowhere/to/be_found.h>", "#error no", "#define A(", "#include nowhere", "#define 3 4"],
    "text": ["\\\\x", "\\\\xfffffffff", "\\\\400"],
    "end": ["nowhere"],
}
# What may stand at the end of C, and what is a mistake there. Of two backslashes before a line end the second joins the lines.
HARMLESS = [" // c", " // c \\\\\n\n", " // c \\\\\n  \n ", " /* c \\\\\n\n */", " // c \\\\\\\n\n", " // c \\\\\r\n\n", " // c??/\n"]
STRAY = [" \\", "\\", " \\\\\n\n", " \\\\\n\n// c \\\\\n\n", " \\ // c\n", " \\\n\\\\\r\n\n"]
# Text of which C does not know a word, and where in it that stands; and what is put after a text.
UNKNOWN = {"value": ("nowhere", 0), "type": ("itn", 0), "stmt": ("nowhere = 1;", 0), "decl": ("itn nowhere;", 0), "line": ("#error no", 1)}
MORE = {"value": "+nowhere", "stmt": " nowhere = 1;"}
EVERYTHING = sys.argv[1:2] == ["all"]
MARK = re.compile(r"«(\w+):(.*?)»", re.S)
USED = re.compile(r"^([^\s:][^:\n]*):(\d+):(?:(\d+):)? note: (?:in expansion of|expanded from) macro", re.M)
ERROR = re.compile(r"^([^\s:][^:\n]*):(\d+):(?:(\d+):)? (?:fatal )?error: (.*)", re.M)
FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-unused", "-Wno-unused-parameter", "-Wno-missing-field-initializers", "-fsyntax-only", "-I", str(BUILD / "include"), "-I", "."]


def plain(text):
    return MARK.sub(r"\2", text)


def regions():
    """(kind, offset, text) of each region, in the text without marks."""
    found, removed = [], 0
    for match in MARK.finditer(TEMPLATE):
        begin = match.start() - removed
        found.append((match[1], begin, match[2]))
        removed += len(match[0]) - len(match[2])
    return found


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)


class Tally:
    def __init__(self):
        self.turn = self.refused = self.accepted = self.right = self.errors = 0
        self.wrong = []


def first_error(done):
    """Of one inside a macro of the runtime: where the compiler says that the macro is used."""
    match = ERROR.search(done.stderr)
    if match is None:
        return "", 0, 0, done.stderr[:200]
    after = ERROR.search(done.stderr, match.end())
    used = USED.findall(done.stderr, match.end(), after.start() if after else len(done.stderr))
    file, line, column = used[-1] if used and match[1].endswith(".h") else (match[1], match[2], match[3])
    return file, int(line), int(column or 0), match[4]


def by_turns(tally):
    tally.turn += 1
    return ("gcc", "clang") if EVERYTHING else ("clang" if tally.turn % 3 == 0 else "gcc",)


def try_text(text, line, lines, what, tally):
    """`line`: of the damage, which has so many `lines`."""
    Path("x.chain").write_bytes(text.encode())
    done = run(CHAINC, "x.chain", "-o", "x.c", "-Wno-raises")
    if done.returncode != 0:
        tally.refused += 1
        return
    failed = False
    for compiler in by_turns(tally):
        done = run(compiler, *FLAGS, "x.c")
        if done.returncode == 0:
            continue
        failed = True
        file, at, _, message = first_error(done)
        tally.errors += 1
        if file == "x.chain" and line - 1 <= at <= line + lines:
            tally.right += 1
        else:
            tally.wrong.append((file != "x.chain" or what.startswith(("value", "stmt", "text")), f"{compiler}: {what} at line {line}: {file}:{at}: {message}"))
    tally.accepted += not failed


def check_back_lines(name):
    """Each `#line` back to the output says the line that follows."""
    wrong = []
    for number, line in enumerate(Path(name).read_text().splitlines(), 1):
        match = re.match(r'\s*#line (\d+) "(.*)"', line)
        if match and match[2] == name and int(match[1]) != number + 1:
            wrong.append(f"{name}:{number}: {line}")
    return wrong


def listed(base, places, tally):
    for number, (kind, begin, old) in enumerate(places):
        all_damages = DAMAGES[kind]
        if number % 2 != 0 and not EVERYTHING:
            continue
        for new in all_damages if EVERYTHING else [all_damages[number % len(all_damages)]]:
            if kind == "decl" and not old.endswith(";"):
                new = new.rstrip(";")
            line = base.count("\n", 0, begin) + 1
            try_text(base[:begin] + new + base[begin + len(old):], line, old.count("\n") + 1, f"{kind} `{old}` -> `{new}`", tally)


def at_random(base, places, tally, count):
    tokens = ["", "x", "1", "+", ";", "int", "->", ".", "*", "nowhere", "\"", "(", ")", "{", "}", ",", "=", "struct", "#", "\\"]
    for _ in range(count):
        kind, begin, old = random.choice(places)
        at = begin + random.randrange(len(old) + 1)
        cut = random.choice([0, 1, 1, 2, 3])
        new = random.choice(tokens)
        end = min(at + cut, begin + len(old))
        line = base.count("\n", 0, at) + 1
        try_text(base[:at] + new + base[end:], line, 1, f"{kind} `{old}`: `{base[at:end]}` -> `{new}`", tally)


def try_end(text, what, tally):
    """A comment more; all the rest is as it was."""
    Path("x.chain").write_bytes(text.encode())
    done = run(CHAINC, "x.chain", "-o", "x.c", "-Wno-raises")
    if done.returncode != 0:
        tally.wrong.append((True, f"{what}: {done.stderr[:200]}"))
        return
    for compiler in by_turns(tally):
        done = run(compiler, *FLAGS, "-Wno-comment", "-Wno-trigraphs", "x.c")
        tally.accepted += done.returncode == 0
        if done.returncode != 0:
            tally.wrong.append((True, f"{compiler}: {what}: {first_error(done)}"))


def endings(base, places, harmless, stray):
    """Backslashes at the end of C: generated lines after it stay lines of their own."""
    for number, (kind, begin, old) in enumerate(places):
        if kind == "text":
            continue
        at = begin + len(old)
        line = base.count("\n", 0, at) + 1
        for turn, new in enumerate(HARMLESS):
            if "??" in new and kind != "end":
                continue  # inside of a text of the user that is what it is in C
            if EVERYTHING or kind == "end" and turn < 2 or (number + turn) % 29 == 0:
                closing = "\n" if new.lstrip().startswith("//") and not new.endswith((" ", "\n")) else ""
                try_end(base[:at] + new + closing + base[at:], f"{kind} `{old}` {new!r} at line {line}", harmless)
        for turn, new in enumerate(STRAY):
            if EVERYTHING or kind == "end" and turn < 1 or (number + turn) % 29 == 0:
                try_text(base[:at] + new + base[at:], line, 1 + new.count("\n"), f"{kind} `{old}` {new!r}", stray)


class Columns:
    def __init__(self):
        self.turn = self.exact = self.right_of_it = 0
        self.wrong = []


def try_column(text, at, what, columns):
    """What C does not know stands at that offset."""
    Path("x.chain").write_bytes(text.encode())
    if run(CHAINC, "x.chain", "-o", "x.c", "-Wno-raises").returncode != 0:
        return
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    for compiler in by_turns(columns):
        done = run(compiler, *FLAGS, "-Wno-misleading-indentation", "x.c")
        file, found_line, found, message = first_error(done)
        if done.returncode == 0:
            continue
        if (file, found_line) != ("x.chain", line) or found < column:
            columns.wrong.append(f"{compiler}: {what} at {line}:{column}: {file}:{found_line}:{found}: {message}")
        else:
            columns.exact += found == column
            columns.right_of_it += found > column


def try_columns(base, places, begins, ends):
    for number, (kind, begin, old) in enumerate(places):
        if kind in UNKNOWN and (EVERYTHING or number % 2 == 0):
            new, offset = UNKNOWN[kind]
            new = new if old.endswith(";") else new.rstrip(";")
            try_column(base[:begin] + new + base[begin + len(old):], begin + offset, f"{kind} `{old}`", begins)
        if kind in MORE and (EVERYTHING or number % 4 == 0):
            end = begin + len(old)
            try_column(base[:end] + MORE[kind] + base[end:], end + 1, f"what follows {kind} `{old}`", ends)


def report_columns(what, columns, least):
    tried = columns.exact + columns.right_of_it + len(columns.wrong)
    share = 100 * columns.exact / max(tried, 1)
    print(f"{what}: {tried} errors of C: {columns.exact} at their column ({share:.1f} %), {columns.right_of_it} to the right of it, {len(columns.wrong)} elsewhere")
    print(*("    " + text for text in columns.wrong), sep="\n", end="\n" if columns.wrong else "")
    return not columns.wrong and tried > 10 and share >= least


def report(what, tally):
    outside = sum(o for o, _ in tally.wrong)
    share = 100 * tally.right / max(tally.errors, 1)
    print(f"{what}: {tally.refused} refused by chainc, {tally.accepted} accepted by C, {tally.errors} errors of C: {tally.right} at their line "
          f"({share:.1f} %), {outside} in generated lines, or not at the line of a value or a statement")
    for _, text in tally.wrong:
        print("   ", text)
    return outside == 0 and (share >= 90 or tally.errors < 50)


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000 if EVERYTHING else 10
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    base, places = plain(TEMPLATE), regions()
    random.seed(seed)
    whole = Tally()
    try_text(base, 1, 1, "nothing", whole)
    good = whole.accepted == 1
    if not good:
        print("the undamaged text:", run(CHAINC, "x.chain", "-o", "x.c").stderr[:2000], whole.wrong)
    wrong = check_back_lines("x.c") + check_back_lines("x.h")
    print(*wrong, sep="\n")
    list_tally, random_tally, harmless, stray = Tally(), Tally(), Tally(), Tally()
    print(f"{len(places)} regions")
    if good:
        listed(base, places, list_tally)
        good = report("listed", list_tally) and good
        endings(base, places, harmless, stray)
        good = report("comments at the end", harmless) and harmless.accepted > 10 and good
        good = report("backslashes at the end", stray) and good
        begins, ends = Columns(), Columns()
        try_columns(base, places, begins, ends)
        good = report_columns("the begin of a text", begins, 60 if EVERYTHING else 45) and good
        good = report_columns("what follows a text", ends, 10 if EVERYTHING else 0) and good
        sys.stdout.flush()
        at_random(base, places, random_tally, count)
    good = report(f"at random, seed {seed}", random_tally) and good
    return 0 if good and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
