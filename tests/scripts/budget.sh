#!/bin/sh
# budget: where a chain is over it, the C compiler says so once, at the line of the .chain file and with the limit; --report says by
# how much.
. "$TOP/tests/scripts/lib"

cat >batch.chain <<'END'
#define SMALL 16
async int fetch(const char *url);

static chain int one(int n) budget (SMALL + 4000)
{
    fetch("x") as a then fetch("y") as b then (a + b + n)
}

chain int batch(int n)
    budget SMALL
{
    all (one(n) as a, one(2) as b) then (a + b)
}

chain int over(int n) budget (SMALL / 4) { fetch("z") }
chain int fits(int n) budget 4000 { fetch("x") }
END
cat >batch_ops.c <<'END'
#include "batch.h"
void fetch_start(struct fetch *op, const char *url) { (void)url; fetch_resolve(fetch_done(op), 1); }
void fetch_cancel(struct fetch *op) { fetch_cancelled(fetch_done(op)); }
END
compile="$CC $CFLAGS -Wno-unused-parameter -I$BUILD/include -c"
expect 0 "$CHAINC" batch.chain
expect 0 $compile batch_ops.c
expect 1 $compile batch.c
[ "$(grep -c 'error:' err)" = 2 ] || fail "not one error for each: $(cat err)"
shows err '^batch.chain:10:.*the frame and the branches of batch are over the budget of SMALL bytes: chainc --report tells more'
shows err '^batch.chain:15:.*the frame of over is over the budget of SMALL / 4 bytes: chainc --report tells more'

expect 0 "$CHAINC" --report batch.chain
shows out '^  budget: [0-9]+ of 4016 bytes used$'
shows out '^  budget: [0-9]+ of 16 bytes used, [0-9]+ too many$'
shows out '^  budget: [0-9]+ of 4 bytes used, [0-9]+ too many$'
expect 0 "$CHAINC" --report=json batch.chain
"$PYTHON" -c 'import json, sys
for chain in json.load(open("out"))["chains"]:
    assert chain["used"] == sum(s["size"] for s in chain["structs"] if s["times"] == "1"), chain
    assert [chain["budget"] < chain["used"]] == [chain["chain"] in ("batch", "over")], chain
    for struct in chain["structs"]:
        offsets = [member["offset"] for member in struct["members"]]
        assert offsets == sorted(offsets), struct' || fail "the JSON is not right"

# That many are enough: the number that was said.
used=$("$CHAINC" --report batch.chain | sed -n 's/^  budget: \([0-9]*\) of 16 .*/\1/p')
sed -i "s/budget SMALL$/budget $used/; s/budget (SMALL .*) {/budget 4000 {/" batch.chain
expect 0 "$CHAINC" batch.chain
expect 0 $compile batch.c
sed -i "s/budget $used/budget ($used - 1)/" batch.chain
expect 0 "$CHAINC" batch.chain
expect 1 $compile batch.c
exit 0
