#!/bin/sh
# A value that becomes one of another type is converted as by an assignment in C: the C compiler says at the line of the step
# what it says of that, and the value arrives.
. "$TOP/tests/scripts/lib"

cat >lossy.chain <<'E'
#include <stdint.h>
struct one { int a; };
struct two { int a; };
async struct one *one_get(void);
async const char *text_get(void);
async double real_get(void);
async int number_get(void);
chain uint8_t small(void) { number_get() }                              // says
chain uint8_t returned(int n) { if (n) { return number_get() } then (1) } // says
chain int truncated(void) { real_get }                                  // says
chain int *other(void) { text_get() }                                   // says
chain char *unqualified(void) { text_get() }                            // says
chain struct two *tagged(void) { one_get() }                            // says
chain int *first(void) { any (text_get(), text_get()) }                 // says
chain long wider(void) { number_get() }
chain const char *qualified(void) { unqualified() }
chain void *anything(void) { one_get() }
E
expect 0 "$CHAINC" lossy.chain
"$CC" $CFLAGS -Wall -Wextra -Wconversion -I"$BUILD/include" -c lossy.c -o lossy.o 2>says
cat says >&2
sed -n 's/^lossy\.chain:\([0-9]*\):.*\(warning\|error\):.*/\1/p' says | sort -nu >said
grep -n '// says' lossy.chain | cut -d: -f1 >expected
diff expected said || fail "the C compiler says it elsewhere"

cat >exact.chain <<'E'
#include <stdio.h>
chain int seven(void) { delay 1ms then (7) }
chain double sum(int n) { if (n) { seven() } else { return seven() } }
chain long long wide(void) { seven() }
sync int printf(const char *format, ...);
chain int main(void)
{
    sum(1) as a then sum(0) as b then wide() as c
    then printf("%g %g %lld\n", a, b, c) then (0)
}
E
expect 0 "$CHAINC" exact.chain
"$CC" $CFLAGS -Wall -Wextra -Wconversion -Werror -I"$BUILD/include" exact.c "$BUILD/lib/libchain.a" -lpthread -o exact || fail "exact.c"
[ "$(./exact)" = "7 7 7" ] || fail "exact: $(./exact)"
