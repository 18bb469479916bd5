#!/bin/sh
# Names of files: as long as the system allows, and with bytes that a terminal would obey.
. "$TOP/tests/scripts/lib"

# Every length up to the longest, alone and at the end of a long path.
sample >s.chain
longest=$(getconf NAME_MAX .)
name() { head -c "$1" /dev/zero | tr '\0' n; }
for length in 1 8 230 247 248 249 250 251 252 253; do
    [ "$length" -le $((longest - 2)) ] || continue
    expect 0 "$CHAINC" s.chain -o "$(name "$length").c"
    [ -s "$(name "$length").c" ] && [ -s "$(name "$length").h" ] || fail "a name of $length bytes and its ending"
    rm ./n*
done
expect 2 "$CHAINC" s.chain -o "$(name $((longest - 1))).c"
blames 'n*\.c' 'File name too long'
[ "$(find . -name 'n*' -o -name '.chainc*')" = "" ] || fail "left behind: $(ls -A)"

# A path as long as a path may be: what is made beside the output is no longer.
"$PYTHON" - <<'END' || exit 1
import os, subprocess, sys
top, wrong = os.getcwd(), []
for length in 4095, 4094, 4080, 4060:
    path = top
    while len(path) + 204 < length:
        path += "/" + "d" * 200
        os.path.isdir(path) or os.mkdir(path)
    output = path + "/" + "o" * (length - len(path) - 3) + ".c"
    done = subprocess.run([os.environ["CHAINC"], "s.chain", "-o", output], stderr=subprocess.PIPE)
    if done.returncode != 0 or sorted(f[-2:] for f in os.listdir(path) if f[0] in "o.") != [".c", ".h"]:
        wrong.append(f"a path of {length} bytes: status {done.returncode}: {done.stderr[-200:]} {os.listdir(path)[:4]}")
    for file in os.listdir(path):
        if file[0] in "o.":
            os.remove(path + "/" + file)
sys.exit("\n".join(wrong) or 0)
END

# Each byte, and some characters, in names of files, in arguments and in the source: none comes out that a terminal would obey, and
# the caret stands where it would stand.
"$PYTHON" - <<'END' || exit 1
import os, re, subprocess, sys, unicodedata
chainc, wrong, count = os.fsencode(os.environ["CHAINC"]), [], 0
characters = [bytes([b]) for b in range(1, 256) if b != ord("/")]
characters += [chr(c).encode() for c in (0x80, 0x85, 0x9b, 0x9f, 0x202e, 0x2066, 0x2028, 0x200b, 0xfeff, 0xe0041)]
characters += [b"\xc0\x9b", b"\xe0\x80\x9b", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf8", b"\xc3", b"\xe2\x82", b"\xe2\x82\xac", b"\xc3\xa4"]
# Some at a time, with a letter between them, so that they stay what they are.
groups = [b"x" + b"x".join(characters[i:i + 24]) + b"x" for i in range(0, len(characters), 24)]

def run(*words):
    done = subprocess.run([chainc, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stderr

def harmless(what, byte, text):
    global count
    count += 1
    try:
        shown = text.decode()
    except UnicodeDecodeError as error:
        return wrong.append(f"{what} {byte!r}: {error}: {text!r}")
    bad = [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c not in "\n\t\xad"]
    if bad or not text:
        wrong.append(f"{what} {byte!r}: {text!r}")

for group in groups:
    harmless("a file that is missing", group, run(group)[1])
    harmless("a folder that is missing", group, run(b"s.chain", b"-o", group + b"/x.c")[1])
    harmless("a response file", group, run(b"@" + group)[1])
    with open(group + b".chain", "wb") as file:
        file.write(b"chain int f(void) { nothing() }\n")
    harmless("a name of a source", group, run(group + b".chain")[1])
    for option in (b"--dump=", b"--", b"-W", b"-M", b"--color=", b"--report=", b"-", b"--check="):
        harmless("an option", group, run(option + group, b"s.chain", b"-o", b"s.c")[1])
    for text in (b"chain int f(void) { (1) then no%sthing() }\n", b"import \"%s.chain\";\n", b"chain int f(void) { nothing() /* %s */ }\n",
                 b"codes { %s }\n", b"chain int f(void) { reject(A, \"%s\") }\n", b"chain int f(void) { (\"%s\") nothing() }\n"):
        with open("source.chain", "wb") as file:
            file.write(text % group)
        harmless("a source", group, run(b"source.chain", b"-o", b"x.c")[1] or b"no error")

# Two columns more for each byte that is shown as two or more: the caret is under the name.
for before in (b"\x1b[1m", b"\xff\xfe", "\u202e\u2066".encode(), "\u00e4\u20ac".encode(), b"\t", b"\x7f\x01\t\x02"):
    with open("source.chain", "wb") as file:
        file.write(b"chain int f(void) { /* " + before + b" */ nothing() }\n")
    status, err = run(b"source.chain", b"-o", b"x.c")
    line, marks = err.decode().split("\n")[1:3]
    count += 1
    if marks.expandtabs().index("^") != line.expandtabs().index("nothing"):
        wrong.append(f"the caret after {before!r}:\n{line}\n{marks}")
print(f"{len(characters)} characters, {count} messages, {len(wrong)} bad")
sys.exit("\n".join(wrong[:20]) or 0)
END
exit 0
