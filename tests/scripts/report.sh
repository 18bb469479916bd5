#!/bin/sh
# --report: sizes and offsets by the user's C compiler, as text and as JSON; what it says if there is none, or it fails.
# To renew what is expected: chainc --report[=json] --cc=gcc tests/report/trip.chain, on x86-64.
. "$TOP/tests/scripts/lib"
need gcc
TMPDIR=$PWD/tmp
export TMPDIR
mkdir tmp

unset CC
ln -s "$TOP/tests/report/trip.chain" trip.chain

# bad WORDS OPTION...: no report, nothing on standard output, and why.
bad()
{
    words=$1
    shift
    expect 2 "$CHAINC" "$@" trip.chain
    shows err "$words"
    empty out
}
bad "no report: there is no C compiler 'no such compiler'" --report --cc='no such compiler'
bad "no report: 'gcc -include nowhere.h' does not compile it" --report --cc='gcc -include nowhere.h'
bad "no report: 'true' wrote no assembler" --report --cc=true
bad "cannot report as 'xml': it is text or json" --report=xml
bad "nothing is written that could depend on something" --report -MD

# Errors in the input come first, and the compiler is not asked.
echo 'chain int f(void) { nothing }' >wrong.chain
expect 1 "$CHAINC" --report --cc=false wrong.chain
shows err "unknown operation 'nothing'"

expect 0 "$CHAINC" --report=json --cc=gcc trip.chain
mv out json
"$PYTHON" -c 'import json, sys
report = json.load(open("json"))
assert [chain["chain"] for chain in report["chains"]] == ["trip", "sum", "trips"], report
for chain in report["chains"]:
    for struct in chain["structs"]:
        for member in struct["members"]:
            assert member["offset"] + member["size"] <= struct["size"], member' || fail "the JSON is not right"
[ -z "$(ls tmp)" ] || fail "left behind: $(ls tmp)"

# Another compiler, by the environment; a machine of 32 bits.
if command -v clang >/dev/null; then
    CC='clang -O1' expect 0 "$CHAINC" --report=json trip.chain
    cmp -s out json || fail "clang says something else: $(diff out json)"
fi
if command -v arm-none-eabi-gcc >/dev/null; then
    expect 0 "$CHAINC" --report --cc='arm-none-eabi-gcc -mcpu=cortex-m3 -ffreestanding' trip.chain
    shows out '^trip.chain:20: sum: [0-9]+ bytes: root 24, strand 24, frame [0-9]+$'
fi

case $(gcc -dumpmachine) in
x86_64-*) ;;
*) exit 0 ;;
esac
cmp -s json "$TOP/tests/report/trip.json" || fail "$(diff "$TOP/tests/report/trip.json" json)"
expect 0 "$CHAINC" --report trip.chain
cmp -s out "$TOP/tests/report/trip.txt" || fail "$(diff "$TOP/tests/report/trip.txt" out)"
