#!/bin/sh
# No room for the output: status 2, a reason, what was there stays, and nothing else.
. "$TOP/tests/scripts/lib"

sample >sample.chain
mkdir room
echo before >room/old.c

# A limit on the size of files.
limited() { (trap '' XFSZ; ulimit -f 1; exec "$@"); }
expect 2 limited "$CHAINC" sample.chain -o room/new.c
blames 'room/new\.[ch]' 'File too large'
expect 2 limited "$CHAINC" sample.chain -o room/old.c
expect 2 limited "$CHAINC" sample.chain -MD -MT "$(head -c 2000 /dev/zero | tr '\0' x)" -o room/old.c --if-changed
[ "$(ls room)" = old.c ] && [ "$(cat room/old.c)" = before ] || fail "left behind: $(ls -l room)"
expect 2 limited "$CHAINC" sample.chain -o -
shows err 'File too large$'

# Standard output that is closed, that nobody reads, and that is full.
(exec >&-; "$CHAINC" sample.chain -o - 2>err)
[ $? -eq 2 ] || fail "standard output closed: not status 2"
shows err '^(chainc: )?.*: '
for option in --help --version; do
    (exec >&-; "$CHAINC" $option 2>err)
    [ $? -eq 2 ] || fail "$option with standard output closed: not status 2"
done
"$PYTHON" - <<'EOF' || exit 1
import os, signal, subprocess, sys
def run(setup):
    read, write = os.pipe()
    setup(read, write)
    done = subprocess.run([os.environ["CHAINC"], "sample.chain", "-o", "-"], stdout=write, stderr=subprocess.PIPE)
    return done.returncode, done.stderr.decode()
def full(read, write):
    os.set_blocking(write, False)
    try:
        while True:
            os.write(write, b"x" * 4096)
    except BlockingIOError:
        pass
status, err = run(lambda read, write: os.close(read))
if status != -signal.SIGPIPE:
    sys.exit(f"a pipe nobody reads: status {status}, not killed by SIGPIPE: {err}")
status, err = run(full)
if status != 2 or not err:
    sys.exit(f"a full pipe: status {status}: {err}")
EOF

# A full file system, if we may mount one in a name space of our own.
if [ "$(id -u)" -eq 0 ]; then space="unshare -m"; else space="unshare -rm"; fi
$space true 2>/dev/null || exit 0
mkdir full
cat >on_full.sh <<'EOF'
mount -t tmpfs -o size=16k tmpfs full || exit 77
echo before >full/old.c
cat /dev/zero >full/filler 2>/dev/null
for name in new old; do
    "$CHAINC" sample.chain -o full/$name.c -MD 2>err
    status=$?
    [ $status -eq 2 ] || { echo "a full disk: status $status"; cat err; exit 1; }
    grep -q 'full/.*No space left on device$' err || { echo "a full disk:"; cat err; exit 1; }
done
[ "$(ls full | tr '\n' ' ')" = "filler old.c " ] || { echo "left behind:"; ls -l full; exit 1; }
[ "$(cat full/old.c)" = before ] || { echo "old.c has changed"; exit 1; }
EOF
$space sh on_full.sh >out 2>&1
status=$?
[ $status -eq 0 ] || [ $status -eq 77 ] || fail "$(cat out)"
exit 0
