#!/bin/sh
# The version stands in VERSION. What cannot be made from it agrees with it, and nothing else states it.
. "$TOP/tests/scripts/lib"

version=$(cat "$TOP/VERSION")
abi=$(sed -n 's/^#define CHAIN_ABI \([0-9]*\)$/\1/p' "$BUILD/include/chain.h")
echo "$version" | grep -Eqx '[0-9]+\.[0-9]+\.[0-9]+' || fail "VERSION: $version"

# What is made.
[ "$("$CHAINC" --version)" = "chainc (chain) $version" ] || fail "$("$CHAINC" --version)"
[ "$("$CHAINC" --dumpversion)" = "$version" ] || fail "$("$CHAINC" --dumpversion)"
for page in man1/chainc.1 man3/chain.3 man5/chain.5; do
    sed -n '/^\.TH/p' "$BUILD/share/man/$page" | grep -qF "$version" || fail "$page is not for $version"
done
for file in chain.h chain.c; do
    head -n 5 "$BUILD/share/chain/runtime/$file" | grep -qF "$version" || fail "$file is not for $version"
done

# What is written: the packages, the news, the history of the ABI.
[ "$(sed -n '1s/^chainc (\([^)]*\)) .*/\1/p' "$TOP/debian/changelog")" = "$version" ] || fail "debian/changelog is not for $version"
tail -n 1 "$TOP/debian/libchain0.symbols" | grep -qx " (symver)CHAIN_ABI_$abi $version" || fail "debian/libchain0.symbols is not for $version"
grep -q "^## $version, 20[0-9][0-9]-[0-9][0-9]-[0-9][0-9], ABI [0-9]*\$" "$TOP/NEWS.md" || fail "NEWS.md has no $version"
heading=$(grep -m 1 '^## ' "$TOP/NEWS.md")
row=$(grep -m 1 '^| [0-9]' "$TOP/docs/abi.md")
case $heading in
"## $version, "*", ABI $abi") echo "$row" | grep -q "^| $abi | [0-9-]* | $version | " || fail "docs/abi.md: $row" ;;
"## Coming: $version,"*) fail "NEWS.md: $version is out already: $heading" ;;
"## Coming: "*", ABI $abi") echo "$row" | grep -q "^| $abi | " || fail "docs/abi.md: $row" ;;
*) fail "NEWS.md begins with: $heading" ;;
esac

# In no other place, but for those that tell of it.
git -C "$TOP" rev-parse --is-inside-work-tree >/dev/null 2>&1 || exit 0
said=$(git -C "$TOP" grep -lF "$version" -- . ':!VERSION' ':!NEWS.md' ':!docs/abi.md' ':!docs/release.md' ':!debian/changelog' \
    ':!debian/libchain0.symbols') && fail "also in: $said"
exit 0
