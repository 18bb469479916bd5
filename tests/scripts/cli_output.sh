#!/bin/sh
# Outputs are written whole or not at all; what was there before stays when something goes wrong.
. "$TOP/tests/scripts/lib"

sample >sample.chain
printf 'chain int sample(int n)\n{\n    nothing(n)\n}\n' >wrong.chain

# The default is NAME.c and NAME.h in the current folder, not beside the source.
mkdir sub
cp sample.chain sub/there.chain
expect 0 "$CHAINC" sub/there.chain
empty out
[ -s there.c ] && [ -s there.h ] && [ ! -e sub/there.c ] || fail "default output: $(ls . sub)"

# Two runs give the same bytes in any folder, and no path of this machine or date is in them.
expect 0 "$CHAINC" sample.chain -o sample.c
cp sample.chain sub
cd sub || exit 1
expect 0 "$CHAINC" sample.chain -o sample.c
expect 0 "$CHAINC" sample.chain -o "$TMPDIR/sub/again.c" --header="$TMPDIR/sub/again.h"
cd .. || exit 1
cmp sample.c sub/sample.c && cmp sample.h sub/sample.h || fail "two runs differ"
for file in sample.c sample.h sub/again.c sub/again.h; do
    grep -n -F -e "$TMPDIR" -e "$TOP" -e "$BUILD" $file && fail "$file has an absolute path"
    grep -n "$(date +%Y-%m-%d)" $file && fail "$file has a date"
done

# "-" is standard output, and standard input.
expect 0 "$CHAINC" sample.chain -o -
empty err
[ -s out ] && [ ! -e ./- ] || fail "-o - wrote no standard output, or a file called -"
"$CHAINC" - -o from_stdin.c --header=from_stdin.h <sample.chain >out 2>err || fail "standard input: $(cat err)"
[ -s from_stdin.c ] || fail "standard input gave no output"
printf 'chain int f(int n)\n{\n    nothing(n)\n}\n' | "$CHAINC" - -o - >out 2>err
[ $? -eq 1 ] || fail "an error on standard input"
empty out
shows err '^<?(stdin|-|standard input)>?:3:5: error: '

# An error keeps what is there.
echo before >kept.c
echo before >kept.h
expect 1 "$CHAINC" wrong.chain -o kept.c
[ "$(cat kept.c kept.h)" = "before
before" ] || fail "an error changed the output that was there"

# A folder that does not exist, one that is no folder, and an output that is a folder.
expect 2 "$CHAINC" sample.chain -o nowhere/x.c
blames nowhere/x.c 'No such file or directory'
expect 2 "$CHAINC" sample.chain -o sample.chain/x.c
shows err 'Not a directory$'
expect 2 "$CHAINC" sample.chain -o sub
shows err '[Ii]s a directory$'

# Without the right to write there: as nobody, if we are root.
mkdir locked
chmod 555 locked
as=
[ "$(id -u)" -ne 0 ] || as="setpriv --reuid=65534 --regid=65534 --clear-groups"
chmod 755 .
if [ -z "$as" ] || $as "$CHAINC" --version >/dev/null 2>&1; then
    expect 2 $as "$CHAINC" sample.chain -o locked/x.c
    blames locked/x.c 'Permission denied'
fi

# An output that is a link: the file it names is written, and the link stays.
echo before >target.c
ln -s target.c link.c
expect 0 "$CHAINC" sample.chain -o link.c --header=link.h
[ -L link.c ] && [ "$(head -n 1 target.c)" != before ] || fail "the link was replaced"

# No left-overs of any of this.
left=$(find . -type f ! -name '*.chain' ! -name '*.c' ! -name '*.h' ! -name out ! -name err)
[ -z "$left" ] || fail "left behind: $left"
exit 0
