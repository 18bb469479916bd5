#!/usr/bin/env python3
"""Types that are aligned more strictly than a header, in every place where a value can stand: each is compiled by gcc and clang, the
header as C++, too, and run with the sanitizer of alignments. Values are compared, addresses are asked. Without arguments two types,
one with each compiler (in a sanitized build both with the compiler and the flags of that build, whose library needs them); `all`: every
type with both, and with a library that has the sanitizer, too; or the names of types."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
CHAINC = os.environ.get("CHAINC", str(BUILD / "bin/chainc"))

# name: (declaration of T, T from an int, an int from a T)
TYPES = {
    "long_double": ("typedef long double T;", "(T)(n)", "(int)(v)"),
    "max_align": ("typedef struct { max_align_t room; int n; } T;", "{ T v = { .n = n }; return v; }", "v.n"),
    "alignas_16": ("typedef struct { CHAIN_TEST_ALIGN(16) int n; } T;", "{ T v = { n }; return v; }", "v.n"),
    "alignas_32": ("typedef struct { CHAIN_TEST_ALIGN(32) int n; } T;", "{ T v = { n }; return v; }", "v.n"),
    "alignas_64": ("typedef struct { CHAIN_TEST_ALIGN(64) int n; } T;", "{ T v = { n }; return v; }", "v.n"),
    "alignas_128": ("typedef struct { CHAIN_TEST_ALIGN(128) int n; } T;", "{ T v = { n }; return v; }", "v.n"),
    "member": ("struct inner { CHAIN_TEST_ALIGN(64) char c; }; typedef struct { char c; struct inner inner; int n; } T;",
               "{ T v = { .n = n }; return v; }", "v.n"),
    "in_a_union": ("typedef union { CHAIN_TEST_ALIGN(32) char c; int n; } T;", "{ T v = { .n = n }; return v; }", "v.n"),
    "vector_16": ("typedef int T __attribute__((vector_size(16)));", "{ T v = { n, 0, 0, 0 }; return v; }", "v[0]"),
    "vector_32": ("typedef int T __attribute__((vector_size(32)));", "{ T v = { n, 0, 0, 0, 0, 0, 0, 0 }; return v; }", "v[0]"),
    "vector_64": ("typedef int T __attribute__((vector_size(64)));", "{ T v = { n }; return v; }", "v[0]"),
    "int128": ("__extension__ typedef __int128 T;", "(T)(n)", "(int)(v)"),
    "complex": ("typedef double _Complex T;", "(T)(n)", "(int)(v)"),
    "complex_long": ("typedef long double _Complex T;", "(T)(n)", "(int)(v)"),
    "m128": ("#include <emmintrin.h>\ntypedef __m128 T;", "_mm_set1_ps((float)(n))", "(int)_mm_cvtss_f32(v)"),
    "m256": ("#include <immintrin.h>\ntypedef __m256 T;", "{ T v = { (float)n }; return v; }", "(int)v[0]"),
}
SOME = ["member", "vector_32"]
C_ONLY = {"complex", "complex_long"}  # there are none in C++

TYPES_H = """\
#ifndef TYPES_H
#define TYPES_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
#define CHAIN_TEST_ALIGN(n) alignas(n)
#else
#define CHAIN_TEST_ALIGN(n) _Alignas(n)
#endif
%s
#ifndef __cplusplus
static inline T make(int n) %s
static inline int get(T v) { return %s; }
void check(int line, int is, int wanted);
void look(const void *p); /* of a T */
T work(T v);
T twice(T v);
int slow(T v);
#define CHECK(v, n) check(__LINE__, get(v), n)
#endif
#endif
"""

# An operation that waits, one that settles at once, one that is posted, one whose state is aligned but not its value.
CHAINS = r"""
#include "types.h"
#include <errno.h>

async T give(int n) state { T kept; };
async T give_now(int n);
async T give_posted(T v) posted state { struct chain_timer timer; T kept; };
async int take(T v) state { char c; T kept; int n; };
async void pause(void) raises nothing;
async T fail_first(int n);
async T feed(int *left);
blocking T work(T v);
blocking int slow(T v) fails (it < 0) EIO;
sync T twice(T v);
sync T make(int n);
sync int get(T v);
sync void look(const void *p);

