#!/usr/bin/env python3
"""Nothing that is still needed is overwritten. The chains here give a name a value, do something,
give another name a value, do something else, and then look whether both values are still there:
every way to get one, with everything that can happen meanwhile and every way to look. So each value
has to keep its place for another reason.

The stack below the loop is overwritten between two turns, so that no C variable outlives a wait by
chance.

STORAGE_SHARE=1 runs all of the chains, not one in five; arguments are the names of those to run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
CHAINC = os.environ.get("CHAINC", str(BUILD / "bin/chainc"))

PER_FILE = 250

# Ways to get a value: what makes it, its name, the value; %s is where the rest of the chain goes.
MAKES = {
    "parameter": ("{ %s }", "p", 11),
    "variable": ("{ var long a = 3; do { a += 10; } then %s }", "a", 13),
    "set twice": (
        "{ var long a = 3; later(14) then do { a = it; } then tick then do { a += p - 8; }"
        " then %s }",
        "a", 17),
    "operation": ("{ later(19) as a then %s }", "a", 19),
    "expression": ("{ (p + 12) as long a then %s }", "a", 23),
    "function": ("{ do long { return p + 18; } as a then %s }", "a", 29),
    "call in place": ("{ at_once(31) as a then %s }", "a", 31),
    "branch": ("{ all (later(37) as a, tick) then %s }", "a", 37),
    "chain": ("{ callee(40) as a then %s }", "a", 41),
    "block": ("{ { later(42) then (it + 1) } as long a then %s }", "a", 43),
    "part of a struct": ("{ pair(47, 48) as s then %s }", "s.a", 47),
    "pointer": ("{ where() as w then %s }", "*w", 53),
    "rejection": ("{ refuse(59) catch { %s } }", "(long)err.info", 59),
    "rejection of a do": (
        "{ do { if (yes()) reject(EIO, \"do\", 61); } catch { %s } }", "(long)err.info", 61),
    "rejection in place": ("{ fails(67) catch { %s } }", "(long)err.code", "ERANGE"),
    "attempt": ("{ retry 2 { if (attempt < 2) { refuse(1) } else { %s } } }", "(long)attempt", 2),
    "item": ("{ each (i in 71 .. 72) limit 1 { %s } }", "i", 71),
    "in a loop": ("{ loop { later(73) as a then { %s } then break } }", "a", 73),
}
# What can happen between. %a is the name.
HAPPENS = {
    "nothing": "{}",
    "a wait": "tick",
    "two waits": "{ later(1) then tick }",
    "a rejection": "{ refuse(2) catch {} }",
    "a rejection that is looked at": "{ refuse(3) catch { tick then check(err.info, 3) } }",
    "a reject":
        "{ reject(EIO, \"reject\", 5) catch { same(err, EIO, \"reject\", 5) then tick then"
        " check(known(5), 5) } }",
    "a do that rejects":
        "{ do long { if (yes()) reject(EIO, \"do\", 4); return 5; } catch { same(err, EIO, "
        "\"do\", 4) then (0) } then check(it, 0) }",
    "a do that gives nothing":
        "{ { do long { if (yes()) reject(EIO, \"do\", 4); return 5; } as d then tick then "
        "check(d, 5) } catch same(err, EIO, \"do\", 4) }",
    "a call that gives nothing":
        "{ { fails(6) as d then tick then check(d, 5) } catch same(err, ERANGE, NULL, 0) }",
    "a call that fails": "{ fails(6) catch { (0) } then check(it, 0) }",
    "a rejected chain":
        "{ refused_callee(7) catch EIO: { check(err.info, 7) then (0) } then check(it, 0) }",
    "a finally":
        "{ { refuse(8) finally { later(9) as x then check(x, 9) } } catch check(err.info, 8) }",
    "an undo":
        "{ { later(10) as x undo { later(11) as y then check(x + y, 21) } then refuse(12) } "
        "catch check(err.info, 12) }",
    "a retry":
        "{ retry 3 { later(13) as x then if (attempt < 3) { refuse(14) } then check(x, 13) } }",
    "a loop":
        "{ var int n = 0; loop { later(15) as x then check(x, 15) then do { n++; } then if (n == "
        "2) { break } } }",
    "a jump":
        "{ loop { { if (yes()) { break } then tick finally { later(16) as x then check(x, 16) } "
        "} } }",
    "a delay": "delay 1ms",
    "a timeout": "timeout 9ms later(17)",
    "a timeout that fires": "{ timeout 1ms never catch {} }",
    "all": "{ all (later(18) as x, { later(19) as y then check(y, 19) }) then check(x, 18) }",
    "a race": "{ race (later(20) as x { check(x, 20) }, never) }",
    "another of that name":
        "{ at_once(21) as a then check(a, 21) then (a + 1) as long b then check(b, 22) }",
    "two of one name":
        "{ at_once(21) as a then { at_once(22) as a then check(a, 22) } then check(a, 21) }",
    "two of one name and type": "{ (known(21)) as long b then { (known(b)) as long b then"
        " check(b, 21) then at_once(b + 1) as c then check(b + c, 43) } then check(b, 21) }",
    "one name of two types": "{ { (known(21)) as long b then tick then check(b, 21) } then"
        " { ((char)known(22)) as char b then tick then check(b, 22) } then tick }",
    "one name of two types, at once": "{ { ((char)known(22)) as char b then check(b, 22) } then"
        " { (known(300)) as long b then check(b, 300) } }",
    "another that waits":
        "{ later(22) as a then tick then check(a, 22) then later(a + 1) as b then check(a + b, "
        "45) }",
    "a value that is computed or waited for": "{ if (yes()) { (27) } else { later(28) } then"
        " check(it, 27) then if (!yes()) { (29) } else { later(30) } then check(it, 30) }",
    "a value that is waited for or computed": "{ if (yes()) { later(27) } else { (28) } then"
        " check(it, 27) then if (!yes()) { later(29) } else { (30) } then check(it, 30) }",
    "a chain": "{ callee(23) then check(it, 24) }",
    "a value from hand to hand":
        "{ later(24) then later(it + 1) then at_once(it + 1) then check(it, 26) }",
}
# Ways to look whether %a is %v.
LOOKS = {
    "in place": "check(%a, %v)",
    "in a do": "do { check(%a, %v); }",
    "through a pointer": "do { check(*kept, %v); }",
    "as an argument": "{ later(%a) then check(it, %v) }",
    "in two steps": "{ later(1) then later(%a + it) then check(it, %v + 1) }",
    "in a branch": "all ({ tick then check(%a, %v) }, later(%a))",
    "in a handler":
        "{ refuse(2) catch EIO: { check(known(%a), %v) then tick then (0) } then check(it, 0) }",
    "in a handler of a reject":
        "{ reject(EIO, \"here\", 2) catch EIO: { check(known(%a), %v) then tick then"
        " check(known(%a), %v) } }",
    "in a finally of a reject":
        "{ { reject(EIO, \"here\", 2) finally { tick then check(known(%a), %v) } } catch {} }",
    "in a finally": "{ { refuse(3) finally { tick then check(known(%a), %v) } } catch {} }",
    "in a handler after a finally that ends a loop":
        "{ loop { { if (!yes()) { break } then refuse(7) finally tick } }"
        " catch { check(known(%a), %v) then tick then check(known(%a), %v) } }",
    "in an undo": "{ { tick undo { tick then check(known(%a), %v) } then refuse(4) } catch {} }",
    "in a second attempt":
        "{ (known(%a)) as long z then retry 2 { check(z, %v) then if (attempt < 2) { refuse(5) } "
        "} }",
    "in a second round": "{ var int n = 0; while (n++ < 2) { check(%a, %v) then tick } }",
    "after a do that rejects":
        "{ do long { if (yes()) reject(EIO, \"do\", 6); return 7; } catch { (0) } then check(it "
        "+ %a, %v) }",
    "within a timeout": "timeout 9ms { tick then check(%a, %v) }",
    "by a condition": "{ if (%a == %v) { tick } else { later(0) then check(it, 1) } }",
}
# There `err` is another or none.
ERR_IS_ANOTHER = ("in a handler", "in a handler of a reject", "in a finally",
                  "in a finally of a reject", "in an undo",
                  "in a handler after a finally that ends a loop")
# Other names that get values meanwhile, and what they are.
OTHERS = [
    ("later(101) as o", "o", 101),
    ("(p + 92) as long o", "o", 103),
    ("do long { return 107; } as o", "o", 107),
    ("at_once(109) as o", "o", 109),
    ("pair(112, 113) as o", "o.b", 113),
    ("all (later(127) as o, tick)", "o", 127),
    ("{ later(130) then (it + 1) } as long o", "o", 131),
]
# The result of a step stays in its place while something runs that must not touch it.
LEAVES = {
    "return of a block": "{ { later(201) as r then return (r) finally { %s } } }",
    "return": "{ { return (201) finally { %s } } }",
    "return of a loop": "{ loop { later(201) as r then { return (r) finally { %s } } } }",
    "rejection":
        "{ { { reject(EPERM, \"kept\", 202) finally { %s } } catch same(err, EPERM, \"kept\", "
        "202) } then (201) }",
    "value of a finally": "{ { { later(201) finally { %s } } as r then tick then (r) } }",
    "value of an undone block": "{ { { later(201) undo { %s } } as r then tick then (r) } }",
}

HEAD = """#include <errno.h>
#include <stdio.h>
#include "two.h"
async long later(long v);
async long refuse(long v) raises EIO;
async void tick(void);
async void never(void);
async struct two pair(long a, long b);
sync void check(long is, long wanted) raises nothing;
sync void same(struct chain_error is, int code, const char *message, long info) raises nothing;
sync void keep(const long *p) raises nothing;
sync long at_once(long v) raises nothing;
sync long fails(long v) fails (it > 0) ERANGE;
sync const long *where(void) raises nothing;
%{
static const long *kept;
static int yes(void) { return 1; }
static long known(long v) { return v; }
static void keep(const long *p) { kept = p; }
%}
static chain long callee(long n) { later(n) as a then tick then (a + 1) }
static chain long refused_callee(long n) { later(n) as a then refuse(a) }
"""
TYPES = """#include "chain.h"
struct two { long a, b; };
struct program {
    const char *name;
    struct chain_root *root;
    int (*run)(struct chain_loop *loop);
    long (*value)(void);
};
void check(long is, long wanted);
void same(struct chain_error is, int code, const char *message, long info);
long at_once(long v);
long fails(long v);
const long *where(void);
"""
# An operation is as small as it can be, so a failure is larger than what is waited for.
WORLD = r"""#include "storage0.h"
#include <string.h>

