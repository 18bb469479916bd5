#!/bin/sh
# The fuzz targets on what they have found before and on all .chain files, and the dictionary is that of the grammar.
. "$TOP/tests/scripts/lib"

[ -x "$BUILD/fuzzers/compiler" ] || skip "no fuzz targets: make fuzzers"

# runs TARGET LEAST FOLDER... [-name PATTERN]: each file there must be handled, and there are so many at least.
runs()
{
    target=$1 least=$2
    shift 2
    find "$@" -type f -exec "$BUILD/fuzzers/$target" {} + >out 2>err || fail "$target: $(tail -n 3 err)
which file: find $* -type f -exec sh -c '$BUILD/fuzzers/$target \"\$0\" || echo \"\$0\"' {} \\;"
    count=$(awk '{ n += $1 } END { print n }' out)
    [ "$count" -ge "$least" ] || fail "$target: only $count inputs"
}

corpus=$TOP/tests/fuzzers/corpus
for target in compiler source; do
    runs $target 200 "$corpus/chain"
    runs $target 300 "$TOP/tests" "$TOP/examples" "$TOP/runtime" -name '*.chain'
done
runs options 20 "$corpus/options"
runs input 30 "$corpus/input"

"$TOP/tests/fuzzers/dictionary.py" >dict
cmp -s dict "$TOP/tests/fuzzers/chain.dict" || fail "chain.dict is not what dictionary.py prints"
exit 0
