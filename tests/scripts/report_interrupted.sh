#!/bin/sh
# --report is ended by a signal while the C compiler runs: the compiler ends too, and no file is left, not even by SIGKILL.
. "$TOP/tests/scripts/lib"
need mkfifo
TMPDIR=$PWD/tmp
export TMPDIR
mkdir tmp

# A compiler that never ends: it says that it has begun, and waits for an end of a pipe that nobody opens.
sample >sample.chain
mkfifo begun never
cat >slow <<'END'
#!/bin/sh
echo $$ $PPID >begun
exec cat never
END
chmod +x slow

compiler=
trap '[ -z "$compiler" ] || kill "$compiler" 2>/dev/null' EXIT

# Its parent is chainc.
begin()
{
    ("$CHAINC" --report --cc=./slow sample.chain 2>err; echo $? >status) &
    read -r compiler chainc <begun
    [ -z "$(ls tmp)" ] || fail "a temporary file with a name: $(find tmp)"
}

ended()
{
    wait
    [ "$(cat status)" -eq "$1" ] || fail "status $(cat status), not $1"
    [ -z "$(ls tmp)" ] || fail "left behind: $(find tmp)"
    ! kill -0 "$compiler" 2>/dev/null || fail "the compiler still runs"
}

signals=TERM:143
sh -c 'kill -HUP $$' 2>err || signals="$signals HUP:129" # unless this runs with nohup
for signal in $signals; do
    begin
    kill "-${signal%:*}" "$chainc"
    ended "${signal#*:}"
done

# What is ignored stays ignored: a command in the background of a script has no interrupts, one started by nohup no hang-ups.
begin
kill -INT "$chainc"
kill -TERM "$chainc"
ended 143

# An interrupt of the terminal, which the compiler gets as well.
"$PYTHON" - <<'END' || fail "interrupted: $(cat err)"
import os, signal, subprocess, sys
process = subprocess.Popen([os.environ["CHAINC"], "--report", "--cc=./slow", "sample.chain"], start_new_session=True,
                           preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
open("begun").read()
os.killpg(process.pid, signal.SIGINT)
sys.exit(process.wait() != -signal.SIGINT)
END
[ -z "$(ls tmp)" ] || fail "left behind: $(find tmp)"

# Killed, it cannot end the compiler, but there is nothing to clean up.
begin
kill -KILL "$chainc"
wait
[ "$(cat status)" -eq 137 ] && [ -z "$(ls tmp)" ] || fail "killed: status $(cat status), left behind: $(find tmp)"
exit 0
