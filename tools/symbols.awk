# symbols.awk - the version script of the shared library.
#
#     nm -P -g libchain.a | awk -v abi=2 -f symbols.awk HEADER... -
#
# Visible is what an installed header names and the library defines.

FILENAME != "-" {
    line = $0
    gsub(/\/\*[^*]*\*\//, "", line)
    if (in_comment || line ~ /\/\*/) { # comments name internals, too
        in_comment = line !~ /\*\//
        sub(/\/\*.*/, "", line)
        if ($0 !~ /\/\*/) line = ""
    }
    while (match(line, /[A-Za-z_][A-Za-z_0-9]*/)) {
        named[substr(line, RSTART, RLENGTH)] = 1
        line = substr(line, RSTART + RLENGTH)
    }
    next
}
$2 ~ /^[TDBRVW]$/ && ($1 in named) { names[++n] = $1 }
END {
    if (n == 0) { print "symbols.awk: no symbols" > "/dev/stderr"; exit 1 }
    print "CHAIN_ABI_" abi " {\nglobal:"
    for (i = 1; i <= n; i++) print "    " names[i] ";"
    print "local:\n    *;\n};"
}
