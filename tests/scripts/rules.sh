#!/bin/sh
# docs/semantics.md and tests/rules agree: each rule has a line in the table, which names its tests; the tests
# it names exist and have the rule's number (those of S rules may have another); and each test is named. A rule that is decided
# when compiling, [S], has a test that does not compile, or whose C asserts when compiling; every other rule one that runs.
. "$TOP/tests/scripts/lib"
page="$TOP/docs/semantics.md"

grep -Eo '^(- )?S?[0-9]+[a-z]?\. ' "$page" | tr -d ' .-' | sort >rules
sed -n '/^| rule | tests |/,$p' "$page" | sed '1,2d' >table
sed -E 's/^\| (S?[0-9]+[a-z]?) \|.*/\1/' table | sort >rows
ls "$TOP/tests/rules" | sed -n 's/^\(rule_.*\)\.chain$/\1/p' | sort >tests
grep -Eo 'rule_[A-Za-z0-9_]+' table | sort -u >named
awk '/^(- )?S?[0-9]+[a-z]?\. / { sub(/^- /, ""); rule = $1; sub(/\./, "", rule) } /^## / { rule = "" }
    rule != "" && /\[S\]/ { print rule }' "$page" >static

{
    comm -23 rules rows | sed 's/$/: this rule has no line in the table/'
    comm -13 rules rows | sed 's/$/: this line of the table has no rule/'
    uniq -d rules | sed 's/$/: this rule stands there twice/'
    comm -23 tests named | sed 's/$/ is not in the table/'
    comm -13 tests named | sed 's/$/ is in the table and does not exist/'
    while read -r bar rule bar2 names; do
        case $names in
        *rule_*) ;;
        *) echo "$rule: no test" ;;
        esac
        compiles= runs=
        for name in $(echo "$names" | grep -Eo 'rule_[A-Za-z0-9_]+'); do
            number=$(echo "$name" | sed -E 's/^rule_(S?)0*([0-9]+[a-z]?)_.*/\1\2/')
            case $rule in
            "$number" | S*) ;;
            *) echo "$name stands in the line of rule $rule" ;;
            esac
            has_expectation=
            for suffix in out err; do [ -e "$TOP/tests/rules/$name.$suffix" ] && has_expectation=yes; done
            [ "$has_expectation" ] || echo "$name expects nothing"
            [ ! -e "$TOP/tests/rules/$name.out" ] || runs=yes
            [ ! -e "$TOP/tests/rules/$name.err" ] || compiles=yes
            ! grep -q '_Static_assert' "$TOP/tests/rules/$name.chain" || compiles=yes
        done
        if grep -qx "$rule" static; then
            [ "$compiles" ] || echo "$rule is decided when compiling, and no test shows that"
        else
            [ "$runs" ] || echo "$rule has no test that runs"
        fi
    done <table
} >wrong
empty wrong
exit 0
