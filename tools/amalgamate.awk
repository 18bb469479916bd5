# amalgamate.awk - the runtime as two files, for projects that keep it with their own source (chainc --emit-runtime).
#
#     awk -v version=N -v license=LICENSE -v kind=h -f amalgamate.awk HEADER...    the text of chain.h
#     awk -v version=N -v license=LICENSE -v kind=c -v headers='HEADER...' -f amalgamate.awk SOURCE...   that of chain.c
#
# Files come in the order they are given, what one includes of the others where it does; private headers are given with the
# sources. The core (runtime/core and its headers) comes first and stands alone; the rest wants a hosted system.
#
# Two sources may have a static `start`, each its own. In one file such names are told apart: a static name, tag or constant of
# a source that occurs in another source gets that of its file before it.

function base(path) { sub(/.*\//, "", path); return path }

# How others include it.
function key(path) { return path ~ /\/vendor\/[^\/]*$/ ? "chain/" base(path) : path ~ /\/private\/[^\/]*$/ ? "chain/private/" base(path) : base(path) }

# What the core includes, and headers that ask for nothing but the core and what every C compiler has.
function is_core(path,    i, name) {
    if (kind == "c")
        return path ~ /\/core\//
    if (path in core)
        return core[path]
    core[path] = 1 # while it is looked at: headers may include each other
    if (path ~ /\/vendor\// || base(path) == "chain_reactor.h" || (base(path) in module))
        return core[path] = 0
    for (i = 1; i <= count[path]; i++) {
        name = included(lines[path, i])
        if (name == "")
            continue
        if (name in path_of ? !is_core(path_of[name]) : name !~ /^((std(bool|def|int|arg|atomic|align)|limits|float|errno)\.h|chain.*)$/)
            return core[path] = 0
    }
    return 1
}

function read(path,    line, n) {
    while ((getline line < path) > 0)
        lines[path, ++n] = line
    close(path)
    if (n == 0) {
        print "amalgamate.awk: cannot read " path > "/dev/stderr"
        failed = 1
    }
    count[path] = n
}

# What an #include names, as key() calls it: "" if the line is none.
function included(line) {
    if (line !~ /^#[ ]*include/)
        return ""
    sub(/^[^"<]*["<]/, "", line); sub(/[">].*/, "", line)
    return line ~ /^chain\// || line !~ /^\.\.?\// ? line : base(line)
}

# ---- names ----

# Notes every word of a line that is C and no member, or gives it its new name; returns the line.
function each_word(line, path, replace,    out, c, two, word, before) {
    out = ""
    while (line != "") {
        c = substr(line, 1, 1)
        two = substr(line, 1, 2)
        if (in_comment) {
            if (two == "*/") { in_comment = 0; out = out two; line = substr(line, 3) }
            else { out = out c; line = substr(line, 2) }
        } else if (two == "/*") {
            in_comment = 1; out = out two; line = substr(line, 3)
        } else if (c == "\"" || c == "'") {
            if (c == "\"") match(line, /^"([^"\\]|\\.)*"/)
            else match(line, /^'([^'\\]|\\.)*'/)
            if (RLENGTH < 1) RLENGTH = 1
            out = out substr(line, 1, RLENGTH); line = substr(line, RLENGTH + 1)
        } else if (match(line, /^[A-Za-z_][A-Za-z_0-9]*/)) {
            word = substr(line, 1, RLENGTH); line = substr(line, RLENGTH + 1)
            before = out; sub(/[ \t]+$/, "", before)
            if (before !~ /(\.|->)$/) {
                if (!replace)
                    occurs[word, path] = 1
                else if ((path, word) in renamed && !(in_struct && before !~ /(struct|union|enum)$|\[[^]]*$/)) # members keep their names
                    word = renamed[path, word]
            }
            out = out word
        } else if (match(line, /^[0-9][A-Za-z_0-9.]*/)) {
            out = out substr(line, 1, RLENGTH); line = substr(line, RLENGTH + 1)
        } else { out = out c; line = substr(line, 2) }
    }
    return out
}

# What begins with chain_ is nobody's own: a struct that a header names is defined in a source.
function own(path, name) {
    if (name != "" && name !~ /^chain_/ && name !~ /^(int|void|char|bool|struct|union|enum|const|static|inline)$/ && !((path, name) in is_own)) {
        is_own[path, name] = 1
        owned[path] = owned[path] " " name
    }
}

# What a source declares for itself, all of it at the beginning of a line.
function find_own(path,    i, line, parts, n, j, in_enum) {
    for (i = 1; i <= count[path]; i++) {
        line = lines[path, i]
        if (line ~ /^#[ ]*define [A-Za-z]/) {
            sub(/^#[ ]*define /, "", line); sub(/[^A-Za-z_0-9].*/, "", line)
            macros[path] = macros[path] " " line
        } else if (line ~ /^static /) {
            sub(/[(=;[].*/, "", line); sub(/[ ]+$/, "", line); sub(/.*[^A-Za-z_0-9]/, "", line)
            own(path, line)
        } else if (line ~ /^(struct|union|enum) [A-Za-z_0-9]+ \{/) {
            split(line, parts, " ")
            own(path, parts[2])
        }
        in_enum = in_enum || lines[path, i] ~ /^enum .*\{/
        if (in_enum) {
            line = lines[path, i]
            gsub(/\/\*[^*]*\*\//, "", line)
            n = split(line, parts, /[{},]/)
            for (j = 1; j <= n; j++) {
                sub(/^[ ]+/, "", parts[j]); sub(/[ =].*/, "", parts[j])
                if (parts[j] ~ /^[A-Za-z_][A-Za-z_0-9]*$/ && parts[j] != "enum") own(path, parts[j])
            }
            in_enum = lines[path, i] !~ /\}/
        }
    }
}

function choose_names(    i, j, k, n, names, path) {
    for (i = 1; i < ARGC; i++) {
        in_comment = 0
        for (j = 1; j <= count[ARGV[i]]; j++)
            each_word(lines[ARGV[i], j], ARGV[i], 0)
        if (ARGV[i] ~ /\.c$/)
            find_own(ARGV[i])
    }
    for (i = 1; i < ARGC; i++) {
        path = ARGV[i]
        n = split(owned[path], names, " ")
        for (j = 1; j <= n; j++)
            for (k = 1; k < ARGC; k++)
                if (k != i && (names[j], ARGV[k]) in occurs) {
                    renamed[path, names[j]] = substr(base(path), 1, length(base(path)) - 2) "__" names[j]
                    break
                }
    }
}

# ---- writing ----

function want(is_hosted) {
    if (hosted != is_hosted)
        print is_hosted ? "\n#if CHAIN_HOSTED" : "\n#endif"
    hosted = is_hosted
}

# A file with what it includes of the others in the places where it does, unless that has been put before.
function put(path,    i, line, name, n, parts) {
    if (path in done)
        return
    done[path] = 1
    want(!is_core(path))
    print "\n/* ======== " key(path) " ======== */"
    in_comment = in_struct = 0
    for (i = 1; i <= count[path]; i++) {
        line = lines[path, i]
        name = included(line)
        in_struct = in_struct && line !~ /^}/ || line ~ /^(typedef )?(struct|union)[A-Za-z_0-9 ]*\{/ && line !~ /}/
        if (name in path_of) {
            put(path_of[name])
            want(!is_core(path))
        } else if (line !~ /^#[ ]*define _(GNU|POSIX_C)_SOURCE/ && name != "chain.h" && !(name in public))
            print each_word(line, path, 1)
    }
    n = split(macros[path], parts, " ")
    for (i = 1; path ~ /\.c$/ && i <= n; i++)
        if (parts[i] !~ /^_(GNU|POSIX_C)_SOURCE$/)
            print "#undef " parts[i]
}

function put_license(    line) {
    print " *"
    while ((getline line < license) > 0)
        print line == "" ? " *" : " * " line
    print " */"
}

BEGIN {
    n = split(headers, list, " ") # of chain.h, which the sources include
    for (i = 1; i <= n; i++)
        public[key(list[i])] = 1
    for (i = 1; i < ARGC; i++) {
        read(ARGV[i])
        path_of[key(ARGV[i])] = ARGV[i]
        if (ARGV[i] ~ /\/vendor\//)
            module["chain_" base(ARGV[i])] = 1
    }
    if (kind == "c")
        choose_names()
    print "/* chain." kind " - the runtime of chainc, libchain " version ", as " (kind == "c" ? "one file and its header" : "the header of one file") ". Made from its sources: do not edit."
    put_license()
    if (kind == "h") {
        print "#ifndef CHAIN_AMALGAMATION\n#define CHAIN_AMALGAMATION\n"
        print "/* Without a hosted system, or with -DCHAIN_CORE_ONLY, there is the core and neither reactor nor modules. They know Linux. */"
        print "#if __STDC_HOSTED__ && defined(__linux__) && !defined(CHAIN_CORE_ONLY)\n#define CHAIN_HOSTED 1\n#else\n#define CHAIN_HOSTED 0\n#endif\n"
    } else
        print "#ifndef _GNU_SOURCE\n#define _GNU_SOURCE\n#endif\n#include \"chain.h\""
    for (pass = 0; pass < 2; pass++)
        for (i = 1; i < ARGC; i++)
            if ((kind == "h" || ARGV[i] ~ /\.c$/) && is_core(ARGV[i]) != pass)
                put(ARGV[i])
    if (hosted)
        print "\n#endif /* CHAIN_HOSTED */"
    if (kind == "h")
        print "\n#endif"
    exit failed
}
