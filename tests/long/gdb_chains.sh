#!/bin/sh
# chain-gdb.py shows the chains of a live program and of its core file: callers, branches, items, spawned instances and their owners.
. "$TOP/tests/scripts/lib"
need gdb
[ -z "$SANITIZE" ] || skip "a plain build is enough"
gdb -nx -batch -ex 'python print("py" + "thon")' 2>/dev/null </dev/null | grep -q '^python$' || skip "this gdb has no Python"

cat >heat.chain <<'END'
sync void mark(void);
async void never(int n);
resource line = int releases hang_up;
async line dial(int n);
sync void hang_up(int fd);

chain void burn(int log) raises nothing
{
    delay (log) ms then mark() then delay 10s catch { hang_up(log) }
}

chain void winter(int logs)
{
    spawn burn(logs)
    then join
}

chain void visit(int n)
{
    each (i in 0 .. n) limit 3 { delay 20s }
}

chain int both(int n)
{
    all (
        winter(n),
        { delay 20s then mark() },
        never(n),
        visit(2)
    )
    then (n)
}

chain int main(void)
{
    both(5)
    then (0)
}
END
cat >heat_ops.c <<'END'
#include "heat.h"
#include <stdlib.h>

void mark(void) { abort(); }
void hang_up(int fd) { (void)fd; }
void never_start(struct never *op, int n) { (void)op; (void)n; }
void never_cancel(struct never *op) { never_cancelled(never_done(op)); }
void dial_start(struct dial *op, int n) { dial_resolve(dial_done(op), n); }
void dial_cancel(struct dial *op) { dial_cancelled(dial_done(op)); }
END
cat >expected <<'END'
  1 both waits at heat.chain:25
  2   winter waits at heat.chain:15, a branch
  3     burn waits at heat.chain:9, spawned
  4   both waits at heat.chain:27, a branch
  5   an operation is pending at heat.chain:28, a branch
  6   visit waits at heat.chain:20, a branch
  7     visit waits at heat.chain:20, an item
  8     visit waits at heat.chain:20, an item
strand 3:
  #0 burn waits at heat.chain:9, spawned
  #1 winter waits at heat.chain:15
  #2 both called it at heat.chain:26, a branch
  #3 both waits at heat.chain:25
  #4 main called it at heat.chain:36
strand 4:
  #0 both waits at heat.chain:27, a branch
  #1 both waits at heat.chain:25
  #2 main called it at heat.chain:36
strand 5:
  #0 an operation is pending at heat.chain:28, a branch
  #1 both waits at heat.chain:25
  #2 main called it at heat.chain:36
strand 7:
  #0 visit waits at heat.chain:20, an item
  #1 visit waits at heat.chain:20
  #2 both called it at heat.chain:29, a branch
  #3 both waits at heat.chain:25
  #4 main called it at heat.chain:36
strand 8:
  #0 visit waits at heat.chain:20, an item
  #1 visit waits at heat.chain:20
  #2 both called it at heat.chain:29, a branch
  #3 both waits at heat.chain:25
  #4 main called it at heat.chain:36
END

debug() { # debug OUT ARGUMENT...
    out=$1
    shift
    gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'set confirm off' -ex "source $TOP/runtime/debug/chain-gdb.py" "$@" \
        >"$out" 2>err </dev/null || true
    ! grep -q -i ptrace err || skip "no debugging here"
}

chains_of() { # what the commands have printed
    grep -E '^ +[0-9#]|^strand ' "$1" | grep -v ' in \| at 0x'
}

expect 0 "$CHAINC" heat.chain
for level in -O0 -O2; do
    expect 0 $CC -std=c11 -g $level -pthread -I. -I"$BUILD/include" heat.c heat_ops.c "$BUILD/lib/libchain.a" -o heat
    debug live -ex run -ex 'chain list' -ex 'chain bt' -ex 'generate-core-file heat.core' -ex kill ./heat
    chains_of live >shown
    diff expected shown >difference || fail "live, $level: $(cat difference err)"
    debug core -ex 'chain list' -ex 'chain bt' ./heat heat.core
    chains_of core >shown
    diff expected shown >difference || fail "core file, $level: $(cat difference err)"
done

# One strand; wrong numbers and names; a breakpoint by the name of a step; no step into the library.
debug core -ex 'chain bt 2' -ex 'chain bt 9' -ex 'chain break burn:nothing' -ex 'chain break nobody:delay' -ex 'chain break burn:delay' \
    -ex 'info skip' ./heat heat.core
shows core '^strand 2:$'
shows err "^chain list has no number 9$"
shows err "^'burn' has no step 'nothing' that can be rejected$"
shows err "^no chain is called 'nobody'$"
shows core '^Breakpoint 1 at .*heat\.chain'
shows core '\^chain_'
exit 0
