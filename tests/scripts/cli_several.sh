#!/bin/sh
# Several inputs in one call, and --outdir.
. "$TOP/tests/scripts/lib"

sample >one.chain
sample | sed s/sample/other/ >two.chain
printf 'chain int f(void) { nothing() }\n' >wrong.chain
mkdir made sub

expect 0 "$CHAINC" one.chain two.chain
empty err
for name in one two; do
    (cp $name.chain made && cd made && "$CHAINC" $name.chain) || fail "$name alone"
    cmp $name.c made/$name.c && cmp $name.h made/$name.h || fail "$name: two in one call are not the same as one"
done
rm ./*.[ch] made/*

expect 0 "$CHAINC" -MD --outdir=made one.chain two.chain
[ "$(ls made | tr '\n' ' ')" = "one.c one.d one.h two.c two.d two.h " ] || fail "--outdir: $(ls made)"
shows made/two.d '^made/two\.c:'
! ls ./*.[ch] >/dev/null 2>&1 || fail "--outdir wrote elsewhere"
expect 0 "$CHAINC" --outdir made one.chain
rm made/*

# The folder is made, with those around it, if there is something to write.
expect 1 "$CHAINC" --outdir=new/folder wrong.chain
[ ! -e new ] || fail "a folder was made for nothing"
expect 0 "$CHAINC" --outdir=new/folder one.chain two.chain
[ "$(ls new/folder | tr '\n' ' ')" = "one.c one.h two.c two.h " ] || fail "a new folder: $(ls new/folder)"
expect 0 "$CHAINC" --outdir="$PWD/new/other/" one.chain
[ -e new/other/one.h ] || fail "a new folder with an absolute path"
rm -r new

# An error in one does not keep the others from being written, and is the status.
expect 1 "$CHAINC" --outdir=made one.chain wrong.chain two.chain
[ "$(ls made | tr '\n' ' ')" = "one.c one.h two.c two.h " ] || fail "an error among others: $(ls made)"
expect 2 "$CHAINC" --outdir=made wrong.chain missing.chain one.chain
shows err 'wrong\.chain:1:21: error: '
blames missing.chain 'No such file or directory'

# Flags for messages hold for all.
printf 'sync int g(void);\nchain int f(void) { g() catch EBADF: (1) }\n' >warns.chain
cp warns.chain again.chain
expect 0 "$CHAINC" warns.chain again.chain
[ "$(grep -c warning: err)" = 2 ] || fail "$(cat err)"
category=$(sed -n 's/.*warning: .*\[-W\(.*\)\]$/\1/p' err | head -n 1)
expect 1 "$CHAINC" -Werror warns.chain again.chain
expect 0 "$CHAINC" "-Wno-$category" warns.chain again.chain
empty err

# What only one input can have; two of one name; an output that is another input; a folder that cannot be made.
cp one.chain sub
for words in "-o x.c one.chain two.chain" "--header=x.h one.chain two.chain" "-MD -MF x.d one.chain two.chain" \
    "-MD -MT x one.chain two.chain" "--outdir=made -o x.c one.chain" "one.chain sub/one.chain" "- -" "--outdir=two.chain/sub one.chain"; do
    # shellcheck disable=SC2086 # several words
    expect 2 "$CHAINC" $words
    [ -s err ] || fail "$words: no reason"
    [ ! -e x.c ] || fail "$words: something was written"
done
cp one.chain trap.c
cp one.chain trap.chain
expect 2 "$CHAINC" trap.c trap.chain
cmp one.chain trap.c || fail "one input's output was written over another input"
exit 0
