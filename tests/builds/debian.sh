#!/bin/sh
# The Debian packages: built from the tree, without a complaint of lintian, and used: in a fresh Debian system if one can be had
# (as root, with debootstrap and a mirror), else unpacked into an empty folder.
. "$TOP/tests/builds/lib"
PATH=/usr/sbin:/usr/bin:/sbin:/bin # packages are built with nothing of one's own
need dpkg-buildpackage dh lintian git
git -C "$TOP" rev-parse --is-inside-work-tree >/dev/null 2>&1 || skip "this is no git tree"
dpkg-checkbuilddeps -d 'debhelper-compat (= 13), bison, re2c, uthash-dev' "$TOP/debian/control" 2>missing || skip "$(cat missing)"
arch=$(dpkg --print-architecture)

mkdir source
(cd "$TOP" && git ls-files -z | tar --null -T - -cf -) | tar -xf - -C source
[ "$(cd source && dpkg-parsechangelog -S Version)" = "$version" ] || fail "debian/changelog is not for $version"
(cd source && DEB_BUILD_OPTIONS="nocheck parallel=2" dpkg-buildpackage -us -uc -b) >log 2>&1 || fail "$(tail -n 30 log)"
for package in chainc libchain0 libchain-dev; do
    [ -s ${package}_${version}_$arch.deb ] || fail "no $package: $(ls)"
    dpkg-deb -f ${package}_${version}_$arch.deb Multi-Arch
done >multi
[ "$(tr '\n' ' ' <multi)" = "foreign same same " ] || fail "Multi-Arch: $(cat multi)"
# shellcheck disable=SC2046 # root is warned otherwise
lintian $([ "$(id -u)" -ne 0 ] || echo --allow-root) --fail-on error,warning "chainc_${version}_$arch.changes" >complaints 2>&1 || fail "$(cat complaints)"
empty complaints

debs="libchain0_${version}_$arch.deb libchain-dev_${version}_$arch.deb chainc_${version}_$arch.deb"

# In a new system. What debootstrap has fetched is kept for the next time.
fresh_system()
{
    base=$build/debian-base.tar
    [ "$(id -u)" -eq 0 ] && command -v debootstrap >/dev/null || return 1
    if [ ! -s "$base" ]; then
        mirror=$(sed -nE 's/^(URIs:|deb) *(https?:[^ ]*debian\/?)( .*)?$/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
        suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
        timeout 600 debootstrap --variant=minbase --include=gcc,libc6-dev,pkgconf "$suite" root ${mirror:+"$mirror"} >boot.log 2>&1 || return 1
        rm -f root/var/cache/apt/archives/*.deb
        tar -C root -cf "$base.new" . && mv "$base.new" "$base"
    else
        mkdir root && tar -C root -xf "$base"
    fi
}
if fresh_system; then
    # shellcheck disable=SC2086 # several words
    cp $debs "$TOP/debian/tests/smoke" root/root
    # shellcheck disable=SC2086
    chroot root env -i PATH="$PATH" sh -c "cd /root && dpkg -i $debs && ./smoke" >log 2>&1 || fail "$(tail -n 30 log)"
    shows log "^smoke: chainc $version $arch\$"
    chroot root env -i PATH="$PATH" sh -c 'dpkg --verify chainc libchain0 libchain-dev && dpkg -P chainc libchain-dev libchain0' >log 2>&1 || fail "$(cat log)"
    left=$(find root/usr -name '*chain*' -newer missing ! -path '*/doc/*')
    [ -z "$left" ] || fail "purged, but left behind: $left"
    rm -rf root
else
    echo "no fresh system could be made; the packages were unpacked only"
    mkdir unpacked
    for deb in $debs; do dpkg-deb -x "$deb" unpacked; done
    lib=/usr/lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)
    expect 0 sh "$TOP/tools/installcheck.sh" "$TMPDIR/unpacked" /usr/bin "$lib" /usr/include "$lib/pkgconfig" /usr/share/pkgconfig gcc
fi
exit 0
