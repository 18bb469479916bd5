#!/bin/sh
# A header that an older version had put into the folder of the build is removed; those of this version stay.
. "$TOP/tests/scripts/lib"

mkdir -p build/include/chain/private
for header in chain_old.h chain.h chain/old.h chain/net.h chain/private/old.h chain/private/gen.h; do
    echo "/* old */" >"build/include/$header"
done
env -u MAKEFLAGS -u MFLAGS make -s -C "$TOP" BUILD="$PWD/build" help >/dev/null || fail "make help"
[ "$(cd build/include && find . -name '*.h' | sort | tr '\n' ' ')" = "./chain.h ./chain/net.h ./chain/private/gen.h " ] ||
    fail "left: $(find build -name '*.h')"
