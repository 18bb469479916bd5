# man.awk - manual pages from what is kept true anyway.
#
#     awk -v version=N -v kind=language -f man.awk docs/reference.md             chain(5)
#     awk -v version=N -v kind=library -f man.awk runtime/include/chain.h...    chain(3)
#     awk -v version=N -v options=FILE -v kind=program -f man.awk chainc.1.in   chainc(1); FILE is made by options.awk

# ---- roff ----

function escaped(s) {
    gsub(/\\/, "\\e", s); gsub(/-/, "\\-", s); gsub(/'/, "\\(aq", s); gsub(/`/, "\\(ga", s); gsub(/\^/, "\\(ha", s); gsub(/~/, "\\(ti", s)
    gsub(/…/, "...", s); gsub(/→/, "\\(->", s); gsub(/–/, "\\(en", s); gsub(/×/, "\\(mu", s); gsub(/·/, "\\(bu", s)
    gsub(/≤/, "\\(<=", s); gsub(/≥/, "\\(>=", s)
    return s
}

# A dot at the beginning of a line would be a request.
function line_of(s) { return s ~ /^[.]/ ? "\\&" s : s }

# `code`, **words** and *words* of Markdown, and links as their words.
function inline(s, font,    out, part) {
    out = ""
    while (match(s, /`[^`]+`|\*\*[^*]+\*\*|\*[^* ][^*]*\*|\[[^]]+\]\([^)]*\)/)) {
        part = substr(s, RSTART, RLENGTH)
        out = out escaped(substr(s, 1, RSTART - 1))
        s = substr(s, RSTART + RLENGTH)
        if (part ~ /^`/)
            part = "\\fB" escaped(substr(part, 2, length(part) - 2)) "\\f" font
        else if (part ~ /^\*\*/)
            part = "\\fB" inline(substr(part, 3, length(part) - 4), "B") "\\f" font
        else if (part ~ /^\*/)
            part = "\\fI" escaped(substr(part, 2, length(part) - 2)) "\\f" font
        else {
            sub(/\]\([^)]*\)$/, "", part)
            part = inline(substr(part, 2), font)
        }
        out = out part
    }
    return out escaped(s)
}

# Text in lines of a length that people can read in the source.
function put_text(s,    n, words, i, line) {
    n = split(s, words, / +/)
    line = ""
    for (i = 1; i <= n; i++) {
        if (length(line) + length(words[i]) > 78) { print line_of(line); line = "" }
        line = line (line == "" ? "" : " ") words[i]
    }
    if (line != "")
        print line_of(line)
}

# ---- chain(5): Markdown ----

function end_paragraph() {
    if (paragraph != "" && !skipped)
        put_text(inline(paragraph, "R"))
    paragraph = ""
}

function table_row(    n, cells, i, head) {
    gsub(/\\\|/, "\1")
    n = split($0, cells, "|")
    for (i = 2; i < n; i++) { gsub(/^ +| +$/, "", cells[i]); gsub("\1", "|", cells[i]) }
    if (cells[2] ~ /^-+$/ || cells[2] == "" || skipped)
        return
    head = inline(cells[2], "R") (n > 4 ? " (" inline(cells[3], "R") ")" : "")
    print ".TP\n" line_of(head)
    put_text(inline(cells[n - 1], "R"))
}

