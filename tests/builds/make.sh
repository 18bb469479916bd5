#!/bin/sh
# A project with GNU make: pattern rule, depfiles, what happens on errors.
. "$TOP/tests/builds/lib"
need make pkg-config
project make

scenario make make/build/greet twice make -C make
expect 0 make/build/twice

# The interface of what is imported changes: what imports it is compiled to C again, and what includes that to objects.
sed 's/chain void say(void)/chain void say(int n)/; s/puts("good morning")/{ puts(n > 1 ? "both" : "one") }/' make/words.chain >changed && mv changed make/words.chain
touch stamp
make -C make >log 2>&1 && fail "a call with too few arguments was compiled"
cp make/greet.chain right
sed 's/say()/say(2)/' right >make/greet.chain
expect 0 make -C make
greets make/build/greet both

# An error leaves no output that a later make would take for good.
echo nonsense >>make/greet.chain
expect 2 make -C make
expect 2 make -C make
sed 's/say()/say(1)/' right >make/greet.chain
expect 0 make -C make
greets make/build/greet one

# The imported file goes away: with -MP that is an error of chainc with a line, not of make.
mv make/words.chain kept
expect 2 make -C make
shows err 'greet\.chain:2:8: error: .*words\.chain'
mv kept make/words.chain
expect 0 make -j4 -C make
touch stamp
expect 0 make -C make
[ -z "$(made_since_stamp make)" ] || fail "not quiet: $(made_since_stamp make)"

# In parallel from nothing.
expect 0 make -C make clean
expect 0 make -j8 -C make
greets make/build/greet one
exit 0
