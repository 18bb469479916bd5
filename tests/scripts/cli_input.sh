#!/bin/sh
# What is wrong with an input is said with its name; nothing is written then, and nothing crashes.
. "$TOP/tests/scripts/lib"

mkdir folder
expect 2 "$CHAINC" missing.chain -o x.c
blames missing.chain 'No such file or directory'
expect 2 "$CHAINC" folder -o x.c
blames folder '[Ii]s a directory'
[ ! -e x.c ] || fail "an input that cannot be read left an output"

# The same of an import, where it stands.
mkdir other.chain
echo 'import "other.chain";' >importer.chain
expect 1 "$CHAINC" importer.chain -o x.c
shows err '^importer\.chain:1:8: error: cannot read "other\.chain": is a directory'
[ ! -e x.c ] || fail "an import that cannot be read left an output"

# An import that might never end is refused, and one that is there and cannot be opened is not looked for elsewhere.
mkdir -p lib
mkfifo pipe.chain
for device in pipe.chain /dev/zero /dev/full /dev/stdin /dev/fd/0; do
    printf 'import "%s";\n' "$device" >importer.chain
    expect 1 timeout 20 "$CHAINC" importer.chain -o x.c
    shows err "^importer\.chain:1:8: error: cannot read \"$device\": is not a regular file$"
done
ln -s loop.chain loop.chain
sample >lib/loop.chain
echo 'import "loop.chain";' >importer.chain
expect 1 "$CHAINC" importer.chain -I lib -o x.c
shows err '^importer\.chain:1:8: error: cannot read "loop\.chain": Too many levels of symbolic links$'
long=$(head -c 300 /dev/zero | tr '\0' n)
echo "import \"$long\";" >importer.chain
expect 1 "$CHAINC" importer.chain -I lib -o x.c
shows err ": error: cannot read \"$long\": File name too long$"
[ ! -e x.c ] || fail "an import that cannot be read left an output"

# Devices as inputs are read to their end; what has a NUL byte in it is no text, so /dev/zero has one.
expect 0 "$CHAINC" /dev/null -o null.c
expect 1 timeout 20 "$CHAINC" /dev/zero -o x.c
shows err '^/dev/zero:1:1: error: found a NUL byte: this is not a text file'
expect 2 timeout 20 "$CHAINC" @/dev/zero
shows err '^chainc: @/dev/zero: found a NUL byte: this is not a text file$'

# An empty file declares nothing: that is no error.
: >empty.chain
expect 0 "$CHAINC" empty.chain -o empty.c
empty err
[ -s empty.c ] && [ -s empty.h ] || fail "nothing was written for an empty file"

printf 'chain int f(int n)\n{\n    (n \0 1)\n}\n' >nul.chain
"$CHAINC" nul.chain -o x.c >out 2>err
status=$?
[ $status -eq 1 ] || fail "a NUL byte: status $status"
shows err "nul.chain:3:8: error: found a NUL byte: this is not a text file"
[ ! -e x.c ] || fail "a NUL byte left an output"

# The end of the last line and the kind of line ends do not matter.
sample >raw.chain
sample | head -c -1 >cut.chain
sample | sed 's/$/\r/' >dos.chain
expect 0 "$CHAINC" raw.chain -o raw.c
without_digest <raw.c >wanted
for name in cut dos; do
    expect 0 "$CHAINC" $name.chain -o $name.c
    empty err
    sed "s/$name/raw/g; s/$(echo $name | tr a-z A-Z)/RAW/g" $name.c | tr -d '\r' | without_digest | cmp - wanted || fail "$name.c differs from raw.c"
done

# Errors name file, line and column, with \r\n too.
printf 'chain int f(int n)\r\n{\r\n    nothing(n)\r\n}\r\n' >wrong.chain
expect 1 "$CHAINC" wrong.chain -o x.c
shows err '^wrong\.chain:3:5: error: '
[ ! -e x.c ] || fail "an error left an output"

# A megabyte of brackets, alone and in a chain; a megabyte on one line; deep nesting.
"$PYTHON" - <<'EOF'
def write(name, text):
    with open(name, "w") as f:
        f.write(text)
n = 1 << 20
write("deep1.chain", "(" * n)
write("deep2.chain", "chain int f(int n)\n{\n    " + "(" * n)
write("deep3.chain", "chain int f(int n)\n{\n" + "{" * n)
write("deep4.chain", "chain int f(int n)\n{\n" + "all (" * 100000)
write("deep5.chain", "chain int f(int n)\n{\n" + "timeout 1s " * 100000 + "delay 1s\n}\n")
write("long.chain", "x" * n)
write("bytes.chain", "".join(map(chr, range(1, 256))) * 100)
EOF
for name in deep1 deep2 deep3 deep4 deep5 long bytes; do
    expect 1 "$CHAINC" $name.chain -o x.c
    shows err "^$name\.chain:[0-9]+:[0-9]+: error: "
    [ "$(wc -c <err)" -lt 20000 ] || fail "$name: $(wc -c <err) bytes of messages"
done
[ ! -e x.c ] || fail "an error left an output"
exit 0
