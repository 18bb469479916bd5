#!/bin/sh
# Options that do not exist, and arguments that are missing or one too many: the message names the option that is wrong.
. "$TOP/tests/scripts/lib"

sample >a.chain
while IFS='|' read -r words message; do
    # shellcheck disable=SC2086 # words
    expect 2 "$CHAINC" $words a.chain
    [ "$(head -n 1 err)" = "chainc: $message" ] || fail "$words: $(cat err)"
done <<'EOF2'
-q|unknown option '-q'
-:|unknown option '-:'
--check -qx|unknown option '-q'
-lq|unknown option '-q'
--outdir=x -lq|unknown option '-q'
--nope|unknown option '--nope', or the beginning of several
--out|unknown option '--out', or the beginning of several
--check=1|option '--check' has no argument
--no-lines=|option '--no-lines' has no argument
EOF2
expect 2 "$CHAINC" a.chain --header
[ "$(head -n 1 err)" = "chainc: option '--header' needs an argument" ] || fail "--header: $(cat err)"

# The words of a response file are those of the file as it stands, also where lines end in carriage returns or backslashes.
"$PYTHON" - <<'END'
with open("returns", "wb") as file:
    file.write(b"-o 'out" + b"\r\n" * 60000 + b".c' one.chain two.chain")
with open("backslashes", "wb") as file:
    file.write(b"-o 'out" + b"\\\\\n" * 60000 + b".c' one.chain two.chain")
END
for file in returns backslashes; do
    expect 2 "$CHAINC" @$file
    shows err "'two.chain' is one too many"
done
