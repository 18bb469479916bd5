#!/bin/sh
# Color on request and on terminals, not in pipes, not against NO_COLOR; the words are the same.
. "$TOP/tests/scripts/lib"

printf 'chain int f(void) { nothing() }\n' >wrong.chain
escape=$(printf '\033')
expect 1 "$CHAINC" wrong.chain
! grep -q "$escape" err || fail "color in a pipe"
cp err plain
expect 1 "$CHAINC" --color=always wrong.chain
grep -q "$escape\[1;31merror: $escape\[mno operation\|$escape\[1;31merror: " err || fail "no color: $(cat err)"
sed "s/$escape\[[0-9;]*m//g" err | cmp - plain || fail "other words with color"
expect 1 "$CHAINC" --color=never wrong.chain
cmp err plain || fail "--color=never"
expect 2 "$CHAINC" --color=sometimes wrong.chain
shows err "always, never or auto, not 'sometimes'"

# On a terminal.
"$PYTHON" - <<'END' || exit 1
import os, pty, subprocess, sys
def colored(**env):
    ours, theirs = pty.openpty()
    process = subprocess.Popen([os.environ["CHAINC"], "wrong.chain"], stderr=theirs, env={**os.environ, "TERM": "xterm", **env})
    os.close(theirs)
    data = b""
    try:
        while more := os.read(ours, 4096):
            data += more
    except OSError:
        pass
    process.wait()
    os.close(ours)
    return b"\33[" in data
os.environ.pop("NO_COLOR", None)
results = colored(), colored(NO_COLOR="1"), colored(NO_COLOR=""), colored(TERM="dumb")
if results != (True, False, True, False):
    sys.exit(f"color on a terminal, with NO_COLOR, with an empty one, on a dumb one: {results}")
END
exit 0
