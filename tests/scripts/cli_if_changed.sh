#!/bin/sh
# --if-changed leaves alone what has the right bytes already; without it outputs are always new. The depfile always is.
. "$TOP/tests/scripts/lib"

sample >sample.chain
old() { touch -d '2001-01-01' sample.c sample.h sample.d; }
is_old() { [ "$(date -r "$1" +%Y)" = 2001 ]; }

expect 0 "$CHAINC" sample.chain -MD
old
expect 0 "$CHAINC" --if-changed sample.chain -MD
is_old sample.c && is_old sample.h || fail "outputs with the same bytes were written"
! is_old sample.d || fail "the depfile was not written"

# One file differs: longer, shorter, or by a byte. Only that is written.
cp sample.c right.c
for edit in 'echo more >>sample.c' 'head -c -1 right.c >sample.c' 'tr n m <right.c >sample.c' ': >sample.c'; do
    eval "$edit"
    old
    expect 0 "$CHAINC" --if-changed sample.chain
    cmp sample.c right.c || fail "$edit: not written"
    is_old sample.h || fail "$edit: the header was written"
done

# A comment that moves nothing changes nothing (with line numbers kept).
sed '1s,$, // words,' sample.chain >new && mv new sample.chain
old
expect 0 "$CHAINC" --if-changed --no-lines sample.chain -o sample.c
expect 0 "$CHAINC" sample.chain
! is_old sample.c && ! is_old sample.h || fail "without --if-changed an output was left alone"
exit 0
