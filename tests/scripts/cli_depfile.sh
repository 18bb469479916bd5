#!/bin/sh
# Depfiles: what gcc would write, whole or not at all, and make understands them.
. "$TOP/tests/scripts/lib"
need make

mkdir in lib made
echo 'async int one(void);' >lib/one.chain
printf 'export import "one.chain";\nasync int two(void);\n' >lib/two.chain
printf 'import "two.chain";\nimport "time.chain";\nchain int both(void) { one() then two() }\n' >in/both.chain
in_one_line() { tr -d '\\\n' <"$1" | tr -s ' '; }
means() { [ "$(in_one_line "$1")" = "$2" ] || fail "$1: $(cat "$1")"; }
modules=$("$CHAINC" --print-datadir)

# Beside the output by default, here with -MF; the target as -o was given; every file that was read, once, whatever imported it.
expect 0 "$CHAINC" in/both.chain -I lib -o ./made/../made/both.c -MD
means made/both.d "./made/../made/both.c: in/both.chain lib/two.chain $modules/time.chain lib/one.chain"
expect 0 "$CHAINC" in/both.chain -I lib -MD -MF here
means here "both.c: in/both.chain lib/two.chain $modules/time.chain lib/one.chain"
mv here wanted
for spelling in "-MD -MFhere" "--depfile=here" "--depfile here" "-MF here -MD"; do
    # shellcheck disable=SC2086 # several words
    expect 0 "$CHAINC" in/both.chain -I lib $spelling
    cmp here wanted || fail "$spelling"
    rm here
done

# Targets: as they are, quoted, several; empty rules for what was imported.
expect 0 "$CHAINC" lib/two.chain -o made/two.c -MD -MT 'a$(B) b' -MQ 'c$d e' -MP
sed -n 1p made/two.d | grep -Fqx 'a$(B) b c$$d\ e: \' || fail "targets: $(cat made/two.d)"
shows made/two.d '^lib/one\.chain:$'
grep -q '^lib/two.chain:' made/two.d && fail "an empty rule for the input itself"

# Names that make would misunderstand, escaped as gcc does it.
odd='o dd$x#y\ z\w'
mkdir "$odd"
cp lib/one.chain "$odd"
printf 'import "one.chain";\nchain int f(void) { one() }\n' >"$odd/m.chain"
echo >"$odd/one.h"
echo '#include "one.h"' >"$odd/m.c"
expect 0 gcc -MD -MF gcc.d -MT t -c "$odd/m.c" -o m.o
expect 0 "$CHAINC" "$odd/m.chain" -o "$odd/m.c" -MD -MF our.d -MT t
sed 's/\.chain/.?/g' our.d | tr -d '\n' | tr -s ' ' | sed 's/ \\ / /g' >our
sed 's/\.[ch]/.?/g' gcc.d | tr -d '\n' | tr -s ' ' | sed 's/ \\ / /g' >theirs
grep -q stdc-predef theirs && sed -i 's, /[^ ]*stdc-predef.?,,' theirs
cmp our theirs || fail "gcc: $(cat theirs)
ours: $(cat our)"

# make reads it: a change of an imported file, its name however odd, makes the output again; a second make does nothing.
plain='o dd$x#y'
mkdir "$plain"
cp lib/one.chain "$odd/m.chain" "$plain"
cat >Makefile <<'END'
made.c: ; $(CHAINC) "$$FOLDER/m.chain" -I lib -o made.c -MD -MP && echo ran
-include made.d
END
export CHAINC FOLDER="$plain"
ran() { make -s >out.make 2>&1 || fail "make: $(cat out.make)"; grep -c ran out.make; }
[ "$(ran)" = 1 ] && [ "$(ran)" = 0 ] || fail "a second make: $(cat out.make)"
touch -d '+2 seconds' "$plain/one.chain"
[ "$(ran)" = 1 ] || fail "a change of an imported file"
rm "$plain/one.chain" # -MP: make does not give up; now lib/one.chain is found
[ "$(ran)" = 1 ] || fail "an imported file was removed"
shows made.d '^ lib/one\.chain'

# Nothing is written when there are errors, neither output nor depfile, and what was there stays.
echo before >made/kept.d
printf 'chain int f(void) { nothing() }\n' >wrong.chain
expect 1 "$CHAINC" wrong.chain -o made/kept.c -MD
[ "$(cat made/kept.d)" = before ] && [ ! -e made/kept.c ] || fail "an error wrote something"
expect 2 "$CHAINC" lib/one.chain -o made/kept.c -MD -MF nowhere/x.d
blames nowhere/x.d 'No such file or directory'
[ ! -e made/kept.c ] && [ ! -e made/kept.h ] || fail "without a depfile there is no output"

# Standard output has no name; a name with a line end cannot be said.
expect 2 "$CHAINC" lib/one.chain -o - -MD
shows err 'with standard output or a device, -MD needs -MF and -MT'
expect 0 "$CHAINC" lib/one.chain -o - -MD -MF stdout.d -MT x
means stdout.d 'x: lib/one.chain'
expect 0 "$CHAINC" lib/one.chain -MD -MF -
[ "$(in_one_line out)" = 'one.c: lib/one.chain' ] || fail "-MF -: $(cat out)"
"$CHAINC" - -o piped.c -MD <lib/one.chain || fail "standard input"
means piped.d 'piped.c:'
cp lib/one.chain 'line
end.chain'
expect 2 "$CHAINC" 'line
end.chain' -o line.c -MD
shows err 'line\.d: error: cannot write: the name of a file has a line end$'

expect 2 "$CHAINC" lib/one.chain -o 'line
end.c' --header=end.h -MD -MF line.d
shows err 'line\.d: error: cannot write: the name of a file has a line end$'
[ ! -e line.d ] && [ "$(ls -A | grep -c '^line')" = 1 ] || fail "something was written: $(ls -A)"

# What does not go together.
for words in "-MF x.d" "-MP" "-MT t" "-MD --check" "-MD --dump=ir" "-MX" "-MD -MF" "-MD -MF one.c" "-MD -MF lib/one.chain" "-o - -MD -MF - -MT t"; do
    # shellcheck disable=SC2086 # several words
    expect 2 "$CHAINC" lib/one.chain $words
    [ -s err ] || fail "$words: no reason"
done
[ "$(cat lib/one.chain)" = 'async int one(void);' ] || fail "the input was overwritten"
exit 0