enum kind { LATER, REFUSE, TICK, PAIR };
static struct { enum kind kind; void *op; long a, b; } waiting[8];
static unsigned count, checks, wrong;
static const struct program *running;
extern const struct program *const all[]; /* of each file */
static uint64_t now = 1;

static void wait_for(enum kind kind, void *op, long a, long b)
{
    waiting[count].kind = kind;
    waiting[count].op = op;
    waiting[count].a = a;
    waiting[count++].b = b;
}

static void forget(void *op)
{
    for (unsigned i = 0; i < count; i++)
        if (waiting[i].op == op) {
            count--;
            memmove(&waiting[i], &waiting[i + 1], (count - i) * sizeof waiting[0]);
        }
}

static void settle_oldest(void)
{
    enum kind kind = waiting[0].kind;
    void *op = waiting[0].op;
    long a = waiting[0].a, b = waiting[0].b;

    forget(op);
    switch (kind) {
    case LATER: later_resolve(later_done(op), a); break;
    case REFUSE: refuse_reject(refuse_done(op), EIO, "refused", a); break;
    case TICK: tick_resolve(tick_done(op)); break;
    case PAIR: pair_resolve(pair_done(op), (struct two){ a, b }); break;
    }
}

void later_start(struct later *op, long v)        { wait_for(LATER, op, v, 0); }
void refuse_start(struct refuse *op, long v)      { wait_for(REFUSE, op, v, 0); }
void tick_start(struct tick *op)                  { wait_for(TICK, op, 0, 0); }
void pair_start(struct pair *op, long a, long b)  { wait_for(PAIR, op, a, b); }
void never_start(struct never *op)                { (void)op; }
void later_cancel(struct later *op)               { forget(op); later_cancelled(later_done(op)); }
void refuse_cancel(struct refuse *op)             { forget(op); refuse_cancelled(refuse_done(op)); }
void tick_cancel(struct tick *op)                 { forget(op); tick_cancelled(tick_done(op)); }
void pair_cancel(struct pair *op)                 { forget(op); pair_cancelled(pair_done(op)); }
void never_cancel(struct never *op)               { never_cancelled(never_done(op)); }

