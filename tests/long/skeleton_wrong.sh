#!/bin/sh
# chainc --skeleton: the test finds what is wrong with operations and with generated code, tells how to run that again, and refuses
# what it cannot do.
. "$TOP/tests/scripts/lib"
. "$TOP/tests/long/skeleton_lib"

# A release that is left out, or made twice, in the generated code.
more=
make_test $TOP/tests/sim owning
grep -n 'done |= 1u' owning.c >bits || fail "no bits in owning.c"
line=$(sed -n '1s/:.*//p' bits)
cp owning.c good.c
sed "${line}s/|= 1u/|= 0u/" good.c >owning.c
expect 0 $CC $CFLAGS -DCHAIN_TRACE $folders owning_test.c owning.c "$BUILD/lib/libchain-trace.a" -pthread -o owning_test
expect 1 ./owning_test
shows out '^two, scenario 1: line 1 was never released$'
sed 's/^    .*page_free(f->text);$/& page_free(f->text);/' good.c >owning.c
expect 0 $CC $CFLAGS -DCHAIN_TRACE $folders owning_test.c owning.c "$BUILD/lib/libchain-trace.a" -pthread -o owning_test
expect 1 ./owning_test
shows out '^passed_on, scenario [0-9]+: page 1 was released twice$'

# Two releases in the wrong order.
make_test $TOP/tests/sim ordered
cp ordered.c good.c
swap() { sed "/^static.*$1_resume(/,/^}/ { s/hang_up, f->$2)/hang_up, THE_OTHER)/; s/hang_up, f->$3)/hang_up, f->$2)/; s/THE_OTHER/f->$3/ }"; }
swap three a b <good.c | swap given first second >ordered.c
expect 0 $CC $CFLAGS -DCHAIN_TRACE $folders ordered_test.c ordered.c "$BUILD/lib/libchain-trace.a" -pthread -o ordered_test
expect 1 ./ordered_test
shows out '^three, scenario 1: line 1 \(dial, line 20\) was released before line 2 \(dial, line 21\), which came later$'
shows out '^given, scenario [0-9]+: line 1 \(given, line 65\) was released before line 2 \(dial, line 67\), which came later$'
! grep -q '^around.*went wrong' out || fail "$(cat out)"

# Wrong: each is found, with the way to run it again.
more=$TOP/tests/sim/broken_ops.c
make_test $TOP/tests/sim broken -DCHAIN_TEST_OWN_leaks -DCHAIN_TEST_OWN_settles -DCHAIN_TEST_OWN_deaf
expect 1 ./broken_test
cp out found
shows found '^leaking, scenario [0-9]+: left at the end: 0 chains, 0 operations, 1 timers'
shows found '^settling, scenario [0-9]+: a settling call came late that is no fault of the plan'
shows found '^deafening, scenario [0-9]+: the chain waits for ever, though it was cancelled'
shows found '^    next \(broken.chain:[0-9]+, start [0-9]\)|^    leaks \(broken.chain:[0-9]+, start 1\): the chain is cancelled meanwhile'
again=$(sed -n 's/^    rerun: //p' found | sed -n 1p)
expect 1 $again
shows out '#2 start leaking LEAKING_AFTER_LEAKS broken.chain:'

# What cannot be ended keeps a loop: of each chain one is enough, so the others have theirs. What it has spawned keeps its slots.
{
    echo 'async void deaf(int key) uncancellable;'
    for i in 01 02 03 04 05 06 07 08 09 10 11 12 13 14; do echo "chain void c$i(int key) { deaf(key) then deaf(key) }"; done
} >many.chain
echo 'void deaf_start(struct deaf *op, int key) { (void)op; (void)key; }' >many_ops.c
sed -i '1i#include "many.h"' many_ops.c
more=many_ops.c
make_test . many -DCHAIN_TEST_OWN_deaf
expect 1 ./many_test
shows out '^c01: 1 scenarios, 1 went wrong$'
shows out '^c14: 1 scenarios, 1 went wrong$'
shows out '^    it cannot be ended, so the rest of this chain was not run$'
cat >>many.chain <<'END'
chain void job(int key) pool 2 { deaf(key) }
chain void owner(int key) { spawn job(key) }
chain void last(int key) { spawn job(key) then spawn job(key) }
END
make_test . many -DCHAIN_TEST_OWN_deaf
expect 1 ./many_test
shows out '^owner: 1 scenarios, 1 went wrong$'
shows out '^    instances that it has spawned keep their slots, so no other chain was run$'
! grep -q '^last' out || fail "$(cat out)"

# A crash says where, unless a sanitizer does.
cat >crash.chain <<'END'
#include <stdlib.h>
sync void abort(void);
async int next(int key);
chain void crash(int key) { next(key) as a then if (a == 1) { abort() } }
END
more=
make_test . crash
./crash_test >out 2>err
[ $? -gt 128 ] || [ -n "$SANITIZE" ] || fail "no crash: $(cat out err)"
[ -n "$SANITIZE" ] || shows err '^    rerun: ./crash_test --only 2$'

# Operations that are not the stubs: here the linker takes the file's own, elsewhere an optimizer calls them without asking it.
cat >own.chain <<'END'
codes { FIRST, SECOND };
async int next(int key) raises FIRST, SECOND state { int key; };
%{
void next_start(struct next *op, int key) { (void)key; next_resolve(next_done(op), 1); }
void next_cancel(struct next *op) { next_cancelled(next_done(op)); }
%}
chain int own(int key) { next(key) }
END
make_test . own
expect 0 $CC $CFLAGS -O0 -DCHAIN_TRACE $folders -c own.c
own() { expect 0 $CC $CFLAGS -DCHAIN_TRACE $folders "$@" -Wl,-z,muldefs "$BUILD/lib/libchain-trace.a" -pthread -o own_test; }
own own_test.c own.o
expect 0 ./own_test --list
shows out 'next \(own.chain:7, start 1\): is rejected with SECOND$'
expect 0 ./own_test --only 5
shows out '#2 rejection own OWN_AFTER_NEXT ./own.chain:7 SECOND$'
expect 0 ./own_test --faults 0
shows out 'not reached: next at own.chain:7, FIRST$'
own own.o own_test.c
expect 1 ./own_test
shows out '^own, scenario 1: next was started, and not its stub'

# Values of one's own, from a header beside the test.
printf '#define CHAIN_TEST_VALUE_fetch(n) (100 + (int)(n))\n#define CHAIN_TEST_ARGUMENT_both__key 7\n' >faults_test_values.h
more=
make_test $TOP/tests/sim faults
expect 0 ./faults_test --limit 500

# Nothing is accepted and ignored.
expect 0 $CC $CFLAGS -DCHAIN_TRACE $folders faults_test.c faults.c "$BUILD/lib/libchain.a" -pthread -o plain_test
expect 2 ./plain_test
shows err 'needs a traced build'
expect 0 $CC $CFLAGS $folders -c faults.c
expect 0 $CC $CFLAGS -DCHAIN_TRACE $folders faults_test.c faults.o "$BUILD/lib/libchain-trace.a" -pthread -o half_test
expect 2 ./half_test
shows err 'nothing was traced'
! $CC $folders -c faults_test.c 2>err || fail "compiled without CHAIN_TRACE"
shows err 'with -DCHAIN_TRACE'
exit 0
