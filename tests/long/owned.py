#!/usr/bin/env python3
"""No resource leaks, on no path: generated chains with every construct around what owns something, run with every script of their
first operations and cancelled at every event. The runs are those of tests/owned/owned.c; what fails is printed with the
arguments that repeat it. With an argument: only the chains whose source contains it, and the files stay in the current folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
CHAINC = os.environ.get("CHAINC", str(BUILD / "bin/chainc"))
HERE = TOP / "tests/owned"

# Steps that give a conn.
LEAVES = ["get", "get_steady", "get_posted", "get_now"]
GIVES = [
    "{ %s }",
    "{ %s as c then lend(c) then (c) }",
    "{ %s as c then look(c) then { (c) } }",
    "{ get as d then %s as c then lend(d) then (c) }",
    "{ lock_now as l then %s }",
    "timeout 5ms %s",
    "timeout 5ms { %s as c then lend(c) then (c) }",
    "retry 2 %s",
    "retry 2 backoff 1ms timeout 3ms %s",
    "race (%s, get)",
    "any (%s, get_steady)",
    "race (%s, delay 3ms { get })",
    "race ({ tick } { get }, %s { (it) as conn e then lend(e) then (e) })",
    "any (%s as c then tick { look(c) then (c) }, get as d then lend(d) { (d) })",
    "race each (i in 0 .. 3) limit 2 { %s }",
    "any each (i in 0 .. 3) limit 2 stagger 1ms { %s as c then lend(c) then (c) }",
    "any each (c from { if (flag()) { reject(CHAIN_EEND) } else { %s } }) limit 2 { tick then (c) }",
    "{ %s finally tick }",
    "{ %s catch get }",
    "{ { %s finally tick } catch get_now }",
    "{ %s then (it) }",
    "{ %s then delay 1ms }",
    "{ %s then delay 1ms then { (it) as conn e then lend(e) then (e) } }",
    "{ tick undo tick then %s }",
    "{ tick then %s else get }",
    "{ if (flag()) { %s } else { get } }",
    "{ all (%s as a, get as b) then lend(a) then (b) }",
    "{ all ({ %s } as a, { lock_now as l then tick }) then (a) }",
    "{ %s as c then race (lend(c) { (c) }, tick { get }) }",
    "{ %s as c then tick then if (flag()) { take(c) then get } else { (c) } }",
    "{ %s then swap(it) }",
    "{ settle (%s, tick) then get }",
]
# Chains of which one gives a conn, %s.
USES = [
    "%s as c then lend(c)",
    "%s as c then get as d then lend(c) then lend(d)",
    "%s as c then get_lock as l then get_file as f then tick",
    "%s then lend(it)",
    "%s then lend(it) then tick",
    "%s then take",
    "%s then take_now",
    "%s then delay 1ms then take",
    "%s then delay 1ms then lend",
    "%s then delay 1ms",
    "%s",
    "%s then tick",
    "tick then %s else tick",
    "%s then lend(it) else tick",
    "%s then take(it) else tick",
    "%s as c then if (flag()) { take(c) } then tick",
    "%s as c then { %s as d then lend(d) } then lend(c)",
    "%s as c then own(c)",
    "%s then own",
    "%s as c then { tick finally take(c) }",
    "%s as c then { lend(c) finally look(c) }",
    "%s as c then tick catch { %s as c then lend(c) }",
    "%s as c then tick catch %s as c then look(c)",
    "{ %s as c then tick catch {} } then tick",
    "%s as c undo tick then %s as d undo lend(c) then tick",
    "tick undo tick then %s as c then lend(c) undo look(c) then tick",
    "all (%s as a, %s as b) then lend(a) then take(b)",
    "all (%s, tick, get)",
    "all (%s as a, tick) catch {} then tick",
    "%s as c then all (take(c), tick)",
    "%s as c then all ({ tick then take(c) }, get)",
    "%s as c then all (lend(c), { lend(c) then tick }) then take(c)",
    "%s then all (lend(it), lend(it))",
    "any (%s, %s)",
    "race (%s, tick) catch {}",
    "race (%s as c { take(c) }, tick { tick })",
    "race (%s as c { lend(c) }, %s { tick }, get { take })",
    "any ({ %s as c then lend(c) }, tick)",
    "settle (%s, %s, tick as t) then (t.outcome)",
    "settle ({ %s as c then lend(c) } as s, tick) then (s.outcome)",
    "retry 2 all (%s as a, tick) then lend(a)",
    "retry 3 { %s as a then lend(a) then tick }",
    "timeout 3ms %s",
    "timeout 4ms { %s as c then lend(c) then tick }",
    "loop { %s as c then lend(c) then if (flag()) { break } }",
    "loop { %s as c then if (flag()) { break } else { continue } }",
    "loop { %s then if (flag()) { take(it) then break } else { take(it) } }",
    "loop { %s then { lend(it) then if (flag()) { break } } }",
    "while (!flag()) { %s as c then get_lock as l then tick catch continue }",
    "%s as c then loop { tick then if (flag()) { take(c) then break } } then tick",
    "%s as c then while (!flag()) { lend(c) }",
    "each (i in 0 .. 3) limit 2 { %s as c then lend(c) }",
    "each (i in 0 .. 2) limit 2 { %s then { lend(it) then if (flag()) { return } } }",
    "each (i in 0 .. 2) limit 1 { %s }",
    "%s as c then if (flag()) { return } then lend(c)",
    "each (c from { if (flag()) { reject(CHAIN_EEND) } else { %s } }) limit 2 { lend(c) }",
    "each (c from { if (flag()) { reject(CHAIN_EEND) } else { %s } }) limit 2 { if (flag()) { take(c) } else { lend(c) } }",
    "each (c from get) limit 1 { %s as d then lend(c) then if (flag()) { return } }",
    "race each (i in 0 .. 3) limit 3 { %s }",
    "any each (i in 0 .. 3) limit 2 stagger 1ms { %s as c then lend(c) }",
    "any each (c from { if (flag()) { reject(CHAIN_EEND) } else { %s } }) limit 2 { if (flag()) { take(c) } else { lend(c) } }",
    "settle each (i in 0 .. 3) limit 2 { %s as c then lend(c) } as r { tick }",
    "settle each (c from { if (flag()) { reject(CHAIN_EEND) } else { %s } }) limit 2 { lend(c) } as r { if (flag()) { take(c) } }",
    "race each (i in 0 .. 2) limit 2 { %s as c undo tick then lend(c) } undo tick then tick",
    "%s as c then spawn pooled(c) then tick",
    "%s then spawn pooled(it) then join then tick",
    "loop { %s as c then spawn pooled(c) then if (flag()) { break } }",
    "%s as c then spawn counted(flag(), c) then tick",
    "timeout 6ms { %s as c then tick } then spawn pooled(get_now_or(5))",
    "%s as c then all ({ tick then if (flag()) { return } }, lend(c)) then take(c)",
    "loop { all ({ %s as c then if (flag()) { break } }, get as d) then lend(d) then if (flag()) { break } }",
    "tick then tick catch { %s as c then lend(c) }",
    "tick finally { %s as c then lend(c) }",
    "do conn { return get_now_or(5); } as c then lend(c)",
    "do conn { poke(); if (flag()) reject(EIO, \"no\"); return get_now_or(5); } then { tick then %s } then lend(it)",
    "(get_now_or(0)) as conn c then %s as d then lend(c)",
    "get_file as f then %s as c then get_lock as l then look(f)",
    "get_file then %s then tick",
    "{ get_file as f then %s as c then lend(c) } catch tick",
    "any (get_file, get_file) then { %s then lend(it) }",
]
# What is acquired last is released first.
IN_ORDER = [
    "get as a then get_lock as b then get_file as c then get as d then lend(a) then tick",
    "get as a then { get_file as b then { get_lock as c then get then lend(it) } then tick }",
    "get then { get_file as b then tick undo tick then get_lock as l then look(b) }",
    "get as a then loop { tick then if (flag()) { break } } then get_lock as b then if (flag()) { return } then get as c then tick",
    "get_lock as a then timeout 4ms { get_file as b then get as c then tick } then tick",
]
# More than one word of bits.
MANY = ["get as c0", *(f"get_now as c{i}" for i in range(1, 70)), "if (flag()) { take(c3) then take(c40) }", "tick"]
# Chains whose value is a conn.
RETURNS = [
    "%s",
    "%s as c then lend(c) then (c)",
    "%s as c then if (flag()) { return c } then tick then %s",
    "loop { %s as c then if (flag()) { return c } then lend(c) }",
    "loop { %s then { lend(it) then if (flag()) { return get } } }",
    "{ %s as c then return (c) finally tick }",
    "{ return (get_now_or(5)) finally tick } catch %s",
    "all ({ %s as c then if (flag()) { return c } then lend(c) }, tick) then get",
    "race ({ %s as c then lend(c) then return c }, { get as d then tick then return d })",
    "all ({ all ({ %s as c then tick then return c }, get as e) finally tick } , { get as d then tick then return d })",
    "each (i in 0 .. 3) limit 2 { %s as c then tick then if (flag()) { return c } } then get",
    "each (i in 0 .. 2) limit 2 { all ({ %s as c then return c }, tick) } then get",
    "any each (i in 0 .. 3) limit 2 { %s as c then tick then if (flag()) { return c } else { (c) } }",
    "race each (i in 0 .. 3) limit 2 stagger 1ms { { %s as c then return c } finally tick }",
    "any each (i in 0 .. 3) limit 2 { { %s as c then return c } finally tick } catch get",
    "get_lock as l then %s as c then tick then (c)",
    "%s then swap(it)",
    "timeout 4ms { %s as c then lend(c) then return c }",
    "%s as c then { get as d then spawn pooled(d) } then (c)",
    "get as d then spawn pooled(d) then if (flag()) { %s as c then return c } then get",
    "retry 2 { %s as c then tick then return c }",
    "do conn { poke(); return get_now_or(5); }",
    "(get_now_or(0))",
    "%s then delay 1ms",
    "tick then { %s as c then return (c) }",
]

HELPERS = """
%{
#include "functions.h"
static int get_now_or(int dummy)
{
    int value = get_now();
    (void)dummy;
    return value < 0 ? lock_now() : value;
}
static void poke(void) { (void)flag(); }
%}
chain void pooled(conn c) pool 2 { lend(c) then tick }
chain void counted(int n, conn c) pool 1 { lend(c) then if (n) { tick } }
static chain void own(conn c) { lend(c) then tick }
static chain conn swap(conn c) { lend(c) then get }
"""


def programs(share):
    """(name, "void" or "conn", body): every form around every way to get one, or one in `share` of these, each form at least once."""
    ways = LEAVES + [give.replace("%s", "get") for give in GIVES]
    forms = [("void", form) for form in USES] + [("conn", form) for form in RETURNS]
    forms += [("void", give + " as c then lend(c)") for give in GIVES]
    for i, (kind, form) in enumerate(forms):
        for j, way in enumerate(ways if "%s" in form else ways[:1]):
            if (7 * i + j) % share == 0 or "%s" not in form or j == i % len(ways):
                yield f"p{i}_{j}", kind, form.replace("%s", way)
    yield "many", "void", " then ".join(MANY)
    for i, form in enumerate(IN_ORDER):
        yield f"in_order_{i}", "void", form


def write(chosen, name):
    with open(f"{name}.chain", "w") as out:
        out.write('import "owned.chain";\n#include <errno.h>\n' + HELPERS)
        for program, kind, body in chosen:
            out.write(f"// {program}\nchain {kind} {program}(void)\n{{\n    {body}\n}}\n")
        out.write("\n%{\n")
        for program, kind, body in chosen:
            out.write(f"static struct {program} the_{program};\n"
                      f"static int run_{program}(struct chain_loop *loop) {{ return {program}_run(&the_{program}, loop); }}\n")
            if kind == "conn":
                out.write(f"static int value_{program}(void) {{ return {program}_value(&the_{program}); }}\n")
        out.write("const struct program programs[] = {\n")
        for program, kind, body in chosen:
            value = f"value_{program}" if kind == "conn" else "NULL"
            out.write(f'    {{ "{program}", &the_{program}.root, run_{program}, {value}, {int("flag()" in body)}, {int("in_order" in program)} }},\n')
        out.write("    { NULL, NULL, NULL, NULL, 0, 0 },\n};\n%}\n")


def call(*command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        print(" ".join(map(str, command)), result.stdout[-3000:], result.stderr[-3000:], sep="\n")
        sys.exit(1)
    return result.stdout


def main():
    words = sys.argv[1:]
    chosen = [p for p in programs(1 if words else int(os.environ.get("OWNED_SHARE", "24"))) if all(w in p[2] or w == p[0] for w in words)]
    depth = os.environ.get("OWNED_DEPTH", "2")
    sanitize = os.environ.get("SANITIZE", "")
    for name in ("owned.chain", "scripted.h", "functions.h"):
        shutil.copy(HERE / name, name)
    write(chosen, "generated")
    call(CHAINC, "owned.chain")
    call(CHAINC, "-Wno-shadow", "-Wno-catch", "generated.chain")
    compiler = [os.environ.get("CC", "gcc"), "-O0", *([f"-fsanitize={sanitize}"] if sanitize else [])]
    call(*compiler, "-I.", f"-I{BUILD}/include", "generated.c", "owned.c", str(HERE / "owned.c"), f"{BUILD}/lib/libchain.a",
         "-pthread", "-o", "owned")
    result = subprocess.run(["./owned", depth], capture_output=True, text=True)
    print(f"{len(chosen)} programs, {result.stdout}{result.stderr}", end="")
    if result.returncode != 0:
        name = result.stdout.split(":")[0]
        print(*[body for program, kind, body in chosen if program == name])
    sys.exit(result.returncode != 0)


main()
