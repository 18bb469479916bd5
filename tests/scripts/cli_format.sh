#!/bin/sh
# --format, with -i and --check: what is printed, written and left alone, and what is refused.
. "$TOP/tests/scripts/lib"

ugly() { printf 'chain  void   %s(void) { b   then c }\n' "$1"; }
nice() { printf 'chain void %s(void)\n{\n    b\n    then c\n}\n' "$1"; }
old() { touch -d '2001-01-01' "$@"; }
is_old() { [ "$(date -r "$1" +%Y)" = 2001 ]; }

# Files one after the other, standard input, a pipe; nothing else is written.
ugly a >a.chain && nice b >b.chain
{ nice a && nice b; } >right
expect 0 "$CHAINC" --format a.chain b.chain
cmp out right && empty err
ugly a | "$CHAINC" --format - >out && nice a | cmp - out || fail "standard input: $(cat out)"
"$CHAINC" --format - b.chain <a.chain >out && cmp out right || fail "standard input and a file"
[ "$(find . -name '*.[chd]')" = "" ] || fail "outputs were written"

# --check names those that differ, and only those.
ugly d >'d e.chain'
expect 1 "$CHAINC" --format --check a.chain b.chain 'd e.chain'
[ "$(cat out)" = "a.chain
d e.chain" ] && empty err || fail "--check: $(cat out)"
expect 0 "$CHAINC" --check --format b.chain
empty out
ugly a | "$CHAINC" --format --check - >out
[ $? -eq 1 ] && [ "$(cat out)" = - ] || fail "--check of standard input"
cmp a.chain - <<END || fail "--check has written"
$(ugly a)
END

# -i: others are not touched, the mode stays, a link stays a link, and a file may be named twice.
mkdir real
ugly f >real/f.chain
ln -s real/f.chain link.chain
chmod 640 real/f.chain a.chain
old a.chain b.chain real/f.chain
expect 0 "$CHAINC" --format -i a.chain b.chain link.chain a.chain real/f.chain
empty out && empty err
nice a | cmp - a.chain && ! is_old a.chain || fail "a.chain"
is_old b.chain || fail "b.chain was touched"
[ -h link.chain ] && nice f | cmp - real/f.chain || fail "the link"
[ "$(stat -c %a real/f.chain) $(stat -c %a a.chain)" = "640 640" ] || fail "the mode"
expect 0 "$CHAINC" --format --in-place a.chain b.chain
expect 0 "$CHAINC" --format --check a.chain b.chain link.chain
[ "$(ls -A real)" = f.chain ] || fail "left behind: $(ls -A real)"

# Errors: the file stays, the others are done.
printf 'chain void a(void) { b then }\n' >bad.chain
ugly g >g.chain
old bad.chain
expect 1 "$CHAINC" --format -i bad.chain g.chain
shows err '^bad.chain:1:29: error: '
is_old bad.chain && nice g | cmp - g.chain || fail "after an error"
expect 1 "$CHAINC" --format --check bad.chain
empty out
ugly h >h.chain
expect 1 "$CHAINC" --format bad.chain h.chain
nice h | cmp - out || fail "printed after an error: $(cat out)"
printf 'chain void a(void) { b }\0' >nul.chain
expect 1 "$CHAINC" --format -i nul.chain
expect 2 "$CHAINC" --format -i missing.chain g.chain
blames missing.chain 'No such file or directory'
expect 2 "$CHAINC" --format real
blames real 'is a directory'
ugly p | expect 2 "$CHAINC" --format -i /dev/stdin
shows err 'it is not a regular file$'

# No right to write the file or its folder, and no room.
if [ "$(id -u)" -ne 0 ]; then
    mkdir shut && ugly s >shut/s.chain && chmod 555 shut
    expect 2 "$CHAINC" --format -i shut/s.chain
    blames shut/s.chain 'Permission denied'
    chmod 755 shut
    chmod 444 shut/s.chain
    expect 2 "$CHAINC" --format -i shut/s.chain
    blames shut/s.chain 'Permission denied'
    expect 1 "$CHAINC" --format --check shut/s.chain
fi
{ ugly l; head -c 3000 /dev/zero | tr '\0' '\n' | sed 's,^,// x,'; } >long.chain
cp long.chain before
expect 2 sh -c 'trap "" XFSZ; ulimit -f 1; exec "$CHAINC" --format -i long.chain'
blames long.chain 'File too large'
cmp long.chain before && [ -z "$(find . -name '.chainc*')" ] || fail "no room: $(ls -A)"
ugly w >w.chain
(exec >&-; "$CHAINC" --format w.chain 2>err)
[ $? -eq 2 ] || fail "standard output closed: not status 2"
(exec >&-; "$CHAINC" --format --check w.chain 2>err)
[ $? -eq 2 ] || fail "--check, standard output closed: not status 2"

# What a file can end and begin with.
nice x >wanted
for text in '\357\273\277chain void x(void) { b then c }' 'chain void x(void)\r\n{ b\r\nthen c }\r\n' 'chain void x(void) { b then c ; }\n\n\n' \
    '\n\n  chain\tvoid x(void) { b then \\\n c }' 'chain void x(void) { b then c };' 'chain void x(void) <%% b then c %%>'; do
    # shellcheck disable=SC2059 # escapes
    printf "$text" >x.chain
    case $text in *';') printf '\n' >>x.chain ;; esac
    "$CHAINC" --format x.chain >out 2>err
    status=$?
    case $text in
    *'};') [ $status -eq 1 ] || fail "a semicolon after a body: status $status" ;;
    *) cmp out wanted || fail "$text: $(cat out err)" ;;
    esac
