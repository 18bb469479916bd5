#!/usr/bin/env python3
"""Computed numbers of every arithmetic type, at the limits of their types and of ours: durations in every place that has one and in
every unit, the bounds of an each, the attempts of a retry, chain_loop_deadline() in C. Nothing wraps (rules 87, 89, 95), and no compiler
warns; a fraction of a unit is refused where it stands. What is expected is computed here, with Python's integers.

The C is compiled by CC, and chain_loop_deadline() in C++; other_numbers.py has other compilers."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get("TOP", Path(__file__).resolve().parent.parent.parent))
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
CHAINC = os.environ.get("CHAINC", str(BUILD / "bin/chainc"))
WARNINGS = ["-std=gnu11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wtype-limits", "-Wshadow", "-Werror",
            "-Wno-unused-function"]
UNITS = {"us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
LONGEST = (2**63 - 1) // 2

# name: C's name, bits, signed
TYPES = {
    "sc": ("signed char", 8, True), "uc": ("unsigned char", 8, False), "ch": ("char", 7, False), "b": ("_Bool", 1, False),
    "ss": ("short", 16, True), "us": ("unsigned short", 16, False), "i": ("int", 32, True), "u": ("unsigned", 32, False),
    "l": ("long", None, True), "ul": ("unsigned long", None, False), "ll": ("long long", 64, True), "ull": ("unsigned long long", 64, False),
    "few": ("enum few", 1, False), "some": ("enum some", 31, True), "size": ("size_t", None, False),
    "x": ("chain__int128", 128, True), "ux": ("chain__uint128", 128, False),
}


def limits(bits, signed):
    return (-2**(bits - 1), 2**(bits - 1) - 1) if signed else (0, 2**bits - 1)


def values(low, high):
    """What lies at a limit, of the type or of what is made of it."""
    near = [0, 2**31, 2**32, 2**62, 2**63, 2**64, low, high] + [LONGEST // ns for ns in UNITS.values()]
    return sorted({v for n in near for v in (n - 2, n - 1, n, n + 1, n + 2, -n) if low <= v <= high})


def c_value(v):
    if v == -2**63:
        return "INT64_MIN"
    if -2**63 < v < 2**63:
        return f"INT64_C({v})"
    if 0 <= v < 2**64:
        return f"UINT64_C({v})"
    return f"(chain__int128)((chain__uint128)UINT64_C({v >> 64 & 2**64 - 1}) << 64 | UINT64_C({v & 2**64 - 1}))"


def duration(v, ns):
    return min(max(v, 0) * ns, LONGEST)


HEAD = """#include <errno.h>
#include <stddef.h>
async void never(void);
sync void item(size_t i) raises nothing;
enum few { FEW_A, FEW_B };
enum some { SOME_A = -2147483647, SOME_B = 2147483647 };

