#!/bin/sh
# chainc --skeleton: the test compiles without a warning, finds nothing wrong with chains that are right, and what is wrong with
# those that are not, tells how to run that again, and does the same in every run.
. "$TOP/tests/scripts/lib"
STRICT="-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Werror -DCHAIN_TRACE"
folders="-I. -I$BUILD/include -I$TOP/tests/exec -I$TOP/tests/sim -I$TOP/examples"

# make_test FOLDER NAME FLAGS...: NAME_test. Functions that are not operations are in NAME_*.c beside the source, if anywhere.
make_test()
{
    from=$1 name=$2
    shift 2
    expect 0 "$CHAINC" -I "$from" "$from/$name.chain"
    expect 0 "$CHAINC" -I "$from" --skeleton "$from/$name.chain"
    if [ -z "$SANITIZE" ]; then
        for cc in gcc clang; do expect 0 $cc $STRICT -O2 $folders "$@" -c "${name}_test.c" -o "${name}_test.o"; done
    fi
    expect 0 $CC $CFLAGS $STRICT $folders "$@" -Dmain=program_main -c "$name.c"
    expect 0 $CC $CFLAGS $STRICT $folders "$@" "${name}_test.c" "$name.o" $more -Wl,-z,muldefs "$BUILD/lib/libchain-trace.a" -pthread \
        -o "${name}_test"
}

# Right: nothing is wrong, and as much is covered as there is.
right()
{
    more=$4
    make_test "$1" "$2"
    expect 0 "./$2_test" --limit 2000
    shows out 'all is well'
    ! grep -q 'went wrong' out || fail "$(cat out)"
    shows out "covered: $3 pairs"
}

right $TOP/tests/sim faults "46 of 47" ""
right $TOP/tests/sim constructs "16[0-9] of 174" ""
right $TOP/tests/sim owning "[0-9]+ of [0-9]+" ""

# A release that is left out, or made twice, in the generated code.
grep -n 'done |= 1u' owning.c >bits || fail "no bits in owning.c"
line=$(sed -n '1s/:.*//p' bits)
cp owning.c good.c
sed "${line}s/|= 1u/|= 0u/" good.c >owning.c
expect 0 $CC $CFLAGS -DCHAIN_TRACE $folders owning_test.c owning.c "$BUILD/lib/libchain-trace.a" -pthread -o owning_test
expect 1 ./owning_test
shows out '^two, scenario 1: line 1 was never released$'
sed 's/^ *page_free(f->text);$/& &/' good.c >owning.c
expect 0 $CC $CFLAGS -DCHAIN_TRACE $folders owning_test.c owning.c "$BUILD/lib/libchain-trace.a" -pthread -o owning_test
expect 1 ./owning_test
shows out '^passed_on, scenario [0-9]+: page 1 was released twice$'

expect 0 "$CHAINC" "$TOP/tests/exec/steps.chain"
for name in finallys nested_alls calls; do
    right $TOP/tests/exec $name "[0-9]+ of [0-9]+" "steps.c $TOP/tests/exec/steps.c"
done
for example in hedged transfer 07_three_states keepalive; do
    right $TOP/examples $example "[0-9]+ of [0-9]+" ""
done

# The same in every run; one scenario alone is the same as in the list.
expect 0 ./constructs_test --limit 300 --list
cp out first
expect 0 ./constructs_test --limit 300 --list
cmp -s out first || fail "two runs differ"
shows first '^first_of, scenario 17: all is well$'
sed -n '/scenario 17:/,/^[a-z]/p' first | sed '$d' >listed
expect 0 ./constructs_test --only 17
sed -n '/scenario 17:/,$p' out >alone
cmp -s listed alone || fail "scenario 17: $(cat listed) is not $(cat alone)"
shows out '#1 run first_of FIRST_OF_START constructs.chain:'
shows out '#1 done first_of'
expect 1 ./constructs_test --complete --limit 300
expect 2 ./constructs_test --only 100000000
expect 2 ./constructs_test --onyl 1
shows err "what is '--onyl"

# Wrong: each is found, with the way to run it again.
more=$TOP/tests/sim/broken_ops.c
make_test $TOP/tests/sim broken -DOWN_leaks -DOWN_settles -DOWN_deaf
expect 1 ./broken_test
cp out found
shows found '^leaking, scenario [0-9]+: left at the end: 0 chains, 0 operations, 1 timers'
shows found '^settling, scenario [0-9]+: a settling call came late that is no fault of the plan'
shows found '^deafening, scenario [0-9]+: the chain waits for ever, though it was cancelled'
shows found '^    next \(broken.chain:[0-9]+, start [0-9]\)|^    leaks \(broken.chain:[0-9]+, start 1\): the chain is cancelled meanwhile'
again=$(sed -n 's/^    rerun: //p' found | sed -n 1p)
expect 1 $again
shows out '#2 start leaking LEAKING_AFTER_LEAKS broken.chain:'

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

# Nothing is accepted and ignored.
expect 0 $CC -DCHAIN_TRACE $folders faults_test.c faults.c "$BUILD/lib/libchain.a" -pthread -o plain_test
expect 2 ./plain_test
shows err 'needs a traced build'
expect 0 $CC $folders -c faults.c
expect 0 $CC -DCHAIN_TRACE $folders faults_test.c faults.o "$BUILD/lib/libchain-trace.a" -pthread -o half_test
expect 2 ./half_test
shows err 'nothing was traced'
! $CC $folders -c faults_test.c 2>err || fail "compiled without CHAIN_TRACE"
shows err 'with -DCHAIN_TRACE'

# Values of one's own, from a header beside the test.
printf '#define VALUE_fetch(n) (100 + (int)(n))\n#define ARGUMENT_both_key 7\n' >faults_test_values.h
more=
make_test $TOP/tests/sim faults
expect 0 ./faults_test
exit 0
