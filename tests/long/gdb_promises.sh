#!/bin/sh
# chain-gdb.py with promises and handles: which run and which have ended and how, and which strand waits for which of them.
. "$TOP/tests/scripts/lib"
need gdb
[ -z "$SANITIZE" ] || skip "a plain build is enough"
gdb -nx -batch -ex 'python print("py" + "thon")' 2>/dev/null </dev/null | grep -q '^python$' || skip "this gdb has no Python"

cat >tea.chain <<'END'
extern sync void mark(void) raises nothing;
async int never(int n) raises nothing;
async int now(int n) raises nothing;
async void fails(int n) raises EIO;

chain void guest(int n) raises nothing pool 2 { delay (n) s }

chain void pour(int n)
{
    each (i in 0 .. n) limit 2 {
        start never((int)i) as sip
        then delay 10s
        then await sip then {}
    }
}

chain int brew(int n)
{
    start never(n) as kettle
    then start now(n) as cup
    then start { delay 1ms then delay 20s } as nap
    then spawn guest(n) as visitor
    then start fails(n) as broken
    then { start now(7) as inner then await inner then {} }
    then all (
        { await kettle then {} },
        { await visitor },
        { await nap },
        { await cup then {} },
        pour(2),
        { await broken catch {} then delay 50ms then mark() }
    )
    then await kettle then (cup + kettle)
}

chain int main(void)
{
    brew(5) then {}
    then (0)
}
END
cat >tea_ops.c <<'END'
#include "tea.h"
#include <errno.h>
#include <stdlib.h>

void mark(void) { abort(); }
void never_start(struct never *op, int n) { (void)op; (void)n; }
void never_cancel(struct never *op) { never_cancelled(never_done(op)); }
void now_start(struct now *op, int n) { now_resolve(now_done(op), n); }
void now_cancel(struct now *op) { now_cancelled(now_done(op)); }
void fails_start(struct fails *op, int n) { fails_reject(fails_done(op), EIO, "no", n); }
void fails_cancel(struct fails *op) { fails_cancelled(fails_done(op)); }
END
cat >expected <<'END'
  1 brew waits at tea.chain:25
  2   brew waits at tea.chain:26 for the promise kettle, a branch
  3   brew waits at tea.chain:27 for the end of guest, a branch
  4   brew waits at tea.chain:28 for the promise nap, a branch
  5   pour waits at tea.chain:10, a branch
  6     pour waits at tea.chain:12, an item
  7       pour waits at tea.chain:11, the promise sip
  8     pour waits at tea.chain:12, an item
  9       pour waits at tea.chain:11, the promise sip
 10   brew waits at tea.chain:31, a branch
 11   brew waits at tea.chain:19, the promise kettle
 12   the promise cup ended with a value
 13   brew waits at tea.chain:21, the promise nap
 14   the promise broken was rejected with 5
 15   guest waits at tea.chain:6, spawned
strand 2:
  #0 brew waits at tea.chain:26 for the promise kettle, a branch
  #1 brew waits at tea.chain:25
  #2 main called it at tea.chain:38
strand 12:
  #0 the promise cup ended with a value
  #1 brew waits at tea.chain:25
  #2 main called it at tea.chain:38
#0 brew waits at tea.chain:25
  n = 5
  kettle: a promise that runs
  cup = 5, a promise that has ended
  nap: a promise that runs
  visitor: not alive here
  broken: a promise that was rejected with 5
  inner: not alive here
  err: not set yet
#0 pour waits at tea.chain:12, an item
  n = 2
  i: not alive here
  sip: a promise that runs
END

debug() { # debug OUT ARGUMENT...
    out=$1
    shift
    gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'set confirm off' -ex "source $TOP/runtime/debug/chain-gdb.py" "$@" \
        >"$out" 2>err </dev/null || true
    ! grep -q -i ptrace err || skip "no debugging here"
}

for level in -O0 -O2; do
    expect 0 "$CHAINC" --debug tea.chain
    expect 0 $CC -std=c11 -g $level -pthread -I. -I"$BUILD/include" tea.c tea_ops.c "$BUILD/lib/libchain.a" -o tea
    debug core -ex run -ex 'generate-core-file tea.core' -ex kill ./tea
    debug shown -ex 'chain list' -ex 'chain bt 2' -ex 'chain bt 12' -ex 'chain print 1' -ex 'chain print 6' ./tea tea.core
    grep -E '^ |^#[0-9]+ [a-z]+ |^strand' shown >printed
    diff expected printed >difference || fail "$level: $(cat difference err)"
done

# Without tables the names of promises are not known, and which have ended is not, either.
expect 0 "$CHAINC" tea.chain
expect 0 $CC -std=c11 -g -pthread -I. -I"$BUILD/include" tea.c tea_ops.c "$BUILD/lib/libchain.a" -o tea
debug shown -ex run -ex 'chain list' -ex kill ./tea
shows shown '^  2   brew waits at tea\.chain:[0-9]* for a promise, a branch$'
shows shown '^  3   brew waits at tea\.chain:[0-9]* for the end of guest, a branch$'
shows shown ', a promise$'
! grep -q ended shown || fail "what has ended is shown: $(cat shown)"
exit 0