%{
#include "../core/timer.h"
#include <stdio.h>
#include <string.h>
"""
TAIL = """
static uint64_t clock_ns = 1000;
static struct chain_loop loop;
static unsigned long tried, wrong;
static size_t items, first_item;

static uint64_t look(struct chain_loop *its_loop)
{
    (void)its_loop;
    return clock_ns;
}

static void wait(struct chain_loop *its_loop, uint64_t deadline)
{
    (void)its_loop;
    (void)deadline; /* time stands still: what is armed is only looked at */
}

void never_start(struct never *op)
{
    (void)op;
}

void never_cancel(struct never *op)
{
    never_cancelled(never_done(op));
}

static void item(size_t i)
{
    if (items++ == 0)
        first_item = i;
}

static void same(const char *what, const char *value, uint64_t is, uint64_t wanted)
{
    tried++;
    if (is == wanted)
        return;
    if (wrong++ < 20)
        printf("%s of %s: %llu, expected %llu\\n", what, value, (unsigned long long)is, (unsigned long long)wanted);
}

/* The first timer that a chain has armed: how long it runs; 0: it was over at once. */
static uint64_t first_timer(struct chain_root *root)
{
    uint64_t ns;

    chain_loop_turn(&loop, false);
    ns = loop.armed == 0 ? 0 : chain__timer_next(&loop) - clock_ns;
    chain_root_cancel(root);
    while (!chain_root_is_quiescent(root) && chain_loop_turn(&loop, false))
        if (loop.armed != 0) { /* a finally is shielded */
            clock_ns = 2 + chain__timer_next(&loop) / 2 * 2;
        }
    chain_root_outcome(root);
    clock_ns = 1000;
    return ns;
}

#define ARMS(chain, wanted)                                     \\
    do {                                                        \\
        static struct chain u_;                                 \\
        chain##_run(&u_, &loop);                                \\
        same(#chain, row->text, first_timer(&u_.root), wanted); \\
    } while (0)

#define COUNTS(chain, wanted, first)                             \\
    do {                                                         \\
        static struct chain u_;                                  \\
        chain##_run(&u_, &loop);                                 \\
        items = first_item = 0;                                  \\
        while (!chain_root_is_quiescent(&u_.root))                    \\
            chain_loop_turn(&loop, false);                       \\
        chain_root_outcome(&u_.root);                                 \\
        same(#chain, row->text, items, wanted);                  \\
        if ((wanted) != 0)                                       \\
            same(#chain ", first", row->text, first_item, first); \\
    } while (0)

/* Everything that one type is used for. */
#define TYPE(t)                                                                                         \\
    static void try_##t(void)                                                                           \\
    {                                                                                                   \\
        for (size_t i_ = 0; i_ < sizeof rows_##t / sizeof *rows_##t; i_++) {                            \\
            const struct row *row = &rows_##t[i_].row;                                                  \\
            v_##t = rows_##t[i_].value;                                                                 \\
            ARMS(delay_##t, row->units[1]);                                                             \\
            ARMS(timeout_##t, row->units[1]);                                                           \\
            ARMS(timeout_of_strand_##t, row->units[1]);                                                 \\
            ARMS(branch_##t, row->units[1]);                                                            \\
            ARMS(finally_##t, row->units[1]);                                                           \\
            ARMS(backoff_##t, row->units[1]);                                                           \\
            ARMS(backoff_to_##t, row->units[1] < row->units[5] ? row->units[1] : row->units[5]);        \\
            COUNTS(low_##t, row->items_from, row->low);                                                 \\
            COUNTS(high_##t, row->items_to, 0);                                                         \\
            COUNTS(retry_##t, row->attempts, 0);                                                        \\
            SAME(chain__duration(chain__whole(v_##t), INT64_C(1000)), row->units[0]);                   \\
            SAME(chain__duration(chain__whole(v_##t), INT64_C(1000000)), row->units[1]);                \\
            SAME(chain__duration(chain__whole(v_##t), INT64_C(1000000000)), row->units[2]);             \\
            SAME(chain__duration(chain__whole(v_##t), INT64_C(60000000000)), row->units[3]);            \\
            SAME(chain__duration(chain__whole(v_##t), INT64_C(3600000000000)), row->units[4]);          \\
            SAME(chain_loop_deadline(&loop, v_##t), 1000 + row->ns);                                         \\
            SAME(chain__low(chain__whole(v_##t)), row->low);                                            \\
            SAME(chain__high(chain__whole(v_##t)), row->high);                                          \\
            SAME(chain__times(chain__whole(v_##t)), row->times);                                        \\
        }                                                                                               \\
    }

#define SAME(call, wanted) same(#call, row->text, (uint64_t)(call), wanted)

#define UNITS(t)                                                             \\
    static void try_units_##t(void)                                          \\
    {                                                                        \\
        for (size_t i_ = 0; i_ < sizeof rows_##t / sizeof *rows_##t; i_++) { \\
            const struct row *row = &rows_##t[i_].row;                       \\
            v_##t = rows_##t[i_].value;                                      \\
            ARMS(in_us_##t, row->units[0]);                                  \\
            ARMS(in_ms_##t, row->units[1]);                                  \\
            ARMS(in_s_##t, row->units[2]);                                   \\
            ARMS(in_m_##t, row->units[3]);                                   \\
            ARMS(in_h_##t, row->units[4]);                                   \\
        }                                                                    \\
    }

#define PAIR(a, b)                                                                       \\
    static void try_##a##_##b(void)                                                      \\
    {                                                                                    \\
        for (size_t i_ = 0; i_ < sizeof rows_##a##_##b / sizeof *rows_##a##_##b; i_++) { \\
            const struct row *row = &rows_##a##_##b[i_].row;                             \\
            v_##a = rows_##a##_##b[i_].low;                                              \\
            w_##b = rows_##a##_##b[i_].high;                                             \\
            COUNTS(pair_##a##_##b, row->items_to, row->low);                             \\
        }                                                                                \\
    }

#define DEADLINE(type, number, wanted) same("chain_loop_deadline(" #type ")", #number, chain_loop_deadline(&loop, (type)(number)), 1000 + (uint64_t)(wanted))

struct row {
    const char *text;
    uint64_t units[6]; /* in us, ms, s, m, h; an hour */
    uint64_t ns, items_from, items_to, attempts, low, high, times;
};

"""
PLACES = {
    "delay": "delay (v_{t}) ms",
    "timeout": "timeout (v_{t}) ms never",
    "timeout_of_strand": "timeout (v_{t}) ms {{ never then {{}} }}",
    "branch": "race (delay (v_{t}) ms, never)",
    "finally": "{{}} finally timeout (v_{t}) ms never",
    "backoff": "retry 2 backoff (v_{t}) ms {{ reject(EIO) }}",
    "backoff_to": "retry 2 backoff 1h to (v_{t}) ms {{ reject(EIO) }}",
}
PAIRED = ["sc", "uc", "i", "u", "ll", "ull"]
SOME_TYPES = ["b", "uc", "i", "u", "l", "ll", "ull", "few", "x", "ux"] # for other compilers
SOME_PAIRED = ["i", "ull"]
IN_UNITS = ["i", "ll", "ull"]
FRACTIONS = [("0.5", 0), ("-1.5", 0), ("1e9", 10**9), ("1e30", 2**63 - 1), ("-1e30", 0), ("NAN", 0), ("INFINITY", 2**63 - 1),
             ("-INFINITY", 0), ("9223372036854775808.0", 2**63 - 1), ("18446744073709551616.0", 2**63 - 1)]


class Test:
    """For one size of long."""

    def __init__(self, word, all_types=True):
        self.word = word
        self.paired = PAIRED if all_types else SOME_PAIRED
        self.types = {name: (c, bits or word, signed) for name, (c, bits, signed) in TYPES.items() if (word == 64 or bits != 128) and (all_types or name in SOME_TYPES)}
        self.most = 2**word - 1

    def values(self, t):
        return values(*limits(*self.types[t][1:]))

    def source(self):
        text = HEAD + "".join(f"static {c} v_{t};\n" for t, (c, _, _) in self.types.items())
        text += "".join(f"static {self.types[t][0]} w_{t};\n" for t in self.paired) + "%}\n"
        until_3 = "{ item(i) then if (items >= 3) { return } }"
        for t in self.types:
            for place, form in PLACES.items():
                text += f"chain void {place}_{t}(void) {{ {form.format(t=t)} }}\n"
            text += f"chain void low_{t}(void) {{ each (i in (v_{t}) .. 1000) limit 2 {until_3} }}\n"
            text += f"chain void high_{t}(void) {{ each (i in 0 .. (v_{t})) limit 1 {until_3} }}\n"
            text += f"chain void retry_{t}(void) {{ retry (v_{t}) {{ item(0) then if (items < 4) {{ reject(EIO) }} }} }}\n"
        for t in IN_UNITS:
            for unit in UNITS:
                text += f"chain void in_{unit}_{t}(void) {{ delay (v_{t}) {unit} }}\n"
        for a in self.paired:
            for b in self.paired:
                text += f"chain void pair_{a}_{b}(void) {{ each (i in v_{a} .. w_{b}) limit 2 {until_3} }}\n"
        return text + "%{\n#include <math.h>\n" + TAIL + self.tables() + self.main() + "%}\n"

    def items(self, low, high):
        if low < 0 or high < 0:
            return 0
        return min(3, max(0, min(high, self.most) - min(low, self.most)))

    def row(self, v):
        """What a number comes to, in the order of the members of struct row."""
        units = [duration(v, ns) for ns in UNITS.values()] + [UNITS["h"]]
        rest = [min(max(v, 0), 2**63 - 1), self.items(v, 1000), self.items(0, v), max(1, min(v, 4)),
                self.most if v < 0 else min(v, self.most), min(max(v, 0), self.most), min(max(v, 0), 2**31 - 1)]
        return f'{{ "{v}", {{ {", ".join(map(c_value, units))} }}, {", ".join(map(c_value, rest))} }}'

    def highs(self, low, b):
        """The upper bounds that are tried with a lower one: small, at the limits, and next to it."""
        return [v for v in self.values(b) if abs(v) < 3 or v in limits(*self.types[b][1:]) or abs(v - low) < 3]

    def tables(self):
        text = ""
        for t, (c, _, _) in self.types.items():
            text += f"static const struct {{ {c} value; struct row row; }} rows_{t}[] = {{\n"
            text += "".join(f"    {{ ({c}){c_value(v)}, {self.row(v)} }},\n" for v in self.values(t)) + f"}};\nTYPE({t})\n"
        for a in self.paired:
            for b in self.paired:
                c, d = self.types[a][0], self.types[b][0]
                text += f"static const struct {{ {c} low; {d} high; struct row row; }} rows_{a}_{b}[] = {{\n"
                for low in self.values(a):
                    for high in self.highs(low, b):
                        text += (f'    {{ ({c}){c_value(low)}, ({d}){c_value(high)}, {{ .text = "{low} .. {high}", .items_to = '
                                 f"{self.items(low, high)}, .low = {c_value(max(low, 0))} }} }},\n")
                text += f"}};\nPAIR({a}, {b})\n"
        return text + "".join(f"UNITS({t})\n" for t in IN_UNITS)

    def main(self):
        calls = [f"try_{t}();" for t in self.types] + [f"try_units_{t}();" for t in IN_UNITS]
        calls += [f"try_{a}_{b}();" for a in self.paired for b in self.paired]
        calls += [f"DEADLINE({c}, {v}, {c_value(ns)});" for v, ns in FRACTIONS for c in ("float", "double", "long double")]
        calls = "\n    ".join(calls)
        return f"""
int main(void)
{{
    static const struct chain_port port = {{ .now = look, .wait = wait }};

    chain_loop_init(&loop, &port);
    {calls}
    printf("%lu numbers, %lu wrong\\n", tried, wrong);
    return chain_loop_fini(&loop) != 0 || wrong != 0;
}}
"""


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


def compiler(words, word, all_types):
    """Compiles and runs all of it; what it says."""
    name = f"numbers{word}"
    Path(f"{name}.chain").write_text(Test(word, all_types).source())
    made = run([CHAINC, f"{name}.chain"])
    if made.returncode or made.stderr:
        return made.stderr or "chainc failed"
    core = sorted(str(path) for path in (TOP / "runtime/core").glob("*.c"))
    made = run([*words, *WARNINGS, "-DCHAIN_THREADS=1", f"-I{TOP}/runtime/include", "-I.", f"{name}.c", *core, "-o", name])
    if made.returncode or made.stderr:
        return made.stderr[:4000]
    try:
        done = run([*emulator(words), f"./{name}"], timeout=50)
    except subprocess.TimeoutExpired:
        return "it does not end"
    except OSError: # the kernel runs no 32-bit programs, and there is no emulator
        print(f"{' '.join(words)}: compiled, but it cannot be run here")
        return ""
    print(f"{' '.join(words)}: {done.stdout.strip()}")
    return "" if done.returncode == 0 else f"status {done.returncode}: {done.stdout}"


def refused(words):
    """A fraction is refused at its line by the C compiler, in each place."""
    places = ["delay (f) ms", "timeout (f) s delay 1s", "retry 2 backoff (f) ms { reject(5) }", "retry (f) { reject(5) }",
              "each (i in (f) .. 3) limit 2 { do { (void)i; } }", "each (i in 0 .. (f)) limit 2 { do { (void)i; } }"]
    rows = [(place, c) for place in places for c in ("float", "double", "long double")]
    Path("fractions.chain").write_text("%{ static float v1 = 0.5f; static double v2 = 0.5; static long double v3 = 0.5; %}\n" + "".join(
        f"chain void a{n}(void) {{ {place.replace('(f)', f'(v{n % 3 + 1})')} }}\n" for n, (place, _) in enumerate(rows)))
    if run([CHAINC, "fractions.chain"]).returncode:
        return "chainc failed"
    said = run([*words, "-std=c11", f"-I{TOP}/runtime/include", "-c", "fractions.c"]).stderr.splitlines()
    hits = [n for n in range(len(rows)) if any(f"fractions.chain:{n + 2}:" in line for line in said)]
    refusals = sum("error" in line and "expected_a_whole_number" in line for line in said)
    print(f"{words[0]}: {len(hits)} of {len(rows)} fractions refused at their lines")
    return "" if len(hits) == len(rows) <= refusals else "\n".join(said)


IN_CPP = """#include <chain.h>
#include <cmath>
#include <cstdio>

static unsigned long tried, wrong;

static uint64_t look(chain_loop *)
{
    return 1000;
}

static void wait(chain_loop *, uint64_t)
{
}

template <typename Number> static void same(chain_loop *loop, Number ns, uint64_t wanted)
{
    tried++;
    if (chain_loop_deadline(loop, ns) == 1000 + wanted)
        return;
    wrong++;
    std::printf("number %%lu: %%llu\\n", tried, static_cast<unsigned long long>(chain_loop_deadline(loop, ns)));
}

int main()
{
    static const chain_port port = { look, wait, nullptr, nullptr, nullptr, nullptr };
    static chain_loop loop;
    chain_loop_init(&loop, &port);
    %s
    std::printf("%%lu numbers, %%lu wrong\\n", tried, wrong);
    return wrong != 0;
}
"""


def cpp(words, library):
    """chain_loop_deadline() in C++."""
    types = {c: limits(*Test(64).types[t][1:]) for t, (c, _, _) in Test(64).types.items() if not c.startswith(("enum", "_Bool", "chain__"))}
    calls = [f"same<{c}>(&loop, static_cast<{c}>({c_value(v)}), {c_value(min(max(v, 0), 2**63 - 1))});" for c, (low, high) in types.items()
             for v in values(low, high)]
    calls += [f"same<{c}>(&loop, static_cast<{c}>({v}), {c_value(ns)});" for v, ns in FRACTIONS for c in ("float", "double", "long double")]
    Path("deadlines.cc").write_text(IN_CPP % "\n    ".join(calls))
    made = run([*words, "-std=c++11", *WARNINGS[1:], f"-I{TOP}/runtime/include", "deadlines.cc", "-pthread", library, "-o", "deadlines"])
    if made.returncode or made.stderr:
        return made.stderr[:4000]
    done = run(["./deadlines"])
    print(f"{words[0]}: {done.stdout.strip()}")
    return "" if done.returncode == 0 else done.stdout


def emulator(words):
    found = shutil.which("qemu-i386") or shutil.which("qemu-i386-static")
    return [found] if found and words[0].startswith("i686") else []


def main():
    words = os.environ.get("CC", "gcc").split()
    problems = compiler(words, 64, True) + refused(words)
    for words in (["g++"], ["clang++"]):
        if shutil.which(words[0]) and not os.environ.get("SANITIZE"): # else the library needs more
            problems += cpp(words, str(BUILD / "lib/libchain.a"))
    sys.stderr.write(problems)
    return problems != ""


if __name__ == "__main__":
    sys.exit(main())
