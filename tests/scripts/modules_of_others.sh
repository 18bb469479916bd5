#!/bin/sh
# Two modules that know nothing of each other, and have everything of one name:
# the file, operations, resources, codes, views of a C function.
. "$TOP/tests/scripts/lib"

nm "$BUILD/lib/libchain.a" 2>/dev/null | grep -Eq '__(asan|tsan|ubsan)_' && skip "the library is made for a sanitizer"

includes="-I. -I$BUILD/include"
compile() { # the .c files and objects of modules
    for module; do
        expect 0 "$CHAINC" "$module.chain" -o "$module.c"
        "$CC" -std=gnu11 -Wall -Wextra -Werror $includes -c "$module.c" -o "$module.o" || fail "$module.c"
    done
}
link() { "$CC" "$@" "$BUILD/lib/libchain.a" -pthread; }

mkdir -p red blue
for color in red blue; do
    cat >$color/store.chain <<END
module $color;
#include <stdlib.h>
codes { BUSY "the $color store is busy", FULL = 0x40$([ $color = red ] && echo 10 || echo 20) };
static codes { SECRET };
resource text = char * releases free;
sync void free(void *bytes) raises nothing;
static sync int puts(const char *line) fails (it < 0) SECRET;
extern sync text make_${color}(int n) fails (it == NULL) ENOMEM;
async int next(int n) raises BUSY, CHAIN_EEND;
static chain int helper(int n) { next(n) then (it * 10) }
chain int take(int n) { helper(n) then (it + 1) }
chain text label(int n) { puts("$color") then make_${color}(n) }
%{
#include <stdio.h>
#include <string.h>
char *make_${color}(int n) { return n < 0 ? NULL : strdup("$color"); }
void ${color}_next_start(struct ${color}_next *op, int n)
{
    if (n == 9)
        ${color}_next_reject(${color}_next_done(op), ${color}_BUSY, NULL, n);
    else
        ${color}_next_resolve(${color}_next_done(op), n);
}
void ${color}_next_cancel(struct ${color}_next *op) { (void)op; }
%}
END
done
cat >both.chain <<'END'
#include <stdio.h>
#include <string.h>
import "red/store.chain" as red;
import "blue/store.chain" as blue;
sync int printf(const char *format, ...) raises nothing;
chain int main(void)
{
    red.take(1) as a
    then blue.take(2) as b
    then red.label(a) as const char *left
    then printf("%d %d\n", a, b)
    catch red.BUSY, blue.BUSY: reject
    then { red.take(9) catch blue.BUSY: printf("wrong\n") catch red.BUSY: printf("%s\n", chain_code_text(err.code)) }
    then { blue.take(9) catch blue.BUSY: printf("%s %d\n", chain_code_name(err.code), err.code == blue.BUSY) }
    then printf("%s\n", store_code_name(red.FULL))
    then (0)
}
END
sed -i 's/ as const char \*left/ as left/' both.chain
compile red/store blue/store both
link both.o red/store.o blue/store.o -o both || fail "link"
expect 0 ./both
cat >wanted <<'END'
red
11 21
the red store is busy
BUSY 1
FULL
END
cmp out wanted || fail "$(cat out)"

# The linker that removes what is not used keeps the names of codes.
for linker in bfd lld; do
    [ $linker = bfd ] || case $CC in *clang*) ;; *) continue ;; esac
    link -fuse-ld=$linker -Wl,--gc-sections both.o red/store.o blue/store.o -o collected 2>/dev/null || continue
    expect 0 ./collected
    cmp out wanted || fail "--gc-sections with $linker: $(cat out)"
done

# And the shared library finds those of the program.
"$CC" both.o red/store.o blue/store.o -L"$BUILD/lib" -lchain -Wl,-rpath,"$BUILD/lib" -pthread -o shared 2>/dev/null && {
    expect 0 ./shared
    cmp out wanted || fail "shared: $(cat out)"
}

# Codes whose numbers two files have said, and chance, are found by the linker.
printf 'codes { MINE = 0x4321 };\n' >mine.chain
printf 'codes { YOURS = 0x4321 };\n' >yours.chain
compile mine yours
link both.o red/store.o blue/store.o mine.o yours.o -o clash 2>err && fail "two codes of one number were linked"
shows err 'chain_code_00004321'
shows err 'mine\.o'
shows err 'yours\.o'

# Folders and names of files that differ in what C has no letters for.
mkdir -p x y
printf 'codes { A };\nchain int a_b_one(int n) { (n) }\n' >a-b.chain
printf 'codes { B };\nchain int a_b_two(int n) { (n) }\n' >a_b.chain
printf 'codes { X };\nstatic chain int one(int n) { (n) }\nchain int x_same(int n) { one(n) }\n' >x/same.chain
printf 'codes { Y };\nstatic chain int two(int n) { (n) }\nchain int y_same(int n) { two(n) }\n' >y/same.chain
cat >all.chain <<'END'
import "a-b.chain";
import "a_b.chain";
import "x/same.chain";
import "y/same.chain";
#include <stdio.h>
sync int printf(const char *format, ...) raises nothing;
chain int main(void)
{
    a_b_one(1) as a then a_b_two(2) as b then x_same(3) as x then y_same(4) as y
    then printf("%d%d%d%d %s%s%s%s\n", a, b, x, y, a_b_code_name(A), all_code_name(B), same_code_name(X), chain_code_name(Y))
    then (0)
}
END
compile a-b a_b x/same y/same all
link all.o a-b.o a_b.o x/same.o y/same.o -o all || fail "link"
expect 0 ./all
[ "$(cat out)" = "1234 ABXY" ] || fail "$(cat out)"

# One folder for the outputs has the folders of the inputs, so that includes find their headers.
expect 0 "$CHAINC" --outdir=gen -MD all.chain a-b.chain ./a_b.chain x/same.chain y/same.chain
[ "$(cd gen && ls *.c */*.c | tr '\n' ' ')" = "a-b.c a_b.c all.c x/same.c y/same.c " ] || fail "$(ls -R gen)"
shows gen/x/same.d '^gen/x/same\.c:'
for module in all a-b a_b x/same y/same; do
    "$CC" -std=gnu11 -Wall -Wextra -Werror -I"$BUILD/include" -c gen/$module.c -o gen/$module.o || fail "gen/$module.c"
done
(cd gen && link all.o a-b.o a_b.o x/same.o y/same.o -o all) || fail "link"
expect 0 gen/all
[ "$(cat out)" = "1234 ABXY" ] || fail "$(cat out)"
expect 0 "$CHAINC" --outdir=flat "$PWD/x/same.chain"
[ -e flat/same.c ] || fail "an absolute path: $(ls -R flat)"
for up in ../x.chain x/../../x.chain x/..; do
    expect 2 "$CHAINC" --outdir=gen "$up"
done
mkdir up
printf 'chain int f(int n) { (n) }\n' >x.chain
(cd up && "$CHAINC" --outdir=gen ../x.chain) 2>err && fail "an output outside of --outdir"
shows err "x\.chain: error: its output must be below the folder of --outdir: the path of the input cannot have '\.\.'"
[ ! -e up/gen ] || fail "a folder was made for nothing"
