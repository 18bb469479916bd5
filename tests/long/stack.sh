#!/bin/sh
# Rule 13 on a stack of 128 KB, also without optimization and without sibling calls: nothing may grow. LEVELS=all tries every level.
. "$TOP/tests/scripts/lib"
[ -z "$SANITIZE" ] || skip "sanitizers have stacks of their own"

# 100 chains that call one another, 256 times; what they all wait for comes in one turn, so they end in one.
cat >nested_ends.chain <<'EOF'
#include <stdio.h>
async int held(int n);
chain int calls_0(int n) { held(n) }
chain int outermost(int n) { calls_99(n) then (it + 1) }
%{
enum { COUNT = 256, TURNS = 200 };
static struct held *waiting[COUNT];
static struct outermost chains[COUNT];
static size_t held_count, wrong;

void held_start(struct held *op, int n)
{
    (void)n;
    waiting[held_count++] = op;
}

void held_cancel(struct held *op)
{
    held_cancelled(held_done(op));
}

static uint64_t port_now(struct chain_loop *loop)
{
    (void)loop;
    return 1;
}

static void port_wait(struct chain_loop *loop, uint64_t deadline)
{
    (void)loop;
    (void)deadline;
}

int main(void)
{
    static const struct chain_port port = { .now = port_now, .wait = port_wait };
    static struct chain_loop loop;

    chain_loop_init(&loop, &port);
    for (int i = 0; i < COUNT; i++)
        outermost_run(&chains[i], &loop, i);
    for (int i = 0; i < TURNS; i++)
        chain_loop_turn(&loop, false);
    for (size_t i = 0; i < held_count; i++)
        held_resolve(held_done(waiting[i]), (int)i);
    chain_loop_run(&loop);
    for (int i = 0; i < COUNT; i++)
        wrong += chains[i].frame.u.value != i + 100;
    printf("%zu ended, %zu wrong, %zu left\n", held_count, wrong, chain_loop_fini(&loop));
    return 0;
}
%}
EOF
for i in $(seq 1 99); do
    echo "static chain int calls_$i(int n) { calls_$((i - 1))(n) then (it + 1) }"
done >>nested_ends.chain
echo "256 ended, 0 wrong, 0 left" >nested_ends.out

for name in world rule_13_constant_stack; do
    expect 0 "$CHAINC" "$TOP/tests/rules/$name.chain" -o "$name.c"
done
expect 0 "$CHAINC" nested_ends.chain
set -- -O0 "-O2 -fno-optimize-sibling-calls"
[ "${LEVELS:-}" != all ] || set -- "$@" -O1 -Os -O3
for level; do
    build="$CC -std=gnu11 $level -pthread -I. -I$TOP/tests/rules -I$TOP/runtime/include -I$TOP/runtime/core"
    expect 0 $build rule_13_constant_stack.c world.c "$TOP/tests/rules/world.c" "$TOP"/runtime/core/*.c -o program
    (ulimit -s 128 && ./program) >printed || fail "$level: status $?"
    diff "$TOP/tests/rules/rule_13_constant_stack.out" printed >difference || fail "$level: $(cat difference)"
    expect 0 $build nested_ends.c "$TOP"/runtime/core/*.c -o nested_ends
    (ulimit -s 128 && ./nested_ends) >printed || fail "$level, ends: status $?"
    diff nested_ends.out printed >difference || fail "$level, ends: $(cat difference)"
done
exit 0
