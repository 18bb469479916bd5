#!/bin/sh
# The shared library: its name, what is visible, and that it refuses programs made for another ABI.
. "$TOP/tests/builds/lib"
need readelf nm
library=$INSTALLED/lib/libchain.so

readelf -d "$library" >out
shows out 'SONAME.*\[libchain\.so\.0\]'
! grep -q 'R.*PATH\|TEXTREL' out || fail "$(cat out)"
nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' >visible
while read -r name; do
    grep -rqw "$name" "$INSTALLED/include" || fail "$name is visible, and no header names it"
done <visible
for name in chain_loop_init chain_root_cancel chain__run_again chain__settle_rejected chain__mailbox_push tcp_read_start; do
    case $name in
    chain__settle_rejected | chain__mailbox_push) ! grep -qx $name visible || fail "$name is visible" ;;
    *) grep -qx $name visible || fail "$name is not visible" ;;
    esac
done
nm -D "$library" | grep -v @ | awk '$1 == "U" || NF == 2 { print $NF }' >unbound # all that it needs has a version, as libc's have
grep -v '^_\|^$' unbound && fail "not linked with what it needs: $(cat unbound)"

sample >sample.chain
sed 's/sample/main/; s/int n/void/; s/(n + 1)/(0)/' sample.chain >program.chain
chainc program.chain || fail chainc
expect 0 $CC program.c $(pkg-config --cflags --libs chain) -o program
expect 0 ./program
readelf -V program >out
shows out "CHAIN_ABI_$abi"

# gdb loads the script of the library by itself.
if command -v gdb >/dev/null && gdb -nx -batch -ex 'python print(1)' >/dev/null 2>&1; then
    gdb -nx -batch -iex 'set debuginfod enabled off' -iex "add-auto-load-scripts-directory $INSTALLED/share/gdb/auto-load" \
        -iex "add-auto-load-safe-path $INSTALLED" -ex 'break main' -ex run -ex 'help chain list' ./program >out 2>err </dev/null
    grep -q -i ptrace err || shows out '^chain list: every strand'
fi

# A library of another ABI under the same name: the loader refuses, nothing crashes.
mkdir other
chainc --emit-runtime=other || fail emit-runtime
printf 'CHAIN_ABI_%d { *; };\n' $((abi + 1)) >other/map
expect 0 $CC -shared -fPIC other/chain.c -Wl,-soname,libchain.so.0 -Wl,--version-script=other/map -o other/libchain.so.0
LD_LIBRARY_PATH=other ./program >out 2>err && fail "a library of another ABI was accepted"
shows err "version .CHAIN_ABI_$abi. not found"
exit 0
