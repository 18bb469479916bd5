#!/bin/sh
# Outputs that are no regular files, and links that lead nowhere yet.
. "$TOP/tests/scripts/lib"
need mkfifo

sample >sample.chain
expect 0 "$CHAINC" sample.chain -o wanted.c
expect 0 "$CHAINC" sample.chain -o pipe.c
without_digest <wanted.c >wanted
sed 's/pipe/wanted/g; s/PIPE/WANTED/g' pipe.c | without_digest | cmp - wanted || fail "the name of the output is in the output"

# A pipe with a name is written into, not replaced.
mkdir pipes
mkfifo pipes/pipe.c
timeout 20 cat pipes/pipe.c >read &
expect 0 timeout 20 "$CHAINC" sample.chain -o pipes/pipe.c --header=pipe.h
wait
sed -i s,pipes/,, read # of #line
cmp read pipe.c || fail "what came out of the pipe"
[ -p pipes/pipe.c ] && [ "$(ls pipes)" = pipe.c ] || fail "the pipe was replaced: $(ls -l pipes)"

# Nor is anything named after it, beside it: of a device that would be a file in /dev.
timeout 20 cat pipes/pipe.c >read &
expect 0 timeout 20 "$CHAINC" sample.chain -o pipes/pipe.c
wait
shows read '^#include "sample.h"$'
expect 2 timeout 20 "$CHAINC" sample.chain -o pipes/pipe.c -MD
shows err ' -MD needs -MF and -MT'
[ "$(ls pipes)" = pipe.c ] || fail "made beside a pipe: $(ls pipes)"

# The other outputs, and links to a pipe, also with --if-changed and for the runtime.
mkfifo pipes/to_h pipes/to_d
ln -s pipes/to_h h
ln -s pipes/to_d d
timeout 20 cat pipes/to_h >h.read &
timeout 20 cat pipes/to_d >d.read &
expect 0 timeout 20 "$CHAINC" sample.chain --if-changed -o piped.c --header=h -MD -MF d
wait
[ -s h.read ] && shows d.read '^piped.c:' && [ -L h ] && [ -L d ] && [ -p pipes/to_h ] && [ -p pipes/to_d ] \
    || fail "a link or a pipe was replaced: $(ls -l . pipes)"
mkdir runtime
mkfifo runtime/chain.c
timeout 20 cat runtime/chain.c >chain.read &
expect 0 timeout 20 "$CHAINC" --emit-runtime=runtime
wait
[ -s chain.read ] && [ -p runtime/chain.c ] || fail "the pipe was replaced: $(ls -l runtime)"
rm pipes/to_h pipes/to_d h d

# What is open already is written to where it is open: the file keeps its other names.
echo before >open.c
ln open.c same.c
"$CHAINC" sample.chain -o /proc/self/fd/1 >open.c 2>err || fail "an open file: $(cat err)"
shows same.c '^#include "sample.h"$'

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
