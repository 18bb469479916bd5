#!/bin/sh
# A file that is imported by several paths is one file; and no output overwrites the input or the other output.
. "$TOP/tests/scripts/lib"

mkdir x
echo 'async int op(int x);' >lib.chain
ln -s lib.chain link.chain
printf 'import "lib.chain";\nimport "./lib.chain";\nimport "x/../lib.chain";\nimport "link.chain";\nchain int q(int a) { op(a) }\n' >m.chain
expect 0 "$CHAINC" m.chain -o m.c

cp m.chain before.chain
for outputs in "-o m.chain" "-o ./m.chain" "-o y.c --header=m.chain" "-o y.c --header=./y.c" "-o y.h"; do
    touch y.c y.h
    # shellcheck disable=SC2086 # several words
    expect 2 "$CHAINC" m.chain $outputs
    cmp -s m.chain before.chain || fail "$outputs: the input was overwritten"
    [ ! -s y.c ] && [ ! -s y.h ] || fail "$outputs: something was written"
done
