#!/bin/sh
# What runs in a turn, and in which order, does not depend on how the generated code is compiled: neither on whether strands jump to one
# another or return to the loop, nor on whether a called chain is entered by a jump.
set -u

fail()
{
    printf '%s\n' "$*" >&2
    exit 1
}

cat >order.chain <<'END'
import "ops.chain";

chain int leaf(int n)                   { tick(n) }
chain int inner(int n)                  { leaf(n) then leaf(n) then leaf(n) }
chain int outer(int n)                  { inner(n) then inner(n) }
chain void turns(int n, int calls)
{
    var int i = 0;
    while (i < 200) {
        do { i++; }
        then if (calls == 1) { leaf(n) } else if (calls == 2) { outer(n) } else { tick(n) }
    }
}
chain void branches(int n)              { all (turns(n, 1), turns(n + 1, 2), { turns(n + 2, 0) then soon then {} }) }
chain void timers(int n)                { var int i = 0; while (i < 30) { do { i++; } then delay 0ms then tick(n) } }
chain void spawner(int n)               { spawn turns(n, 1) then spawn turns(n + 1, 2) then turns(n + 2, 2) }
END
cat >ops.chain <<'END'
sync int tick(int n);
async int soon(void) uncancellable;
END
cat >main.c <<'END'
#include "order.h"

#include <chain_reactor.h>
#include <stdio.h>

/* Who ticks, and how often in a row. */
static int last = -1, row;

int tick(int n)
{
    if (n != last && row != 0)
        printf("%d: %d\n", last, row);
    row = n == last ? row + 1 : 1;
    last = n;
    return n;
}

void soon_start(struct soon *op)
{
    soon_resolve_soon(soon_done(op), 1);
}

int main(void)
{
    static struct turns t[3];
    static struct branches b;
    static struct timers w;
    static struct spawner s;
    struct chain_reactor *reactor;

    if (chain_reactor_open(&reactor) != 0)
        return 2;
    for (int i = 0; i < 3; i++)
        turns_run(&t[i], chain_reactor_loop(reactor), i, i);
    branches_run(&b, chain_reactor_loop(reactor), 10);
    timers_run(&w, chain_reactor_loop(reactor), 20);
    spawner_run(&s, chain_reactor_loop(reactor), 30);
    chain_loop_run(chain_reactor_loop(reactor));
    tick(-1);
    return chain_reactor_close(reactor) != 0;
}
END
"$CHAINC" ops.chain && "$CHAINC" -Wno-spawn order.chain || fail "chainc failed"
sed -i '1i int tick(int n);' ops.h
ways=0
for flags in "-O2" "-O0" "-O1" "-Os" "-O2 -fno-optimize-sibling-calls -DCHAIN__THREADED=0" "-O2 -DNDEBUG"; do
    # shellcheck disable=SC2086
    $CC $CFLAGS $flags -I. -I"$BUILD/include" order.c main.c "$BUILD/lib/libchain.a" -pthread -o order || fail "$flags: it does not compile"
    ./order >out || fail "$flags: status $?"
    [ "$ways" -gt 0 ] || cp out expected
    cmp -s out expected || fail "$flags: $(diff expected out | head -n 5)"
    ways=$((ways + 1))
done
[ "$(wc -l <expected)" -gt 20 ] || fail "the strands do not take turns: $(cat expected)"
echo "$ways builds, one order of $(wc -l <expected) turns"
