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

# Stepping over an `if` that is not taken shows no line of its block.
cat >choice.chain <<'EOF'
#include <stdio.h>
sync int puts(const char *text);

chain int main(int argc, char **argv)
{
    if (argc > 5 || argv == NULL) {
        puts("not taken")
    }
    then puts("after")
    then (0)
}
EOF
expect 0 "$CHAINC" choice.chain
expect 0 $CC -std=c11 -g -O0 -pthread -I. -I"$BUILD/include" choice.c "$BUILD/lib/libchain.a" -o choice
gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'break choice.chain:6' -ex run -ex next -ex next -ex next ./choice >out 2>err </dev/null
shows out '"after"'
! grep -q '"not taken"' out || fail "shown, but not taken: $(cat out)"

# `next` moves by lines of the source, one for each step, and a line that begins branches can be stopped at.
cat >lines.chain <<'EOF'
#include <stdio.h>
sync int puts(const char *text);
chain int one(int n)
{
    delay 1ms
    then (n)
}

chain int main(void)
{
    puts("first")
    then puts("second")
    then all (
        one(1) as x,
        one(2) as y
    )
    then puts("third")
    then (x + y - 3)
}
EOF
expect 0 "$CHAINC" lines.chain
expect 0 $CC -std=c11 -g -O0 -pthread -I. -I"$BUILD/include" lines.c "$BUILD/lib/libchain.a" -o lines
gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'break lines.chain:11' -ex run -ex next -ex next -ex 'break lines.chain:17' \
    -ex continue -ex next -ex next -ex 'tbreak lines.chain:13' -ex 'info breakpoints' ./lines >out 2>err </dev/null
sed -n 's/^\([0-9][0-9]*\)\t.*/\1/p' out | tr '\n' ' ' >stops
[ "$(cat stops)" = "11 12 13 17 18 19 " ] || fail "stopped at $(cat stops): $(cat out)"
shows out 'main_chain_resume at .*lines.chain:13$'
exit 0