resource owned = T releases let_go;
async owned get_owned(int n);
async void let_go(T v);

static chain T inner(T v) { var char c = 1; pause then do { look(&v); (void)c; } then (v) }
static chain T branches(T v)
{
    all (give(1) as a, { pause then give_now(2) } as b, delay 1ms, inner(v) as c, take(v) as n)
    then do { CHECK(a, 1); CHECK(b, 2); CHECK(c, get(v)); check(__LINE__, n, get(v)); look(&a); look(&b); look(&c); }
    then (c)
}
static chain T deep(T v) { all ({ branches(v) as a then pause then (a) } as T a, branches(make(9)) as b) then do { CHECK(b, 9); } then (a) }

chain void instance(T v, int *sum) raises nothing { var char c = 3; pause then do { look(&v); *sum += get(v) + c - 3; } }
chain void pooled(char c, T v, int *sum) raises nothing pool 3 { branches(v) as w then do { look(&w); *sum += get(w) + c; } catch {} }

chain T steps(char first, T v)
{
    var T kept = make(4);
    var T many[3];
    var int sum = 0;

    (make(7))                           as T made
    then do { look(&v); look(&made); look(&kept); look(&many[1]); many[1] = v; CHECK(made, 7); CHECK(kept, 4); check(__LINE__, first, 3); }
    then give(5) then give_posted(it)   as posted
    then do T { CHECK(posted, 5); look(&posted); return make(8); } as done
    then take(done) then do { check(__LINE__, it, 8); CHECK(done, 8); }
    then work(make(10)) then twice(it)  as worked
    then slow(worked) then do { check(__LINE__, it, 20); }
    then { var T own = make(6); pause then (own) } as T block
    then if (get(block) == 6) { give(11) } else { (make(0)) }
    then delay 1ms then do { CHECK(it, 11); }
    then retry 3 fail_first(12)         as retried
    then timeout 1h give(13)            as timed
    then timeout 1h { pause then give(14) } as timed_block
    then do { CHECK(retried, 12); CHECK(timed, 13); CHECK(timed_block, 14); look(&timed_block); }
    then { give(15) finally { pause then give(1) } } as guarded
    then { fail_first(-1) catch EIO: give(16) } as caught
    then do { CHECK(guarded, 15); CHECK(caught, 16); }
    then any ({ delay 1h then give(0) }, give(17)) then do { CHECK(it, 17); }
    then race ({ delay 1h then give(0) } { give(0) }, give(18) { (it) as T v2 then (v2) }) then do { CHECK(it, 18); }
    then settle (give(19) as a, { pause then give_now(20) } as b, fail_first(-1) as c)
    then do { CHECK(a.value, 19); CHECK(b.value, 20); look(&a.value); look(&b.value); check(__LINE__, c.error.code, EIO); }
    then each (i in 0 .. 9) limit 4 {
        var T item = make((int)i);
        give((int)i) as got then all (give(1) as x, { pause then give(2) } as y)
        then inner(got) as called
        then each (k in 0 .. 2) limit 2 { branches(item) as z then do { CHECK(z, (int)i); look(&z); } }
        then do { look(&item); look(&got); CHECK(item, (int)i); CHECK(called, (int)i); CHECK(x, 1); CHECK(y, 2); sum += get(got); }
    }
    then do { check(__LINE__, sum, 36); sum = 9; }
    then each (fed from feed(&sum)) limit 3 { pause then do { look(&fed); } then branches(fed) }
    then while (sum < 5) { give(sum) as round then do { CHECK(round, sum); look(&round); sum++; } }
    then deep(made)                     as called
    then spawn instance(made, &sum) then spawn instance(make(1), &sum) then spawn pooled(1, made, &sum) then spawn pooled(2, v, &sum)
    then spawn pooled(0, v, &sum) then spawn pooled(0, v, &sum)
    then join
    then do { CHECK(called, 7); check(__LINE__, sum, 5 + 7 + 1 + 7 + 1 + 3 * get(v) + 2); }
    then get_owned(21)                  as owned res
    then do { CHECK(many[1], get(v)); CHECK(res, 21); }
    then return (v)
}

chain int main(void)
{
    var T own = make(40);
    do { look(&own); } then steps(3, own) then do { CHECK(it, 40); } then run_from_c(own) then (it)
}
async int run_from_c(T v);
"""

CODE = r"""
#include "prog.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int checks, wrong;

