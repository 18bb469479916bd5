#!/bin/sh
# Help and version go to standard output; misuse to standard error with status 2.
. "$TOP/tests/scripts/lib"

expect 0 "$CHAINC" --help
empty err
shows out '^Usage: chainc '
shows out '-o'
shows out '--header'

expect 0 "$CHAINC" --version
empty err
head -n 1 out | grep -Eqx 'chainc \(chain\) [0-9]+\.[0-9]+\.[0-9]+' || fail "--version begins: $(head -n 1 out)"

sample >a.chain
sample >b.chain

misuse()
{
    expect 2 "$CHAINC" "$@"
    empty out
    shows err "^chainc: "
    shows err "^Try 'chainc --help' for more information\.$"
}
misuse
misuse --no-such-option a.chain
misuse --dump=nonsense a.chain
misuse a.chain b.chain -o c.c
misuse a.chain -o
misuse --report --skeleton a.chain
misuse --dump=ir --skeleton a.chain
misuse --check --report a.chain
misuse --check --skeleton a.chain
[ ! -e c.c ] || fail "misuse wrote c.c"
exit 0
