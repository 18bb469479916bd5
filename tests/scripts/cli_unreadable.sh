#!/bin/sh
# A file without the right to read it. Root may read anything, so root becomes nobody for it.
. "$TOP/tests/scripts/lib"

sample >secret.chain
chmod 000 secret.chain
as=
if [ -r secret.chain ]; then
    need setpriv
    chmod 755 .
    as="setpriv --reuid=65534 --regid=65534 --clear-groups"
    $as "$CHAINC" --version >/dev/null 2>&1 || skip "nobody cannot run chainc here"
fi
expect 2 $as "$CHAINC" secret.chain -o -
empty out
blames secret.chain 'Permission denied'
exit 0
