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

# The same of everything else that is read: imports, theirs too, response files; by any name that leads to it.
mkdir y
echo 'export import "../lib.chain";' >y/middle.chain
printf 'import "y/middle.chain";\nchain int q(int a) { op(a) }\n' >top.chain
ln lib.chain hard.chain
ln -s y linked
echo '-MT t' >words
cp lib.chain lib.before
for outputs in "-o lib.chain" "-o ./lib.chain" "-o x/../lib.chain" "-o $PWD/lib.chain" "-o link.chain" "-o hard.chain" "-o y/middle.chain" \
    "-o linked/middle.chain" "-o z.c --header=lib.chain" "-o z.c --header=hard.chain" "-o z.c -MD -MF lib.chain" "-o z.c -MD -MF words" \
    "-o - --header=link.chain" "--skeleton -o lib.chain" "--if-changed -o lib.chain" "--outdir=new/folder -MD -MF lib.chain"; do
    # shellcheck disable=SC2086 # several words
    expect 2 "$CHAINC" top.chain -MD -MF z.d $outputs @words
    shows err '^chainc: .*: error: cannot write: this file is an input$'
    [ "$(wc -l <err)" = 1 ] || fail "$outputs: $(cat err)"
    cmp lib.chain lib.before && [ "$(cat words)" = '-MT t' ] || fail "$outputs: an input was overwritten"
    [ ! -e z.c ] && [ ! -e z.h ] && [ ! -e z.d ] && [ ! -e new ] || fail "$outputs: something was written"
done
"$CHAINC" top.chain -o - >>lib.chain 2>err
[ $? -eq 2 ] && cmp lib.chain lib.before || fail "standard output into an import: $(cat err)"
"$CHAINC" - -o top.chain <top.chain 2>err
[ $? -eq 2 ] || fail "standard input overwritten: $(cat err)"
data=$PWD/data
cp -R "$("$CHAINC" --print-datadir)" data
expect 2 env CHAINC_DATADIR="$data" "$CHAINC" --emit-runtime=data/runtime
shows err 'this file is an input$'

# Nor one output another, whether they are there already or not.
ln -s new.c also.c
ln -s later other
mkdir later
for outputs in "-o new.c --header=./new.c" "-o new.c --header=also.c" "-o also.c -MD -MF $PWD/new.c" "-o new.c -MD -MF new.h" \
    "-o later/n.c --header=other/n.c" "--skeleton -o n.c -MD -MF ./n.c" "-o - -MD -MF - -MT t"; do
    # shellcheck disable=SC2086 # several words
    expect 2 "$CHAINC" m.chain $outputs
    shows err 'this is the same file as another output$'
    [ ! -e new.c ] && [ ! -e new.h ] && [ -z "$(ls later)" ] && [ ! -e n.c ] || fail "$outputs: something was written"
done
"$CHAINC" m.chain -o - --header=out.h >out.h 2>err
[ $? -eq 2 ] && [ ! -s out.h ] || fail "standard output is the header: $(cat err)"

# Of several inputs, the output of one that is that of another by a link.
mkdir made
ln -s a.c made/b.c
echo 'chain int a(void) { (1) }' >a.chain
echo 'chain int b(void) { (2) }' >b.chain
expect 2 "$CHAINC" --outdir=made a.chain b.chain
grep -q 'from a\.chain' made/a.c && [ ! -e made/b.h ] || fail "one output over another: $(head -n 1 made/a.c)"
[ -z "$(find . -name '.chainc*')" ] || fail "left behind: $(find . -name '.chainc*')"
exit 0
