#!/bin/sh
# A header and its C file are of one run, also when several runs write them, and one of them is killed.
. "$TOP/tests/scripts/lib"
need mkfifo gcc

sample >one.chain
sample | sed 's/int n/long n, long more/' >two.chain
digest() { sed -nE 's/^(#define CHAINC_[A-Z0-9_]*|#if CHAINC_[A-Z0-9_]* !=) (0x[0-9a-f]{8})$/\2/p' "$1"; }
belong() { [ -n "$(digest "$1.c")" ] && [ "$(digest "$1.c")" = "$(digest "$1.h")" ]; }
compiles() { gcc -fsyntax-only -I"$BUILD/include" "$1" >out 2>err; }
clean() { [ -z "$(find . -name '.chainc*')" ] || fail "left behind: $(find . -name '.chainc*')"; }

# A pair that is mixed does not compile, and the next run makes it right, also with --if-changed.
expect 0 "$CHAINC" one.chain -o x.c
belong x && compiles x.c || fail "the pair of one run: $(cat err)"
cp x.h old.h
expect 0 "$CHAINC" two.chain -o x.c
cp x.c right.c
cp x.h right.h
for mixed in "old.h x.h" "right.h x.h"; do
    # shellcheck disable=SC2086 # two words
    cp $mixed
    if [ "$mixed" = "old.h x.h" ]; then
        ! compiles x.c && shows err '#error "this file and its header were made by different runs of chainc: run it again"'
    fi
    expect 0 "$CHAINC" --if-changed two.chain -o x.c
    cmp x.c right.c && cmp x.h right.h && compiles x.c || fail "not made right: $mixed"
done

# What a comment changes is not the header: it stays as it is, and goes with the new C file.
echo '/* words */' >>two.chain
expect 0 "$CHAINC" two.chain -o x.c
cmp x.h right.h || fail "a comment has changed the header"

# Runs at the same time, on the same files in another order, too.
round=0
while [ $round -lt 6 ]; do
    for input in one two one two; do "$CHAINC" $input.chain -o both.c -MD & done
    "$CHAINC" one.chain -o order.c --header=order.h &
    "$CHAINC" two.chain -o order.h --header=order.c &
    wait
    belong both && compiles both.c || fail "of several runs at once: $(digest both.c) and $(digest both.h)"
    [ "$(digest order.c)" = "$(digest order.h)" ] || fail "of runs in another order"
    round=$((round + 1))
done
clean

# What a killed run has left is removed by the next one: by its lock it is known that nobody needs it any more.
mkdir left
mkfifo left/pipe
"$CHAINC" one.chain -o left/pipe --header=left/x.h -MD -MF left/x.d -MT t 2>err &
until [ "$(find left -name '.chainc*' | wc -l)" = 2 ]; do kill -0 $! || fail "$(cat err)"; done
kill -KILL $!
wait $!
[ "$(find left -name '.chainc*' | wc -l)" = 2 ] || fail "nothing was left to begin with"
expect 0 "$CHAINC" one.chain -o left/x.c --header=left/x.h -MD -MF left/x.d
clean

# A signal that can be caught leaves nothing, though chainc waits for the reader of a pipe.
signals=TERM
sh -c 'kill -HUP $$' 2>err || signals="$signals HUP" # unless this runs with nohup
for signal in $signals; do
    rm -f left/x.*
    "$CHAINC" one.chain -o left/pipe --header=left/x.h 2>err &
    until [ -n "$(find left -name '.chainc*')" ]; do kill -0 $! || fail "$(cat err)"; done
    kill -$signal $!
    wait $!
    [ $? -gt 128 ] || fail "it did not end by SIG$signal"
    clean
    [ ! -e left/x.h ] || fail "SIG$signal: the header was written"
done

# While one run has a file, another waits; it does not take the temporary file for one that was left.
cat >wait.py <<'END'
import fcntl, glob, os, subprocess, sys, time
name = ".chainc-%016x" % int(sys.argv[1], 16)
held = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(held, fcntl.LOCK_EX)
waiting = subprocess.Popen([os.environ["CHAINC"], "one.chain", "-o", "held.c"])
while f":{os.fstat(held).st_ino} " not in "".join(l for l in open("/proc/locks") if "->" in l):
    if waiting.poll() is not None:
        sys.exit("it did not wait")
if os.path.exists("held.c") or not os.path.exists(name):
    sys.exit("it did not leave the file to the other run")
os.close(held)
sys.exit(waiting.wait())
END
hash=$("$PYTHON" -c '
import sys
value = 0xcbf29ce484222325
for byte in b"held.c":
    value = (value ^ byte) * 0x100000001b3 % 2**64
print("%x" % value)')
[ ! -r /proc/locks ] || "$PYTHON" wait.py "$hash" || fail "two runs on one file"
clean

# On a file system where upper and lower case are the same, if we may mount one.
if [ "$(id -u)" -eq 0 ]; then space="unshare -m"; else space="unshare -rm"; fi
$space true 2>/dev/null || exit 0
mkdir folded
cat >on_folded.sh <<'END'
mount -t tmpfs -o casefold tmpfs folded 2>/dev/null && mkdir folded/f && chattr +F folded/f 2>/dev/null || exit 77
"$CHAINC" one.chain -o folded/f/x.c --header=folded/f/X.C 2>err && exit 1
grep -q 'another output' err && [ -z "$(ls -A folded/f)" ] || { cat err; ls -A folded/f; exit 1; }
cp one.chain folded/f
"$CHAINC" folded/f/one.chain -o folded/f/ONE.CHAIN 2>err && exit 1
cmp one.chain folded/f/one.chain
END
$space sh on_folded.sh >out 2>&1
status=$?
[ $status -eq 0 ] || [ $status -eq 77 ] || fail "case: $(cat out)"
exit 0