void check(long is, long wanted)
{
    checks++;
    if (is != wanted) {
        printf("%s: %ld instead of %ld\n", running->name, is, wanted);
        wrong++;
    }
}

void same(struct chain_error is, int code, const char *message, long info)
{
    check(is.code, code);
    check(is.info, info);
    check(is.origin != NULL, 1);
    check(message == NULL || (is.message != NULL && strcmp(is.message, message) == 0), 1);
}

long at_once(long v) { return v; }
long fails(long v)   { return v; }

const long *where(void)
{
    static const long place = 53;
    return &place;
}

static uint64_t port_now(struct chain_loop *loop)
{
    (void)loop;
    return now;
}

static void port_wait(struct chain_loop *loop, uint64_t deadline)
{
    (void)loop;
    (void)deadline;
}

/* The stack that the loop and the chains had. */
static void overwrite_stack(int depth)
{
    volatile char used[512];

    memset((char *)used, 0xa5, sizeof used);
    if (depth > 0)
        overwrite_stack(depth - 1);
    used[0] = used[1];
}

static void run(struct chain_loop *loop)
{
    if (running->run(loop) != 0)
        check(0, 1);
    for (int turns = 0; chain_root_outcome(running->root) == CHAIN_OUTCOME_PENDING && turns < 1000; turns++) {
        overwrite_stack(8);
        chain_loop_turn(loop, false);
        overwrite_stack(8);
        if (count > 0)
            settle_oldest();
        else
            now += 1000000;
    }
    check(chain_root_outcome(running->root), CHAIN_OUTCOME_VALUE);
    check(running->value(), 201);
}

