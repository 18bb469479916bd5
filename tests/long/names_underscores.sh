#!/bin/sh
# Files and chains whose names begin with what C reserves: chainc comes to an end, and what it makes compiles. A static chain has the
# name of its file before its own, and states have both in capitals.
. "$TOP/tests/scripts/lib"

count=0
for name in __a _A; do
    echo "async int $name(int n);" >refused.chain
    expect 1 timeout 30 "$CHAINC" --check refused.chain
    shows err "refused.chain:1:11: error: '$name' is a name of the C compiler"
done
for file in _x __x _X -x 1x é chain chain_x x_ '<x>'; do
    for name in _a _1 a_ _a_A b__; do
        cat >"./$file.chain" <<EOF
async int fetch(int _n);
static chain int $name(int _v, int __v) { fetch(_v) as _w then { fetch(__v) as __w then (_w + __w) } }
chain int b$name(int n) { $name(n, n) }
EOF
        timeout 30 "$CHAINC" "./$file.chain" -o x.c >out 2>&1 || fail "$file.chain with $name: $(head -c 500 out)"
        $CC $CFLAGS -std=gnu11 -fsyntax-only -I. -I"$BUILD/include" x.c >out 2>&1 || fail "$file.chain with $name: $(head -c 800 out)"
        timeout 30 "$CHAINC" - -o x.c <"./$file.chain" >out 2>&1 || fail "standard input with $name: $(head -c 500 out)"
        count=$((count + 1))
    done
done
[ "$count" -ge 50 ] || fail "only $count"
echo "$count names, 0 bad"
