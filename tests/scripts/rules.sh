#!/bin/sh
# Every test of a rule is named in the table of docs/semantics.md, and every test the table names exists.
. "$TOP/tests/scripts/lib"
[ -e "$TOP/docs/semantics.md" ] || skip "there is no docs/semantics.md"

ls "$TOP/tests/rules" 2>/dev/null | grep '^rule_.*\.chain$' | sed 's/\.chain$//' | sort -u >tests
grep -Eo '\brule_[0-9]+[a-z]*_[a-z0-9_]+' "$TOP/docs/semantics.md" | sort -u >named
comm -23 tests named | sed 's/$/ is not named in docs\/semantics.md/' >wrong
comm -13 tests named | sed 's/$/ is named in docs\/semantics.md and does not exist/' >>wrong
empty wrong
exit 0
