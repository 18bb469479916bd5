#!/bin/sh
# A debugger stops at a line of the .chain file and shows where the machine is, in words.
. "$TOP/tests/scripts/lib"
need gdb
[ -z "$SANITIZE" ] || skip "a plain build is enough"

cat >answer.chain <<'EOF'
chain int answer(int n)
{
    delay 1ms
    then (n + 40)
}

chain int main(int argc, char **argv)
{
    answer(argc + (argv != NULL))
    then (it == 42 ? 0 : 1)
}
EOF
expect 0 "$CHAINC" answer.chain -o answer.c
for level in -O0 -O2; do
    expect 0 $CC -std=c11 -g $level -pthread -I. -I"$BUILD/include" answer.c "$BUILD/lib/libchain.a" -o answer
    expect 0 ./answer
    gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'break answer.chain:4' -ex run -ex 'print at' -ex 'whatis at' -ex backtrace \
        -ex 'info breakpoints' -ex delete -ex continue ./answer >out 2>err </dev/null
    grep -q -i ptrace err && skip "no debugging here"
    shows out '^Breakpoint 1, .*answer\.chain:4$'
    shows out 'exited normally'
    [ $level = -O0 ] || continue
    shows out '^\$1 = ANSWER_[A-Z0-9_]+$'
    shows out '^type = enum answer_state$'
done
exit 0
