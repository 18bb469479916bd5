#!/bin/sh
# installcheck.sh DESTDIR BINDIR LIBDIR INCLUDEDIR PKGCONFIGDIR TOOLPKGCONFIGDIR CC: what is installed works, from where it is.
set -eu
dest=$1 bindir=$1$2 libdir=$1$3 includedir=$1$4 cc=$7
export PKG_CONFIG_PATH="$1$5:$1$6" LD_LIBRARY_PATH="$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >check.chain <<'END'
#include <stdio.h>
import "time.chain";
sync int printf(const char *format, ...);
chain int main(void)
{
    delay 1ms then time_now_ns() as now then printf("%s\n", now > 0 ? "ready" : "no time") then (0)
}
END
program() { [ "$("$1")" = ready ] || { echo "$1 does not print what it should"; exit 1; }; }

"$bindir/chainc" check.chain
# shellcheck disable=SC2086 # CC may have options
{
    $cc -std=c11 -Wall -Wextra -Werror -I"$includedir" check.c -L"$libdir" -lchain -pthread -o shared && program ./shared
    $cc -I"$includedir" check.c "$libdir/libchain.a" -pthread -o static && program ./static
    "$bindir/chainc" --emit-runtime=vendored
    "$bindir/chainc" --vendor --outdir=vendored check.chain
    $cc -std=c11 vendored/*.c -pthread -o vendored/check && program vendored/check
    if [ -z "$dest" ] && command -v pkg-config >/dev/null; then
        "$(pkg-config --variable=chainc chainc)" check.chain
        $cc $(pkg-config --cflags chain) check.c $(pkg-config --libs chain) -o packaged && program ./packaged
    fi
}
echo "installed: chainc $("$bindir/chainc" --dumpversion) in $bindir, libchain in $libdir"
