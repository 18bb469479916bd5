#!/bin/sh
# chainc --skeleton: the test compiles without a warning, finds nothing wrong with chains that are right, and does the same in every
# run.
. "$TOP/tests/scripts/lib"
. "$TOP/tests/long/skeleton_lib"
limit=2000
[ -z "$SANITIZE" ] || limit=200

# Right: nothing is wrong, and as much is covered as there is.
right()
{
    more=$4
    make_test "$1" "$2"
    expect 0 "./$2_test" --limit $limit
    shows out 'all is well'
    ! grep -q 'went wrong' out || fail "$(cat out)"
    shows out "covered: $3 pairs"
}

right $TOP/tests/sim owning "[0-9]+ of [0-9]+" ""
right $TOP/tests/sim ordered "[0-9]+ of [0-9]+" ""
right $TOP/tests/sim codes "29 of 29" ""
shows out '^  ask  *codes.chain:9  *[0-9]+ +12/12 '
shows out '^  guess  *codes.chain:9  *[0-9]+ +11/11 '
right $TOP/tests/sim quiet "[0-9]+ of 73" ""
shows out '^  all  *quiet.chain:9  *[0-9]+ +- '
shows out '^  any  *quiet.chain:19  *[0-9]+ +1/1 '
expect 0 ./quiet_test --list --limit 300
! grep -q 'look .*is rejected' out || fail "$(grep 'look .*is rejected' out)"
shows out 'buy \(quiet.chain:11, start 10\): is rejected with SOLD_OUT$'
right $TOP/tests/sim handles "[0-9]+ of 45" ""
right $TOP/tests/sim constructs "1[0-9]+ of 174" ""
if [ -z "$SANITIZE" ]; then
    shows out "covered: 172"
    expect 0 "$CHAINC" "$TOP/tests/exec/steps.chain"
    right $TOP/tests/exec finallys "[0-9]+ of [0-9]+" "steps.c $TOP/tests/exec/steps.c"
    right $TOP/examples keepalive "[0-9]+ of [0-9]+" ""
fi

# What is cut short is said.
cat >long.chain <<'END'
async void next(int key);
chain void too_long(int key) { var int n = 0; while (n < 300) { next(key) then do { n++; } } }
END
make_test . long
expect 0 ./long_test --faults 0
shows out '^    1 of them started more than 256 things, and was cancelled there$'

# The file's names are not in the way of the headers that the test needs.
cat >enumerators.chain <<'END'
enum said { end, code, done, argc, argv };
typedef int n;
async n next(enum said key);
chain void ask(void) { next(done) then {} }
END
make_test . enumerators

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
expect 0 ./codes_test --complete
[ -n "$SANITIZE" ] || expect 0 ./quiet_test --complete --limit 2000
expect 2 ./constructs_test --only 100000000
expect 2 ./constructs_test --onyl 1
shows err "what is '--onyl"
exit 0
