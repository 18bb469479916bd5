#!/bin/sh
# The limits that are reached only by generated input: one message each, and no crash.
. "$TOP/tests/scripts/lib"

refuses() { # file, message
    expect 1 "$CHAINC" "$1" -o out.c
    shows err "$1:[0-9]*:[0-9]*: error: $2"
    [ ! -e out.c ] || fail "$1: left an output"
}

"$PYTHON" - <<'PY'
op = 'async int op(int x);\n'
with open('long.chain', 'w') as f:
    f.write(op + 'chain int a(void) { op(1)' + ' then op' * 10000 + ' }\n')
with open('wide.chain', 'w') as f:
    f.write(op + 'chain void a(void) { all (' + ', '.join(['op(1)'] * 255) + ') }\n')
with open('states.chain', 'w') as f:
    f.write(op + 'chain void a(int n)\n{\n    if (n) { op(1) }\n')
    for _ in range(8):
        f.write('    then {\n        op(1)\n' + '        then op\n' * 9000 + '    }\n')
    f.write('}\n')
with open('undos.chain', 'w') as f:
    f.write(op + 'chain void a(void)\n{\n    ' + '\n    then '.join(['op(1) undo op(2)'] * 33) + '\n}\n')
PY
refuses long.chain "a pipeline of more than 10000 steps: divide it into chains"
refuses wide.chain "more than 254 branches"
refuses states.chain "chain 'a' has more than 65534 places to resume at"
refuses undos.chain "more than 32 steps of one block have an 'undo': divide it"