function language() {
    if ($0 ~ /^```/) {
        end_paragraph()
        fenced = !fenced
        if (!skipped) print fenced ? ".PP\n.RS 4\n.nf" : ".fi\n.RE\n.PP"
        return
    }
    if (fenced) {
        if (!skipped) print line_of(escaped($0))
        return
    }
    if ($0 ~ /^#/) {
        end_paragraph()
        skipped = $0 ~ /^## Contents/
        if ($0 ~ /^# ` *|^# The/ || skipped) return
        print ($0 ~ /^## / ? ".SH " : ".SS ") "\"" escaped(toupper_section($0)) "\""
        return
    }
    if ($0 ~ /^!\[/) return # a picture; the text around it says the same
    if ($0 ~ /^\|/) {
        end_paragraph()
        if (!in_table) header_row = 1
        in_table = 1
        if (!header_row) table_row()
        header_row = 0
        return
    }
    if (in_table && !skipped) print ".PP"
    in_table = 0
    if ($0 ~ /^[ ]*$/) {
        if (paragraph != "") { end_paragraph(); if (!skipped) print ".PP" }
        return
    }
    if ($0 ~ /^(- |[0-9]+\. )/) {
        end_paragraph()
        if (!skipped) print ".IP " ($0 ~ /^-/ ? "\\(bu 2" : substr($0, 1, index($0, " ") - 1) " 4")
        sub(/^(-|[0-9]+\.) +/, "")
    }
    sub(/^ +/, "")
    paragraph = paragraph (paragraph == "" ? "" : " ") $0
}

function toupper_section(s) {
    gsub(/`/, "", s)
    return s ~ /^## / ? toupper(substr(s, 4)) : substr(s, 5)
}

# ---- chain(3): the comments and declarations of headers ----

# Lines that declare nothing: the rest of a macro, an assertion, the forms of a macro for C and C++.
function declares_nothing() {
    if (in_macro) { in_macro = $0 ~ /\\$/; return 1 }
    if ($0 ~ /^#ifndef __cplusplus/) for_each_language = 1
    if (for_each_language) { for_each_language = $0 !~ /^#endif/; return 1 }
    if ($0 !~ /^CHAIN_STATIC_ASSERT/ && !in_assertion) return 0
    in_assertion = $0 !~ /;$/
    comment = ""
    return 1
}

# A comment at the beginning of a line. Items of a list and lines that are indented by four blanks stay lines of their own.
function read_comment(    line) {
    line = $0
    if (line ~ /^\/\*/) comment = ""
    in_comment = line !~ /\*\/ *$/
    sub(/^\/\* ?/, "", line); sub(/ *\*\/ *$/, "", line); sub(/^ \* ?/, "", line)
    if (line == "" || line ~ /^(    |- )/) comment = comment "\n" line
    else {
        sub(/^ +/, "", line)
        comment = comment (comment == "" || comment ~ /\n$/ ? "" : comment ~ /\n    [^\n]*$/ ? "\n" : " ") line
    }
    if (!in_comment && (is_introduction || comment ~ /^chain[a-z_]*\.h - /)) { put_comment(); comment = ""; is_introduction = 0 }
}

function library(    line) {
    if (FNR == 1) {
        name = FILENAME; sub(/.*\//, "", name)
        print ".SH \"" escaped(toupper(name)) "\"\n.nf\n.B #include <" escaped(name) ">\n.fi\n.PP"
        comment = ""; declaration = ""; body = 0; skipping = 0
    }
    if (declares_nothing()) return
    if ($0 ~ /^\/\* ---- /) { # a part, perhaps with an introduction
        in_comment = is_introduction = $0 !~ /\*\/$/
        gsub(/^\/\* -+ | -+ *(\*\/)?$/, "")
        print ".SS \"" escaped($0) "\""
        comment = ""
        return
    }
    if (in_comment || $0 ~ /^\/\*/) { read_comment(); return }
    if ($0 ~ /^#/ || $0 ~ /^extern "C"|^}$/) {
        in_macro = $0 ~ /\\$/
        if ($0 ~ /^#(if|else|endif)/) return
        if ($0 ~ /^#define CHAIN_[A-Z][A-Z_]* +[^\\]/) { print ".PP\n.nf\n.B " escaped($0) "\n.fi"; put_comment() }
        if ($0 ~ /^}$/) skipping = 0
        comment = ""
        return
    }
    if (declaration == "" && $0 ~ /^(static inline|struct) .*[a-z]__.*[^;]$/) skipping = 1 # private
    if (skipping) {
        if ($0 ~ /^};$/) skipping = 0
        comment = ""
        return
    }
    if ($0 == "") { if (declaration == "") { put_comment(); comment = "" } return }
    if (declaration == "") print ".PP\n.nf"
    declaration = declaration $0
    line = $0
    if (declaration ~ /^static inline/) { # its body is nobody's business
        if (line ~ /^{/) { print ".fi"; put_comment(); comment = declaration = ""; skipping = 1; return }
        sub(/^static inline /, "", line)
    }
    print "\\fB" (line ~ /^[.]/ ? "\\&" : "") escaped(line) "\\fR"
    body += gsub(/{/, "{", line) - gsub(/}/, "}", line)
    if (body == 0 && $0 ~ /;( *\/\*.*\*\/)?$/) { print ".fi"; put_comment(); comment = declaration = "" }
}

function put_comment(    n, parts, i, in_lines) {
    n = split(comment, parts, /\n/)
    for (i = 1; i <= n; i++) {
        if (in_lines && parts[i] !~ /^    /) { print ".fi\n.RE\n.PP"; in_lines = 0 }
        if (parts[i] == "") continue
        if (!in_lines) print ".RS 4"
        if (parts[i] ~ /^    /) {
            print (in_lines ? "" : ".nf\n") line_of(escaped(parts[i]))
            in_lines = 1
            continue
        }
        if (sub(/^- /, "", parts[i])) print ".IP \\(bu 2"
        put_text(inline(parts[i], "R"))
        print ".RE\n.PP"
    }
    if (in_lines) print ".fi\n.RE\n.PP"
}

# ---- chainc(1) ----

function program(    line) {
    if ($0 == "@options@")
        while ((getline line < options) > 0) print line
    else {
        gsub(/@version@/, version)
        print
    }
}

BEGIN {
    if (kind == "language")
        print ".TH CHAIN 5 \"\" \"chainc " version "\" \"File Formats\"\n.SH NAME\nchain \\- the language of .chain files\n.SH DESCRIPTION"
    if (kind == "library")
        print ".TH CHAIN 3 \"\" \"libchain " version "\" \"Library Functions\"\n.SH NAME\nchain \\- run what chainc has compiled: loops, timers, descriptors"
}
kind == "language" { language() }
kind == "library" { library() }
kind == "program" { program() }
END {
    end_paragraph()
    if (kind == "language") print ".SH \"SEE ALSO\"\n.BR chainc (1),\n.BR chain (3)"
    if (kind == "library") print ".SH \"SEE ALSO\"\n.BR chainc (1),\n.BR chain (5)"
}