int main(void)
{
    static const struct chain_port port = { .now = port_now, .wait = port_wait };
    static struct chain_loop loop;
    unsigned ran = 0;

    chain_loop_init(&loop, &port);
    for (unsigned file = 0; all[file] != NULL; file++)
        for (running = all[file]; running->name != NULL && wrong < 20; running++)
            for (int again = 0; again < 2 && wrong < 20; again++, ran++)
                run(&loop);
    printf("%u runs, %u checks, %u wrong\n", ran, checks, wrong);
    return wrong != 0 || chain_loop_fini(&loop) != 0;
}
"""
GLUE = """
%%{
static struct %(name)s the_%(name)s;
static int run_%(name)s(struct chain_loop *loop)
{
    return %(name)s_run(&the_%(name)s, loop%(arguments)s);
}
static long value_%(name)s(void) { return %(name)s_value(&the_%(name)s); }
%%}
"""


def fill(text, name, value):
    return text.replace("%a", name).replace("%v", str(value))


def body(make, name, value, before, other, between, look, turn):
    text, is_address = make, "*" not in name and "(" not in name
    steps = []
    if "kept" in look:
        copied = "do { static long copy; copy = %s; keep(&copy); }"
        address = ("&%s", "&__extension__ %s", "&_Generic(%s, default: %s)")[turn // 3 % 3].replace("%s", name)
        kept = "keep(%s)" if turn % 3 else "do { keep(%s); }"
        steps.append(kept % address if is_address else copied % name)
    looks = fill(look, name, value)
    steps += [before, other[0], between, looks, "check(%s, %d)" % other[1:], "tick", looks]
    made = text % " then ".join(steps)
    return made if turn % 2 == 0 or name == "p" else re.sub(r"\bp\b", "known(11)", made)


def chains():
    """(name, body): each way to get a value with each way to look and each thing that happens; what
    else is done takes turns. One in `share` of them."""
    n, share = 0, int(os.environ.get("STORAGE_SHARE", "5"))
    happens = list(HAPPENS.values())
    for make, name, value in MAKES.values():
        for how, look in LOOKS.items():
            if "err." in name and how in ERR_IS_ANOTHER:
                continue
            for before in happens:
                n += 1
                if n % share != 0:
                    continue
                between = happens[(n * 7 + n // len(happens)) % len(happens)]
                other, turn = OTHERS[n % len(OTHERS)], n // share
                code = body(make, name, value, before, other, between, look, turn)
                yield f"s{n}", code + " then (201)"
    for leave in LEAVES.values():
        for before in happens:
            for other in OTHERS:
                n += 1
                if n % share != 0:
                    continue
                between = happens[(n * 5) % len(happens)]
                inner = " then ".join([before, other[0], between, "check(%s, %d)" % other[1:]])
                yield f"s{n}", leave % inner


def call(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode != 0:
        print(" ".join(map(str, command)), done.stdout[-3000:], done.stderr[:6000], sep="\n")
        sys.exit(1)
    return done.stdout


def parameters(code):
    return "long p" if re.search(r"\bp\b", code) else "void"


def compile_one(compiler, name, chosen):
    """A file with some of the chains -> its object."""
    text = HEAD
    for chain, code in chosen:
        text += f"chain long {chain}({parameters(code)})\n{{\n    {code}\n}}\n"
    for chain, code in chosen:
        text += GLUE % {"name": chain, "arguments": "" if parameters(code) == "void" else ", 11"}
    entries = "".join(f'    {{ "{n}", &the_{n}.root, run_{n}, value_{n} }},\n' for n, _ in chosen)
    entries += "    { NULL, NULL, NULL, NULL },\n"
    text += f"\n%{{\nconst struct program {name}[] = {{\n{entries}}};\n%}}\n"
    Path(f"{name}.chain").write_text(text)
    call(CHAINC, "-Wno-shadow", "-Wno-catch", "-Wno-unused-binding", f"{name}.chain")
    call(*compiler, "-c", f"{name}.c", "-o", f"{name}.o")
    return f"{name}.o"


def compilers():
    """What compiles the chains, the rest of the program, and links it. tcc is ten times as fast as
    gcc; it knows neither threads nor atomic instructions."""
    sanitize, includes = os.environ.get("SANITIZE", ""), [f"-I{BUILD}/include", "-I."]
    gcc = [*os.environ.get("CC", "gcc").split(), "-O0", "-w", *includes]
    gcc += [f"-fsanitize={sanitize}"] if sanitize else []
    if not shutil.which("tcc") or sanitize:
        return gcc, gcc, [f"{BUILD}/lib/libchain.a", "-pthread"]
    one = ["-DCHAIN_THREADS=0", "-DCHAIN_CRITICAL=1"]
    core = [f"-I{TOP}/runtime/core", "port.c", *sorted((TOP / "runtime/core").glob("*.c"))]
    Path("port.c").write_text("unsigned long chain_port_enter(void) { return 0; }\n"
                              "void chain_port_leave(unsigned long state) { (void)state; }\n")
    return ["tcc", "-w", *one, "-include", TOP / "tests/fuzz/tcc.h", *includes], [*gcc, *one], core


def main():
    chosen = [c for c in chains() if not sys.argv[1:] or c[0] in sys.argv[1:]]
    compiler, other, rest = compilers()
    Path("two.h").write_text("#ifndef TWO_H\n#define TWO_H\n" + TYPES + "#endif\n")
    files = [(f"storage{i // PER_FILE}", chosen[i:i + PER_FILE])
             for i in range(0, len(chosen), PER_FILE)]
    objects = [compile_one(compiler, *file) for file in files]
    names = [name for name, _ in files]
    world = WORLD + "".join(f"extern const struct program {n}[];\n" for n in names)
    world += "const struct program *const all[] = { %s, NULL };\n" % ", ".join(names)
    Path("world.c").write_text(world)
    call(*other, "world.c", *objects, *rest, "-o", "storage")
    done = subprocess.run(["./storage"], capture_output=True, text=True)
    print(f"{len(chosen)} chains, {done.stdout}{done.stderr}", end="")
    for name, code in chosen:
        if f"{name}:" in done.stdout:
            print(f"{name}: {code}")
    sys.exit(done.returncode != 0)


main()
