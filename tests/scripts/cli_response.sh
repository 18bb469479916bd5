#!/bin/sh
# @FILE: arguments from a file, as gcc reads them.
. "$TOP/tests/scripts/lib"

mkdir "a b" made
sample >"a b/it's.chain"
cat >words <<'END'
"a b/it's.chain"
   -o	made/x.c
@more
END
printf '%s' "--header='made/a &b.h' -MD -MF made/\\ d\\\\e'\"'" >more
expect 0 "$CHAINC" @words
[ -s made/x.c ] && [ -s 'made/a &b.h' ] && [ -s 'made/ d\e"' ] || fail "$(ls made)"

# The arguments beside them count in their order; after -- an @ is part of a name.
echo '-o made/first.c' >first
expect 0 "$CHAINC" @first "a b/it's.chain" -o made/second.c
[ -e made/second.c ] && [ ! -e made/first.c ] || fail "order: $(ls made)"
sample >@name.chain
expect 0 "$CHAINC" -o made/at.c -- @name.chain
expect 0 "$CHAINC" -o made/at.c ./@name.chain
: >nothing
expect 2 "$CHAINC" @nothing
shows err 'no input file$'

# Many arguments.
"$PYTHON" -c 'print("-I nowhere\n" * 100000 + "\"a b/it\x27s.chain\" -o made/many.c")' >many
expect 0 "$CHAINC" @many
[ -s made/many.c ] || fail "many arguments"

# What cannot be used is said.
expect 2 "$CHAINC" @missing
shows err '^chainc: @missing: No such file or directory$'
expect 2 "$CHAINC" @made
shows err '^chainc: @made: is a directory$'
echo '-o "x.c' >open
expect 2 "$CHAINC" @open
shows err '^chainc: @open: a quote is not closed$'
echo @self >self
expect 2 "$CHAINC" @self
shows err '^chainc: @self: response files are nested too deeply$'
exit 0
