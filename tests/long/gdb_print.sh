#!/bin/sh
# chain print of chain-gdb.py: what is set, what is not yet, and what is not alive any more, in chains, branches, items, instances.
. "$TOP/tests/scripts/lib"
need gdb
[ -z "$SANITIZE" ] || skip "a plain build is enough"
gdb -nx -batch -ex 'python print("py" + "thon")' 2>/dev/null </dev/null | grep -q '^python$' || skip "this gdb has no Python"

echo 'struct pair { int first, second; };' >pair.h
cat >names.chain <<'END'
#include "pair.h"

async int step(int n);
async void never(int n);
sync void stop(int n);

%{
void stop(int n);
%}

chain void burn(int log, const char *place) raises nothing
{
    var struct pair both = { log, 2 };
    delay 10s then do { both.first++; (void)place; }
}

chain int shared(int n)
{
    step(n) as b
    then step(b) as c
    then never(c)
    then step(c) as d
    then (c + d)
}

chain int again(int n)
{
    var int round = 0;
    while (round < 2) {
        step(n) as x
        then step(x) as y
        then do { round = round + y - x; }
    }
    then step(n) as first
    then while (round < 4) {
        (round) as int z then if (round == 3) { never(n) } then step(z) as w then do { round++; (void)w; }
    }
    then (first)
}

chain int handled(int n)
{
    var int tries = 7;
    step(-1) as lost then (lost)
    catch { never(err.code) then do { tries++; } then (n) }
}

chain void items(int n)
{
    var int sum = 0;
    each (i in 0 .. 2) limit 2 {
        step(n) as page then never(page) then do { sum += page + (int)i; }
    }
}

chain int top(int n)
{
    spawn burn(n, "hall")
    then all (
        { shared(n) then step(n) as inside then (inside) } as int left,
        again(n) as middle,
        items(n),
        handled(n),
        never(n),
        { delay 20ms then stop(n) }
    )
    then (left + middle)
}

chain int main(void) { top(5) then (0) }
END
cat >names_ops.c <<'END'
#include "names.h"
#include <errno.h>
#include <stdlib.h>

static struct chain_loop *loop;
static struct { struct chain_strand strand; struct burn_frame frame; } bare;

static struct chain_strand *ended(struct chain_strand *strand, struct chain_loop *of)
{
    chain_bare_ended(strand, of);
    return chain_bare_next(of);
}

void stop(int n)
{
    static const struct chain_type type = { .resume = ended };
    static const struct chain_caller caller = { &type, 0 };

    burn_start(&bare.frame, n + 3, "shed");
    bare.frame.caller = &caller;
    chain_bare_run(&bare.strand, loop, &burn_type);
    abort();
}

void never_start(struct never *op, int n) { (void)n; loop = chain_loop_of(op); }
void never_cancel(struct never *op) { never_cancelled(never_done(op)); }
void step_start(struct step *op, int n) { n < 0 ? step_reject(step_done(op), EIO, NULL, 0) : step_resolve(step_done(op), n + 1); }
void step_cancel(struct step *op) { step_cancelled(step_done(op)); }
END

debug() { # debug OUT ARGUMENT...
    out=$1
    shift
    gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'set confirm off' -ex "source $TOP/runtime/debug/chain-gdb.py" "$@" \
        >"$out" 2>err </dev/null || true
    ! grep -q -i ptrace err || skip "no debugging here"
}

cat >expected <<'END'
#0 top waits at names.chain:59
  n = 5
  inside: not set yet
  left: a branch sets it
  middle: a branch sets it
#1 main called it at names.chain:70
  it has no names
#0 shared waits at names.chain:21
  n: not alive here
  b: not alive here
  c = 7
  d: not set yet
#1 top called it at names.chain:60, a branch
  n = 5
  inside: not set yet
  left: a branch sets it
  middle: a branch sets it
#0 again waits at names.chain:36
  n = 5
  round = 3
  x: not alive here
  y: not alive here
  first = 6
  z = 3
  w: not alive here
#0 items waits at names.chain:51
  n = 5
  sum = 0
#0 items waits at names.chain:52, an item
  n = 5
  sum = 0
  i = 0
  page = 6
#0 items waits at names.chain:52, an item
  n = 5
  sum = 0
  i = 1
  page = 6
#0 handled waits at names.chain:45
  n = 5
  tries = 7
  lost: not set yet
  err = {code = 5, attempt = 0
#0 an operation is pending at names.chain:64, a branch
  n = 5
  inside: not set yet
  left: a branch sets it
  middle: a branch sets it
#0 burn waits at names.chain:14, spawned
  log = 5
  place = "hall"
  both = {first = 5, second = 2}
  1 top waits at names.chain:59
  2   shared waits at names.chain:21, a branch
  3   again waits at names.chain:36, a branch
  4   items waits at names.chain:51, a branch
  5     items waits at names.chain:52, an item
  6     items waits at names.chain:52, an item
  7   handled waits at names.chain:45, a branch
  8   an operation is pending at names.chain:64, a branch
  9   top waits at names.chain:65, a branch
 10   burn waits at names.chain:14, spawned
without a root, not listed: 1
  1 top waits at names.chain:59
  2   shared waits at names.chain:21, a branch
  3   again waits at names.chain:36, a branch
  4   items waits at names.chain:51, a branch
  5     items waits at names.chain:52, an item
  6     items waits at names.chain:52, an item
  7   handled waits at names.chain:45, a branch
  8   an operation is pending at names.chain:64, a branch
  9   top waits at names.chain:65, a branch
 10   burn waits at names.chain:14, spawned
 11 burn waits at names.chain:11
strand 11:
  #0 burn waits at names.chain:11
#0 burn waits at names.chain:11
  log = 8
  place = "shed"
  both: not set yet
END

expect 0 "$CHAINC" --debug names.chain
for level in -O0 -O2; do
    expect 0 $CC -std=c11 -g $level -pthread -I. -I"$BUILD/include" names.c names_ops.c "$BUILD/lib/libchain.a" -o names
    debug core -ex run -ex 'generate-core-file names.core' -ex kill ./names
    debug shown -ex 'chain print 1' -ex 'chain print 1 1' -ex 'chain print 2' -ex 'chain print 2 1' -ex 'chain print 3' \
        -ex 'chain print 4' -ex 'chain print 5' -ex 'chain print 6' -ex 'chain print 7' -ex 'chain print 8' -ex 'chain print 10' \
        -ex 'chain list' -ex 'chain add bare.strand' -ex 'chain add &bare.strand' -ex 'chain list' -ex 'chain bt 11' \
        -ex 'chain print 11' ./names names.core
    grep -E '^ |^#[0-9]+ [a-z]+ |^without|^strand' shown | sed 's/0x[0-9a-f]* "/"/; s/, message = .*//' >printed
    diff expected printed >difference || fail "$level: $(cat difference err)"
done

# Wrong numbers and expressions; a chain without tables.
debug core -ex 'chain print' -ex 'chain print 99' -ex 'chain print 2 7' -ex 'chain add bare' ./names names.core
shows err '^expected the number of a strand, as in chain list$'
shows err '^chain list has no number 99$'
shows err '^chain bt 2 has no level 7$'
shows err '^expected a struct chain_strand, such as mine\.strand$'
expect 0 "$CHAINC" names.chain
expect 0 $CC -std=c11 -g -pthread -I. -I"$BUILD/include" names.c names_ops.c "$BUILD/lib/libchain.a" -o names
debug core -ex run -ex 'chain print 2' -ex kill ./names
shows err '^shared was not made by chainc --debug: which of its names have a value is not known$'
exit 0
