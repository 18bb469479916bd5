#!/bin/sh
# For another machine: the library is the target's, chainc that of this one. 32-bit Arm, run by qemu if that is there.
. "$TOP/tests/builds/lib"
need cmake arm-linux-gnueabihf-gcc readelf
target=$TMPDIR/target

make -s --no-print-directory -j2 -C "$TOP" BUILD="$TMPDIR/build" CC=arm-linux-gnueabihf-gcc AR=arm-linux-gnueabihf-ar NM=arm-linux-gnueabihf-nm \
    CHAINC_RUN="$INSTALLED/bin/chainc" install-library PREFIX="$target" >log 2>&1 || fail "$(tail -n 20 log)"
[ ! -e build/bin/chainc ] || fail "a chainc for the target was made"
is_arm() { readelf -h "$1" | grep -q 'Machine: *ARM' || fail "$1 is not for Arm"; }
is_arm target/lib/libchain.so
cmp target/include/chain/net.h "$INSTALLED/include/chain/net.h" || fail "the headers depend on the target"
unset LD_LIBRARY_PATH CMAKE_PREFIX_PATH PKG_CONFIG_PATH # of this machine

run() # PROGRAM WORDS
{
    is_arm "$1"
    qemu=$(command -v qemu-arm-static || command -v qemu-arm) || { echo "qemu-arm is missing: $1 was not run"; return; }
    printed=$("$qemu" -L /usr/arm-linux-gnueabihf -E LD_LIBRARY_PATH="$target/lib" "$1") || fail "$1: status $?"
    [ "$printed" = "$2" ] || fail "$1 prints: $printed"
}

# CMake: what is of the target is found below it, programs here.
cat >arm.cmake <<END
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-linux-gnueabihf-gcc)
set(CMAKE_FIND_ROOT_PATH $target /usr/arm-linux-gnueabihf)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
END
project cmake
expect 0 cmake -DCMAKE_TOOLCHAIN_FILE="$TMPDIR/arm.cmake" -DCMAKE_PREFIX_PATH=/ -S cmake -B cmake/build
grep -q "^Chain_CHAINC_EXECUTABLE:FILEPATH=$INSTALLED/bin/chainc\$" cmake/build/CMakeCache.txt || fail "$(grep CHAINC cmake/build/CMakeCache.txt)"
expect 0 cmake --build cmake/build
run cmake/build/greet hello
run cmake/build/twice ""

# A chainc of the target is found and cannot run: that is said before anything is built.
printf '#!/nowhere\n' >foreign && chmod +x foreign
rm -rf cmake/build
expect 1 cmake -DCMAKE_TOOLCHAIN_FILE="$TMPDIR/arm.cmake" -DCMAKE_PREFIX_PATH=/ -DChain_CHAINC_EXECUTABLE="$TMPDIR/foreign" -S cmake -B cmake/build
tr -s ' \n' ' ' <err >words
shows words 'foreign does not run on this machine; set Chain_CHAINC_EXECUTABLE to one that does'

# make: two pkg-config files, one of this machine, one of the target.
project make
chainc=$(PKG_CONFIG_LIBDIR=$INSTALLED/share/pkgconfig pkg-config --variable=chainc chainc)
PKG_CONFIG_LIBDIR=$target/lib/pkgconfig make -C make CC=arm-linux-gnueabihf-gcc CHAINC="$chainc" >log 2>&1 || fail "$(cat log)"
run make/build/greet hello

# Meson: native: true.
command -v meson >/dev/null && command -v ninja >/dev/null || exit 0
cat >arm.meson <<END
[binaries]
c = 'arm-linux-gnueabihf-gcc'
strip = 'arm-linux-gnueabihf-strip'
pkgconfig = 'pkg-config'
[properties]
pkg_config_libdir = '$target/lib/pkgconfig'
[host_machine]
system = 'linux'
cpu_family = 'arm'
cpu = 'armv7'
endian = 'little'
END
project meson
expect 0 meson setup --cross-file arm.meson meson/build meson
expect 0 ninja -C meson/build
run meson/build/greet hello
exit 0
