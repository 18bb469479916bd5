# options.awk - from the text of chainc --help: its manual page's options and the completions of shells, so that they never differ.
#
#     chainc --help | awk -v kind=man|bash|zsh|fish -f options.awk

# "  -o, --output=FILE       text" and what goes on below; a line without a blank in front is the name of a group.
BEGIN {
    values["--dump"] = "tokens ast source checked ir frame"
    values["--color"] = "always never auto"
    folders = " --outdir --emit-runtime --include-dir -I "
}
/^[A-Z].*:$/ && !/^Usage/ { group = substr($0, 1, length($0) - 1); next }
/^ +[-@]/ {
    n++
    words[n] = substr($0, 1, 26)
    if (words[n] !~ / $/) { # too long for the column
        words[n] = $0
        $0 = ""
    }
    gsub(/^ +| +$/, "", words[n])
    text[n] = substr($0, 27)
    group_of[n] = group
    next
}
/^ +[^ ]/ && n > 0 { line = $0; sub(/^ +/, "", line); text[n] = text[n] (text[n] == "" ? "" : " ") line; next }

# The spellings of option i: names[1..count], whether it takes an argument and what that is called. The argument of --report[=json]
# need not be there: it is `optional`.
function spell(i,    parts, j, arg) {
    count = split(words[i], parts, /, /)
    argument = optional = ""
    for (j = 1; j <= count; j++) {
        arg = parts[j]
        if (match(arg, /\[=.*\]/)) {
            optional = substr(arg, RSTART + 2, RLENGTH - 3)
            arg = substr(arg, 1, RSTART - 1)
        } else if (match(arg, /[= ][A-Z]+.*/)) {
            argument = substr(arg, RSTART + 1)
            arg = substr(arg, 1, RSTART - 1)
        } else {
            sub(/-NAME$/, "-", arg)
            sub(/\[=.*\]$/, "", arg) # may have an argument: offered without
        }
        names[j] = arg
    }
    return names[1] !~ /^@/
}

function roff(s) { gsub(/\\/, "\\e", s); gsub(/-/, "\\-", s); return s }

# The names of arguments in italics.
function italic(s,    out) {
    while (match(s, /[=@ ][A-Z][A-Z]+|-NAME/)) {
        out = out substr(s, 1, RSTART) "\\fI" substr(s, RSTART + 1, RLENGTH - 1) "\\fR"
        s = substr(s, RSTART + RLENGTH)
    }
    return out s
}

function man(    i, last) {
    for (i = 1; i <= n; i++) {
        if (group_of[i] != last)
            print ".SS " roff(last = group_of[i])
        print ".TP\n.B " italic(roff(words[i])) "\n" (text[i] ~ /^[.']/ ? "\\&" : "") roff(text[i])
    }
}

function bash(    i, j, all, choose, k) {
    for (i = 1; i <= n; i++) {
        if (!spell(i)) continue
        for (j = 1; j <= count; j++) {
            all = all " " names[j] (argument != "" && names[j] ~ /^--/ ? "=" : "") (optional == "" ? "" : " " names[j] "=" optional)
            if (argument == "") continue
            k = names[j] in values ? "COMPREPLY=($(compgen -W '" values[names[j]] "' -- \"$word\"))" : \
                index(folders, " " names[j] " ") ? "COMPREPLY=($(compgen -d -- \"$word\"))" : \
                argument == "TARGET" ? "" : "COMPREPLY=($(compgen -f -- \"$word\"))"
            choose = choose "    " names[j] ") " (k == "" ? "" : k "; ") "return ;;\n"
        }
    }
    print "# bash completion for chainc; made from chainc --help\n"
    print "_chainc()\n{\n    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
    print "    [ \"$word\" = = ] && word="
    print "    [ \"$before\" = = ] && before=${COMP_WORDS[COMP_CWORD-2]}"
    print "    COMPREPLY=()\n    case $before in\n" choose "    esac"
    print "    case $word in\n    -*)\n        COMPREPLY=($(compgen -W '" substr(all, 2) "' -- \"$word\"))"
    print "        [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n        ;;"
    print "    *) COMPREPLY=($(compgen -d -- \"$word\") $(compgen -f -X '!*.chain' -- \"$word\")) ;;\n    esac\n}"
    print "complete -o filenames -F _chainc chainc"
}

function quoted(s) { gsub(/'/, "'\\''", s); return s }
function zsh(    i, j, what, description) {
    print "#compdef chainc\n# zsh completion for chainc; made from chainc --help\n\n_arguments -s -S \\"
    for (i = 1; i <= n; i++) {
        if (!spell(i)) continue
        for (j = 1; j <= count; j++) {
            description = quoted(text[i]); gsub(/\[|\]|:/, "\\\\&", description)
            what = optional != "" ? "::" optional ":(" optional ")" : argument == "" ? "" : ":" tolower(argument) ":" (names[j] in values ? "(" values[names[j]] ")" : \
                index(folders, " " names[j] " ") ? "_files -/" : argument == "TARGET" ? "" : "_files")
            print "    '*" names[j] (optional != "" ? "=-" : argument == "" ? "" : names[j] ~ /^--/ ? "=" : "+") "[" description "]" what "' \\"
        }
    }
    print "    '*:file:_files -g \"*.chain\"'"
}

function fish(    i, j, line) {
    print "# fish completion for chainc; made from chainc --help\n"
    print "complete -c chainc -k -xa '(__fish_complete_suffix .chain)'"
    for (i = 1; i <= n; i++) {
        if (!spell(i)) continue
        line = "complete -c chainc"
        for (j = 1; j <= count; j++)
            line = line (names[j] ~ /^--/ ? " -l " substr(names[j], 3) : length(names[j]) == 2 ? " -s " substr(names[j], 2) : " -o " substr(names[j], 2))
        for (j = 1; j <= count && !(names[j] in values); j++) {}
        if (argument != "")
            line = line (j <= count ? " -x -a '" values[names[j]] "'" : argument == "TARGET" ? " -x" : \
                index(folders, " " names[1] " ") ? " -x -a '(__fish_complete_directories)'" : " -r -F")
        if (optional != "")
            line = line " -f -a '" optional "'"
        print line " -d '" quoted(text[i]) "'"
    }
}

END {
    if (n == 0) { print "options.awk: no options" > "/dev/stderr"; exit 1 }
    if (kind == "man") man()
    if (kind == "bash") bash()
    if (kind == "zsh") zsh()
    if (kind == "fish") fish()
}
