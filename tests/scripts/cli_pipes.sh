#!/bin/sh
# Outputs that are no regular files, and links that lead nowhere yet.
. "$TOP/tests/scripts/lib"
need mkfifo

sample >sample.chain
expect 0 "$CHAINC" sample.chain -o wanted.c
expect 0 "$CHAINC" sample.chain -o pipe.c
sed 's/pipe/wanted/g; s/PIPE/WANTED/g' pipe.c | cmp - wanted.c || fail "the name of the output is in the output"

# A pipe with a name is written into, not replaced.
mkdir pipes
mkfifo pipes/pipe.c
timeout 20 cat pipes/pipe.c >read &
expect 0 timeout 20 "$CHAINC" sample.chain -o pipes/pipe.c --header=pipe.h
wait
sed -i s,pipes/,, read # of #line
cmp read pipe.c || fail "what came out of the pipe"
[ -p pipes/pipe.c ] && [ "$(ls pipes)" = pipe.c ] || fail "the pipe was replaced: $(ls -l pipes)"

# With an error nothing goes into it: the reader would wait, so that nobody opens it is what is tested.
printf 'chain int f(void) { nothing() }\n' >wrong.chain
expect 1 timeout 20 "$CHAINC" wrong.chain -o pipes/pipe.c --header=x.h

# A link that leads nowhere yet, over another one, into another folder.
mkdir far
ln -s far/middle.c link.c
ln -s end.c far/middle.c
expect 0 "$CHAINC" sample.chain -o link.c --header=wanted.h
[ -L link.c ] && [ -L far/middle.c ] && [ -f far/end.c ] || fail "$(ls -l . far)"
ln -s loop.c loop.c
expect 2 "$CHAINC" sample.chain -o loop.c --header=loop.h
[ ! -e loop.h ] || fail "something was written"

# The rights of a file that is replaced stay; a new one has those of the umask.
chmod 640 wanted.c
expect 0 "$CHAINC" sample.chain -o wanted.c
[ "$(stat -c %a wanted.c)" = 640 ] || fail "rights: $(stat -c %a wanted.c)"
(umask 027; "$CHAINC" sample.chain -o new.c) && [ "$(stat -c %a new.c)" = 640 ] || fail "umask: $(stat -c %a new.c)"
exit 0
