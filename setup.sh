#!/bin/sh
# Installs what is missing: ./setup.sh for building, ./setup.sh test for the tests as well.
# On Debian and its relatives by apt-get; elsewhere it says what to install.
set -eu

missing=

# tool COMMAND PACKAGE, header FILE PACKAGE: notes the package if the thing is not there.
tool() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
header()
{
    for folder in /usr/include /usr/local/include $(echo "${CPATH:-}" | tr : ' '); do
        [ ! -e "$folder/$1" ] || return 0
    done
    missing="$missing $2"
}

tool gcc gcc
header stdio.h libc6-dev
tool make make
tool bison bison
tool re2c re2c
header uthash.h uthash-dev
if [ "${1:-}" = test ]; then
    tool python3 python3
    header cmocka.h libcmocka-dev
    tool g++ g++
    tool clang clang
    tool clang-format clang-format
    header ../lib/clang/14/lib/linux/libclang_rt.fuzzer-x86_64.a libclang-rt-14-dev
    tool gdb gdb
    tool tcc tcc
    tool valgrind "valgrind libc6-dbg"
    tool unshare util-linux
    # examples/guests, examples/libraries
    header uv.h libuv1-dev
    header glib-2.0/glib.h libglib2.0-dev
    header event2/event.h libevent-dev
    header ev.h libev-dev
    header systemd/sd-event.h libsystemd-dev
    tool curl-config libcurl4-openssl-dev
    header hiredis/hiredis.h libhiredis-dev
    header postgresql/libpq-fe.h libpq-dev
    header ares.h libc-ares-dev
    # tests/ports: other C libraries, processors, firmware
    tool musl-gcc musl-tools
    tool i686-linux-gnu-gcc "gcc-i686-linux-gnu libc6-dev-i386-cross"
    tool s390x-linux-gnu-gcc "gcc-s390x-linux-gnu libc6-dev-s390x-cross"
    tool qemu-s390x-static qemu-user-static
    tool arm-none-eabi-gcc gcc-arm-none-eabi
    tool qemu-system-arm qemu-system-arm
    header ../lib/arm-none-eabi/include/stdio.h libnewlib-arm-none-eabi
    # tests/builds
    tool cmake cmake
    tool ninja ninja-build
    tool meson meson
    tool pkg-config pkg-config
    tool autoreconf autoconf
    tool automake automake
    tool arm-linux-gnueabihf-gcc "gcc-arm-linux-gnueabihf libc6-dev-armhf-cross"
    tool mandoc mandoc
    tool zsh zsh
    tool fish fish
    tool dpkg-buildpackage dpkg-dev
    header ../share/build-essential/essential-packages-list build-essential
    tool git git
    tool dh debhelper
    tool fakeroot fakeroot
    tool lintian lintian
    tool debootstrap debootstrap
fi

[ -n "$missing" ] || exit 0
echo "missing:$missing"

as=
[ "$(id -u)" -eq 0 ] || as=sudo
if ! command -v apt-get >/dev/null 2>&1 || { [ -n "$as" ] && ! command -v sudo >/dev/null 2>&1; }; then
    echo "Please install them (these are the names of Debian's packages) and try again."
    exit 1
fi

# shellcheck disable=SC2086 # one word per package
install() { $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; }
echo "installing them with apt-get"
install >setup.log 2>&1 || { $as apt-get update -q >>setup.log 2>&1 && install >>setup.log 2>&1; } || {
    tail -n 20 setup.log
    echo "That did not work. Please install them (these are the names of Debian's packages) and try again."
    exit 1
}
rm -f setup.log
