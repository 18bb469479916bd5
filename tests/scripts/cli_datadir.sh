#!/bin/sh
# chainc finds its modules from where it stands: through links, by PATH, and on a system that does not say where programs are.
. "$TOP/tests/scripts/lib"

mkdir -p there/bin there/share there/links path
cp "$CHAINC" there/bin
cp -R "$(dirname "$CHAINC")/../share/chain" there/share
ln -s ../bin/chainc there/links/chainc
ln -s "$TMPDIR/there/links/chainc" path/chainc
finds() { [ "$("$@" --print-datadir)" = "$TMPDIR/there/share/chain" ] || fail "$*: $("$@" --print-datadir)"; }

cat >find.sh <<'END'
finds there/bin/chainc
finds ./there/links/../links/chainc
finds path/chainc
finds env PATH="/nowhere::$TMPDIR/path:/usr/bin:/bin" chainc
cd path && finds ./chainc && cd ..
[ "$(CHAINC_DATADIR=/some/where path/chainc --print-datadir)" = /some/where ] || fail "CHAINC_DATADIR"
[ "$(path/chainc --print-runtime-dir)" = "$TMPDIR/there/share/chain/runtime" ] || fail "--print-runtime-dir"
END
. ./find.sh

# Without /proc, if we may hide it in a name space of our own.
if [ "$(id -u)" -eq 0 ]; then space="unshare -m"; else space="unshare -rm"; fi
$space true 2>/dev/null || exit 0
printf '. "$TOP/tests/scripts/lib"\nmount -t tmpfs none /proc || exit 77\n[ ! -e /proc/self ] || exit 77\nTMPDIR=%s\n' "$TMPDIR" >hidden.sh
sed -n '/^finds()/p' "$0" >>hidden.sh
cat find.sh >>hidden.sh
export CHAINC TOP
$space sh hidden.sh >out 2>&1
status=$?
[ $status -eq 0 ] || [ $status -eq 77 ] || fail "without /proc: $(cat out)"
exit 0
