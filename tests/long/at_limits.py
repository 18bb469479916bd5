#!/usr/bin/env python3
"""Programs at the limits of what chainc allows: 254 branches of each kind, items of an each, steps with an undo. They start in a turn
or wait, give values, reject, are cancelled: every branch ends once, and the construct as it should. (One more is refused: limits.sh.) And a chain that takes 512 KB less a bit; C refuses one byte more."""

import os
import subprocess
import sys
from pathlib import Path

BUILD = Path(os.environ["BUILD"])
MOST, UNDOS = 254, 32

OPS = """#include <stddef.h>

#include "counters.h"

sync int undo_it(int n) raises nothing;
async int op(int n) state { int n; struct chain_timer timer; };
"""

# waits: with the timer, in ms; rejects, wins: the number of the one that does (-1: none)
COUNTERS = "extern int waits, rejects, wins, begun, ended, undone;\nint undo_it(int n);\nint next(void);\n"

OPS_C = """#include "ops.h"

int waits, rejects, wins, begun, ended, undone;

static void end(struct op *op)
{
    ended++;
    if (op->n == rejects)
        op_reject(op_done(op), 5, NULL, 0);
    else
        op_resolve(op_done(op), op->n);
}

static void fire(struct chain_timer *timer, struct chain_loop *loop)
{
    (void)loop;
    end((struct op *)(void *)((char *)timer - offsetof(struct op, timer)));
}

void op_start(struct op *op, int n)
{
    op->n = n;
    begun++;
    if (waits == 0) {
        end(op);
        return;
    }
    op->timer = (struct chain_timer){ .fire = fire };
    chain_timer_arm(chain_loop_of(op), &op->timer, chain_loop_deadline(chain_loop_of(op), n == wins || n == rejects ? 1 : waits * 1000000));
}

void op_cancel(struct op *op)
{
    ended++;
    chain_timer_disarm(chain_loop_of(op), &op->timer);
    op_cancelled(op_done(op));
}

int undo_it(int n)
{
    return undone += n;
}
"""


def source():
    text = 'import "ops.chain";\n'
    single = ", ".join(f"op({n})" for n in range(MOST))
    strands = ", ".join(f"{{ op({n}) then {{}} }}" for n in range(MOST))
    for kind in ("all", "any", "race"):
        text += f"chain void {kind}_of(void) {{ {kind} ({single}) }}\n"
        text += f"chain void {kind}_of_strands(void) {{ {kind} ({strands}) }}\n"
    text += f"chain void settle_of(void) {{ settle ({single}) }}\n"
    text += f"chain void settle_of_strands(void) {{ settle ({strands}) }}\n"
    text += f"chain void each_in(void) {{ each (i in 0 .. 1000) limit {MOST} {{ op((int)i) then {{}} }} }}\n"
    text += f"sync int next(void) fails (it < 0) CHAIN_EEND;\nchain void each_from(void) {{ each (x from next()) limit {MOST} {{ op(x) then {{}} }} }}\n"
    text += "chain void undos(void) { " + " then ".join(f"op({n}) undo undo_it(1 << {n % 8})" for n in range(UNDOS)) + " then reject(7) }\n"
    return text


MAIN = r"""#include "most.h"
#include <chain_sim.h>
#include <stdio.h>

static int pulled, tests, wrong;

int next(void)
{
    return pulled < 1000 ? pulled++ : -1;
}

static void check(const char *what, int is, int wanted)
{
    tests++;
    if (is == wanted)
        return;
    wrong++;
    printf("waits %d, rejects %d, wins %d: %s is %d instead of %d\n", waits, rejects, wins, what, is, wanted);
}

/* Runs one; `cancel`: after its first turn. Everything that has begun ends. */
#define RUN(chain, first_turns, cancel, outcome)                              \
    do {                                                                      \
        static struct chain u_;                                               \
        begun = ended = undone = pulled = 0;                                  \
        chain##_run(&u_, loop);                                               \
        for (int turn = 0; turn < (first_turns); turn++)                      \
            chain_loop_turn(loop, false);                                     \
        if (cancel)                                                           \
            chain##_cancel(&u_);                                              \
        chain_loop_run(loop);                                                 \
        check(#chain, (int)chain_root_outcome(&u_.root), outcome);                 \
        check(#chain ": ended", ended, begun);                                \
    } while (0)

static void every(struct chain_loop *loop)
{
    const int rejected = rejects >= 0 ? CHAIN_OUTCOME_REJECTED : CHAIN_OUTCOME_VALUE;

    RUN(all_of, 0, false, rejected);
    check("begun", begun, 254);
    RUN(all_of_strands, 0, false, rejected);
    RUN(any_of, 0, false, CHAIN_OUTCOME_VALUE);
    RUN(any_of_strands, 0, false, CHAIN_OUTCOME_VALUE);
    RUN(race_of, 0, false, rejects >= 0 && (waits != 0 || rejects == 0) ? CHAIN_OUTCOME_REJECTED : CHAIN_OUTCOME_VALUE);
    RUN(race_of_strands, 0, false, rejects >= 0 && (waits != 0 || rejects == 0) ? CHAIN_OUTCOME_REJECTED : CHAIN_OUTCOME_VALUE);
    RUN(settle_of, 0, false, CHAIN_OUTCOME_VALUE);
    RUN(settle_of_strands, 0, false, CHAIN_OUTCOME_VALUE);
    check("begun", begun, 254);
    RUN(each_in, 0, false, rejected);
    check("items", begun >= 254 && (rejects >= 0 || begun == 1000), 1);
    RUN(each_from, 0, false, rejected);
}

static void cancelled(struct chain_loop *loop)
{
    RUN(all_of, 1, true, CHAIN_OUTCOME_CANCELLED);
    check("begun", begun, 254);
    RUN(all_of_strands, 1, true, CHAIN_OUTCOME_CANCELLED);
    RUN(any_of, 1, true, CHAIN_OUTCOME_CANCELLED);
    RUN(any_of_strands, 1, true, CHAIN_OUTCOME_CANCELLED);
    RUN(race_of, 1, true, CHAIN_OUTCOME_CANCELLED);
    RUN(race_of_strands, 1, true, CHAIN_OUTCOME_CANCELLED);
    RUN(settle_of, 1, true, CHAIN_OUTCOME_CANCELLED);
    RUN(settle_of_strands, 1, true, CHAIN_OUTCOME_CANCELLED);
    RUN(each_in, 1, true, CHAIN_OUTCOME_CANCELLED);
    check("begun", begun, 254);
    RUN(each_from, 9, true, CHAIN_OUTCOME_CANCELLED);
    check("begun", begun, 254);
}

int main(void)
{
    static const int ones[] = { -1, 0, 1, 127, 252, 253 };
    struct chain_sim *sim;
    struct chain_loop *loop;

    if (chain_sim_open(&sim, NULL) != 0)
        return 2;
    loop = chain_sim_loop(sim);
    for (waits = 0; waits < 3; waits++)
        for (int i = 0; i < 6; i++) {
            rejects = ones[i];
            wins = -1;
            every(loop);
            if (waits == 0)
                continue;
            rejects = -1;
            wins = ones[i];
            every(loop);
        }
    waits = 5;
    rejects = wins = -1;
    cancelled(loop);
    waits = 0;
    RUN(undos, 0, false, CHAIN_OUTCOME_REJECTED);
    check("undone", undone, 4 * 255);
    printf("%d checks, %d wrong\n", tests, wrong);
    return !chain_sim_close(sim, NULL) || wrong != 0;
}
"""


