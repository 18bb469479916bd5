#!/bin/sh
# The line that examples/11 keeps in a comment settles another operation's deferred: with it, the program does not compile.
set -eu

compile()
{
    "$CHAINC" "$1.chain" -o "$1.c"
    # shellcheck disable=SC2086 # several words
    $CC -std=c11 $CFLAGS -I"$BUILD/include" -c "$1.c" -o "$1.o" 2>"$1.err"
}

sed 's,/\* \(lamp_resolve(done);\) .*\*/,\1,' "$TOP/examples/11_two_ends_of_a_promise.chain" >wrong.chain
cp "$TOP/examples/11_two_ends_of_a_promise.chain" right.chain
compile right || { cat right.err; exit 1; }
! compile wrong || { echo "lamp_resolve() takes a key_deferred"; exit 1; }
grep -q "lamp_resolve" wrong.err || { cat wrong.err; exit 1; }