done
: >empty.chain
expect 0 "$CHAINC" --format empty.chain
empty out
printf '\n \n' >blank.chain
expect 0 "$CHAINC" --format blank.chain
empty out
printf '// only' >comment.chain
expect 0 "$CHAINC" --format comment.chain
[ "$(cat out)" = "// only" ] && [ "$(wc -l <out)" -eq 1 ] || fail "only a comment"

# What cannot be combined; what says nothing of files can.
while IFS='|' read -r words message; do
    # shellcheck disable=SC2086 # words
    expect 2 "$CHAINC" $words
    [ "$(head -n 1 err)" = "chainc: $message" ] || fail "$words: $(cat err)"
done <<'END'
-i b.chain|-i needs --format
--in-place --check b.chain|-i needs --format
--format|no input file
--format -i|no input file
--format -i --check b.chain|either -i or --check with --format
--format -i -|standard input cannot be written back: -i needs files
--format -i b.chain -|standard input cannot be written back: -i needs files
--format --skeleton b.chain|only one of --format, --skeleton, --dump and --report
--format --dump=ast b.chain|only one of --format, --skeleton, --dump and --report
--format --report b.chain|only one of --format, --skeleton, --dump and --report
--format -o x.c b.chain|--format writes no outputs that could be named, or depend on something
--format --header=x.h b.chain|--format writes no outputs that could be named, or depend on something
--format --outdir=x b.chain|--format writes no outputs that could be named, or depend on something
--format -MD b.chain|--format writes no outputs that could be named, or depend on something
--format -MP b.chain|--format writes no outputs that could be named, or depend on something
--format -MT x b.chain|--format writes no outputs that could be named, or depend on something
--format -MF x b.chain|--format writes no outputs that could be named, or depend on something
--format --emit-runtime=x b.chain|--format writes no outputs that could be named, or depend on something
--format=1 b.chain|option '--format' has no argument
END
expect 0 "$CHAINC" --format --check -l -I. -Werror --if-changed --vendor --color=never b.chain
mkdir one two
nice b >one/b.chain && nice b >two/b.chain
expect 0 "$CHAINC" --format --check one/b.chain two/b.chain
exit 0