void check(int line, int is, int wanted)
{
    checks++;
    if (is != wanted)
        printf("prog.chain:%d: %d, not %d\n", line, is, wanted), wrong++;
}

void look(const void *p)
{
    checks++;
    if ((uintptr_t)p % __alignof__(T) != 0)
        printf("%p is not aligned\n", (void *)(uintptr_t)p), wrong++;
}

void give_start(struct give *op, int n) { look(&op->kept); op->kept = make(n); give_resolve_soon(give_done(op), op->kept); }
void give_cancel(struct give *op) { (void)op; }
void give_now_start(struct give_now *op, int n) { give_now_resolve(give_now_done(op), make(n)); }
void give_now_cancel(struct give_now *op) { (void)op; }
static void fire(struct chain_timer *timer, struct chain_loop *loop)
{
    struct give_posted *op = (struct give_posted *)(void *)((char *)timer - offsetof(struct give_posted, timer));
    (void)loop;
    give_posted_post_resolve(give_posted_done(op), op->kept);
}
void give_posted_start(struct give_posted *op, T v)
{
    look(&op->kept);
    memset(&op->timer, 0, sizeof op->timer);
    op->kept = v;
    op->timer.fire = fire;
    chain_timer_arm(chain_loop_of(op), &op->timer, chain_loop_deadline(chain_loop_of(op), 1000));
}
void give_posted_cancel(struct give_posted *op) { chain_timer_disarm(chain_loop_of(op), &op->timer); give_posted_cancelled(give_posted_done(op)); }
void take_start(struct take *op, T v) { look(&op->kept); op->kept = v; op->n = get(op->kept); take_resolve_soon(take_done(op), op->n); }
void take_cancel(struct take *op) { (void)op; }
void pause_start(struct pause *op) { pause_resolve_soon(pause_done(op)); }
void pause_cancel(struct pause *op) { (void)op; }
void fail_first_start(struct fail_first *op, int n)
{
    static int tries;
    if (n < 0 || ++tries < 3)
        fail_first_reject(fail_first_done(op), EIO, "not yet", 0);
    else
        fail_first_resolve_soon(fail_first_done(op), make(n));
}
void fail_first_cancel(struct fail_first *op) { (void)op; }
void feed_start(struct feed *op, int *left)
{
    if (*left == 0)
        feed_reject(feed_done(op), CHAIN_EEND, NULL, 0);
    else
        feed_resolve_soon(feed_done(op), make((*left)--));
}
void feed_cancel(struct feed *op) { (void)op; }
void get_owned_start(struct get_owned *op, int n) { get_owned_resolve_soon(get_owned_done(op), make(n)); }
void get_owned_cancel(struct get_owned *op) { (void)op; }
void let_go_start(struct let_go *op, T v) { check(0, get(v), 21); let_go_resolve_soon(let_go_done(op)); }
void let_go_cancel(struct let_go *op) { (void)op; }
T work(T v) { return v; }
T twice(T v) { return make(2 * get(v)); }
int slow(T v) { return get(v); }

/* A root from the heap, and a chain without one. */
static struct run_from_c *waiting;
static struct steps *root;
static struct bare { CHAIN_BARE_PAD(steps) struct chain_strand strand; struct steps_frame frame; struct steps_branches branches; } bare;

static struct chain_strand *bare_end(struct chain_strand *strand, struct chain_loop *loop)
{
    chain_bare_ended(strand, loop);
    check(0, get(bare.frame.u.value), 42);
    run_from_c_resolve(run_from_c_done(waiting), wrong);
    return chain_bare_next(loop);
}
static const struct chain_type bare_type = { .resume = bare_end, .name = "bare" };
static const struct chain_caller bare_caller = { &bare_type, 0 };

static void root_end(struct chain_root *ended)
{
    struct chain_loop *loop = ended->context;
    check(0, chain_root_outcome(ended) == CHAIN_OUTCOME_VALUE, 1);
    check(0, get(steps_value(root)), 41);
    free(root);
    steps_start(&bare.frame, &bare.branches, 3, make(42));
    bare.frame.caller = &bare_caller;
    chain_bare_run(&bare.strand, loop, &steps_type);
}

