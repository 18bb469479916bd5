#!/bin/sh
# 1,000,000 instances through a pool of 64, and 1,000,000 through slabs of which 64 live at a time; 100,000 items of an `each` in 8 slots,
# of a range and pulled: nothing is allocated in between, no more live than there are slots, and none is left.
. "$TOP/tests/scripts/lib"

cat >load.chain <<'END'
#include <stdint.h>
#include <stdio.h>

enum { COUNT = 1000000, ROUND = 64, ITEMS = 100000, SLOTS = 8 };

async void turn(int n) raises nothing uncancellable;
async int next(int *last) raises CHAIN_EEND;
sync void count(int n) raises nothing;
sync void begins(void) raises nothing;
sync void ends(void) raises nothing;

chain void pooled(int n) raises nothing pool ROUND { turn(n) then turn(n) then count(n) }
chain void sliced(int n) raises nothing            { turn(n) then turn(n) then count(n) }

chain void through_pool(int total)
{
    var int n = 0;
    while (n < total) { spawn pooled(n) then do { n++; } }
}

chain void through_slabs(int total)
{
    var int n = 0;
    while (n < total) { spawn sliced(n) then if (++n % ROUND == 0) { join } }
}

chain void items(int total)
{
    each (i in 0 .. (size_t)total) limit SLOTS { begins() then turn((int)i) then delay 0us then turn(1) then count((int)i) then ends() }
}

chain void pulled(int total)
{
    each (n from next(&total)) limit SLOTS { begins() then turn(n) then delay 0us then turn(1) then count(n) then ends() }
}

%{
#include "chain_reactor.h"

#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);

static uint64_t allocations, sum;
static size_t most;
static struct chain_loop *loop;

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    allocations++;
    return __real_realloc(old, size);
}

void turn_start(struct turn *op, int n)
{
    (void)n;
    if (loop->instances > most)
        most = loop->instances;
    turn_resolve_soon(turn_done(op));
}

void next_start(struct next *op, int *last)
{
    if (*last == 0)
        next_reject(next_done(op), CHAIN_EEND, NULL, 0);
    else
        next_resolve(next_done(op), --*last);
}

void next_cancel(struct next *op)
{
    next_cancelled(next_done(op));
}

static void count(int n)
{
    sum += (uint64_t)n;
}

static size_t live;

static void begins(void)
{
    if (++live > most)
        most = live;
}

static void ends(void)
{
    live--;
}

static void report(const char *name, struct chain_root *root, uint64_t before)
{
    printf("%s: outcome %d, sum %llu, at most %zu, left %zu, allocations %llu\n", name, (int)chain_root_outcome(root), (unsigned long long)sum,
           most, loop->instances + live, (unsigned long long)(allocations - before));
    sum = 0;
    most = 0;
}

int main(void)
{
    static struct through_pool p;
    static struct through_slabs s;
    static struct items i;
    static struct pulled u;
    struct chain_reactor *reactor;
    uint64_t before;

    if (chain_reactor_open(&reactor) != 0)
        return 1;
    loop = chain_reactor_loop(reactor);
    before = allocations;
    through_pool_run(&p, loop, COUNT);
    chain_loop_run(loop);
    report("pool", &p.root, before);
    through_slabs_run(&s, loop, ROUND);
    chain_loop_run(loop);
    sum = most = 0;
    before = allocations;
    through_slabs_run(&s, loop, COUNT);
    chain_loop_run(loop);
    report("slabs", &s.root, before);
    before = allocations;
    items_run(&i, loop, ITEMS);
    chain_loop_run(loop);
    report("each", &i.root, before);
    before = allocations;
    pulled_run(&u, loop, ITEMS);
    chain_loop_run(loop);
    report("each from", &u.root, before);
    return chain_reactor_close(reactor) == 0 ? 0 : 1;
}
%}
END
expect 0 "$CHAINC" load.chain -o load.c
# shellcheck disable=SC2086 # flags
expect 0 $CC -std=gnu11 -Wall -Wextra -Werror $CFLAGS -pthread -I. -I"$BUILD/include" load.c "$BUILD/lib/libchain.a" \
    -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc -o load
expect 0 ./load
cat >expected <<'END'
pool: outcome 1, sum 499999500000, at most 64, left 0, allocations 0
slabs: outcome 1, sum 499999500000, at most 64, left 0, allocations 0
each: outcome 1, sum 4999950000, at most 8, left 0, allocations 0
each from: outcome 1, sum 4999950000, at most 8, left 0, allocations 0
END
diff expected out >difference || fail "$(cat difference)"
exit 0
