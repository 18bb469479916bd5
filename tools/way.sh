#!/bin/sh
# way.sh FROM TO...: the relative path from one folder to each other, as words. Both are absolute and need not exist.
from=$1
shift
for to; do
    common=$from back=
    while [ "$common" != "$to" ] && [ "${to#"$common"/}" = "$to" ]; do
        common=${common%/*} back=../$back
    done
    rest=${to#"$common"}
    way=$back${rest#/}
    way=${way%/}
    echo "${way:-.}"
done