def run(words, **more):
    done = subprocess.run(words, capture_output=True, text=True, **more)
    sys.stderr.write(done.stderr)
    if done.returncode:
        sys.exit(f"{words[0]}: status {done.returncode}\n{done.stdout}")
    return done.stdout


LARGE = """#include "bytes.h"

import "ops.chain";

sync int keep(const struct bytes *bytes) raises nothing;

// The branches are as far from their strand as they can be.
chain void large(void)
{
    var struct bytes bytes;
    do { bytes.first = 1; }
    then all ({ var struct bytes more; do { more.first = 2; } then op(1) then op(it) then keep(&more) }, op(2))
    then keep(&bytes)
}
"""
BYTES = "struct bytes { char first, bytes[SIZE]; };\nint keep(const struct bytes *bytes);\n"
LARGE_C = """#include "large.h"
#include <chain_sim.h>
#include <stdio.h>

int waits, rejects = -1, wins = -1, begun, ended, undone;
static int kept;

int keep(const struct bytes *bytes)
{
    return kept += bytes->first;
}

int main(void)
{
    static struct large u;
    struct chain_sim *sim;

    if (chain_sim_open(&sim, NULL) != 0)
        return 2;
    for (waits = 0; waits < 2; waits++) {
        large_run(&u, chain_sim_loop(sim));
        chain_loop_run(chain_sim_loop(sim));
        if (chain_root_outcome(&u.root) != CHAIN_OUTCOME_VALUE)
            return 1;
    }
    large_run(&u, chain_sim_loop(sim));
    chain_loop_turn(chain_sim_loop(sim), false);
    large_cancel(&u);
    chain_loop_run(chain_sim_loop(sim));
    printf("%zu bytes, %d kept\\n", sizeof u, kept);
    return !chain_sim_close(sim, NULL) || begun != ended || kept != 6;
}
"""


def large(words):
    for name, text in (("bytes.h", BYTES), ("large.chain", LARGE), ("large_main.c", LARGE_C)):
        Path(name).write_text(text)
    run([os.environ["CHAINC"], "large.chain"])
    rest = ["large_main.c", "large.c", str(BUILD / "lib/libchain.a"), "-pthread", "-o", "large"]
    impl = Path("impl.c").read_text().replace("int waits, rejects, wins, begun, ended, undone;\n", "")
    Path("large_impl.c").write_text(impl)
    low, high = 1000, 524280 # the largest that C takes
    while high - low > 1:
        size = (low + high) // 2
        made = subprocess.run([*words, f"-DSIZE={size}", "-fsyntax-only", "large.c"], capture_output=True, text=True)
        if made.returncode and "a branch finds its strand within 512 KB" not in made.stderr:
            sys.exit(made.stderr[:2000])
        low, high = (size, high) if made.returncode == 0 else (low, size)
    run([*words, f"-DSIZE={low}", "large_impl.c", *rest])
    print(run(["./large"]), end="")


def main():
    for name, text in (("counters.h", COUNTERS), ("ops.chain", OPS), ("impl.c", OPS_C), ("most.chain", source()), ("main.c", MAIN)):
        Path(name).write_text(text)
    for name in ("ops", "most"):
        run([os.environ["CHAINC"], f"{name}.chain"])
    flags = [*os.environ.get("CFLAGS", "").split(), "-O0"] # it is much text
    words = [*os.environ.get("CC", "gcc").split(), *flags, "-I.", f"-I{BUILD}/include"]
    run([*words, "main.c", "impl.c", "most.c", str(BUILD / "lib/libchain.a"), "-pthread", "-o", "most"])
    print(run(["./most"]), end="")
    large(words)


if __name__ == "__main__":
    main()