void run_from_c_start(struct run_from_c *op, T v)
{
    waiting = op;
    look(&bare.frame);
    root = aligned_alloc(__alignof__(struct steps), sizeof *root);
    memset(root, 0, sizeof *root);
    root->root.on_settled = root_end;
    root->root.context = chain_loop_of(op);
    check(0, steps_run(root, chain_loop_of(op), 3, make(get(v) + 1)), 0);
}
void run_from_c_cancel(struct run_from_c *op) { (void)op; }

static void at_end(void) { printf("%d checks, %d wrong\n", checks, wrong); }
__attribute__((constructor)) static void begin(void) { atexit(at_end); }
"""

STRICT = "-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Werror -Wno-psabi".split()
UBSAN = "-fsanitize=alignment,undefined -fno-sanitize-recover=all".split()
SANITIZED = shlex.split(os.environ["CFLAGS"]) if os.environ.get("SANITIZE") else []
wrong = []


def run(command, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, **more)
    if done.returncode != 0:
        wrong.append(f"status {done.returncode}: {' '.join(map(str, command))}\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
    return done


def write(name):
    declaration, make, get = TYPES[name]
    make = make if make.startswith("{") else "{ return %s; }" % make
    folder = Path(name)
    folder.mkdir()
    (folder / "types.h").write_text(TYPES_H % (declaration, make, get))
    (folder / "prog.chain").write_text(CHAINS)
    (folder / "prog_ops.c").write_text(CODE)
    (folder / "header.cc").write_text('#include "prog.h"\nint main() { static steps s; (void)s; return 0; }\n')
    return folder


def try_type(name, libraries, others):
    folder = write(name)
    include = ["-I", folder, "-I", BUILD / "include"]
    if run([CHAINC, folder / "prog.chain", "-o", folder / "prog.c"]).returncode != 0:
        return
    for (compiler, level), library in libraries.items():
        program = folder / f"{Path(compiler).name}{level}"
        if run([compiler, *STRICT, level, "-g", *SANITIZED, *UBSAN, "-pthread", *include, folder / "prog.c", folder / "prog_ops.c", library,
                "-o", program]).returncode == 0:
            said = run([program.resolve()]).stdout
            print(f"{program}: {said}", end="")
            if not said.endswith(" checks, 0 wrong\n"):
                wrong.append(f"{program}: {said}")
    if not others:
        return
    if name not in C_ONLY:
        for compiler in (["g++"] if len(name) % 2 else ["clang++"]):
            run([compiler, "-std=c++17", *STRICT[1:5], "-Werror", "-Wno-psabi", *include, "-fsyntax-only", folder / "header.cc"])
    run([CHAINC, folder / "prog.chain", "--report", f"--cc=gcc -I{BUILD}/include -Wno-psabi"])
    run([CHAINC, folder / "prog.chain", "--skeleton", "-o", folder / "skeleton.c"])
    run(["gcc", *STRICT, *include, "-DCHAIN_TRACE", "-fsyntax-only", folder / "skeleton.c"])


def build_library(compiler):
    """It is the library that goes from header to header."""
    sources = [p for d in ("core", "threads", "backends") for p in sorted((TOP / "runtime" / d).glob("*.c"))]
    objects = [Path(f"{compiler}-{source.stem}.o") for source in sources]
    for source, made in zip(sources, objects):
        run([compiler, "-std=c11", "-O1", "-g", *UBSAN, "-pthread", "-I", BUILD / "include", "-c", source, "-o", made])
    run(["ar", "rcs", f"lib{compiler}.a", *objects])
    return Path(f"lib{compiler}.a")


def main():
    chosen = sys.argv[1:] or SOME
    chosen = list(TYPES) if chosen == ["all"] else chosen
    whole = bool(sys.argv[1:])
    compilers = [(os.environ.get("CC", "gcc"), "-O1")] if SANITIZED else [("gcc", "-O1"), ("clang", "-O0")]
    libraries = {(c, level): build_library(c) if whole and not SANITIZED else BUILD / "lib/libchain.a" for c, level in compilers}
    for number, name in enumerate(chosen):
        one = compilers[number % len(compilers)]
        try_type(name, libraries if whole else {one: libraries[one]}, whole or (number == 0 and not SANITIZED))
    print(f"{len(chosen)} types of {len(TYPES)}, {len(wrong)} wrong")
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
