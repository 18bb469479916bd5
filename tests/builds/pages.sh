#!/bin/sh
# Manual pages and completions say what chainc --help says, and are well formed.
. "$TOP/tests/builds/lib"

chainc --help | grep -oE '(^|[ ,])(--[a-z-]+|-M[A-Z]|-[a-zA-Z]\b)' | tr -d ' ,' | sort -u >options
[ "$(wc -l <options)" -gt 15 ] || fail "the options: $(cat options)"
man=$INSTALLED/share/man
sed 's/\\-/-/g' "$man/man1/chainc.1" >plain
while read -r option; do
    grep -qF -e "$option" plain || fail "chainc(1) has no $option"
    for file in share/bash-completion/completions/chainc share/zsh/site-functions/_chainc; do
        grep -qF -e "$option" "$INSTALLED/$file" || fail "$file has no $option"
    done
    word=$(echo "$option" | sed 's/^-*//')
    grep -qE -e "-[slo] $word( |\$)" "$INSTALLED/share/fish/vendor_completions.d/chainc.fish" || fail "fish has no $option"
done <options

# The page of the library has every public function (chain__… is none), that of the language every section.
grep -ohE '\b(chain_[a-z][a-z_]*|tcp_[a-z_]+|time_[a-z_]+)\(' "$INSTALLED"/include/chain.h "$INSTALLED"/include/chain_reactor.h "$INSTALLED"/include/chain_net.h \
    "$INSTALLED"/include/chain_time.h | tr -d '(' | sort -u | while read -r name; do
    grep -qw "$name" "$man/man3/chain.3" || fail "chain(3) has no $name"
done || exit 1
# Each declaration in it ends before the next one, and private headers are not in it.
awk '/^\.nf/ { if (open) print NR; open = 1 } /^\.fi/ { open = 0 }' "$man/man3/chain.3" >unended
empty unended
awk '/^\.SH ".*\.H"/ && !/"CHAIN/' "$man/man3/chain.3" >private
empty private
grep '^## ' "$TOP/docs/reference.md" | grep -v Contents | wc -l >wanted
grep -c '^\.SH' "$man/man5/chain.5" | awk '{ print $1 - 3 }' >found # NAME, DESCRIPTION, SEE ALSO
cmp wanted found || fail "chain(5) has $(cat found) sections of $(cat wanted)"
if command -v mandoc >/dev/null; then
    for page in man1/chainc.1 man3/chain.3 man5/chain.5; do
        mandoc -T lint -W warning "$man/$page" | grep -v 'missing date\|skipping paragraph macro' >warnings
        empty warnings
    done
fi

# The values that are offered are those that are taken.
sample >sample.chain
for value in $(sed -n "s/.*--dump) .*compgen -W '\([^']*\)'.*/\1/p" "$INSTALLED/share/bash-completion/completions/chainc"); do
    expect 0 chainc "--dump=$value" sample.chain
done
if command -v bash >/dev/null; then
    cat >complete.bash <<'END'
. "$1"
COMP_WORDS=(chainc "${@:2}") COMP_CWORD=$(($# - 1))
compopt() { :; }
_chainc
printf '%s\n' "${COMPREPLY[@]}"
END
    mkdir folder
    touch folder.txt
    offers() { bash complete.bash "$INSTALLED/share/bash-completion/completions/chainc" "$@" | sort | tr '\n' ' '; }
    [ "$(offers --dumpv)" = "--dumpversion " ] || fail "bash: $(offers --dumpv)"
    [ "$(offers --dump = a)" = "ast " ] || fail "bash: $(offers --dump = a)"
    [ "$(offers --rep)" = "--report --report=json " ] || fail "bash: $(offers --rep)"
    [ "$(offers sam)" = "sample.chain " ] || fail "bash: $(offers sam)"
    [ "$(offers -o fol)" = "folder folder.txt " ] || fail "bash: $(offers -o fol)"
fi
if command -v zsh >/dev/null; then zsh -n "$INSTALLED/share/zsh/site-functions/_chainc" || fail "zsh cannot read _chainc"; fi
if command -v fish >/dev/null; then
    fish -c "source $INSTALLED/share/fish/vendor_completions.d/chainc.fish; complete -C 'chainc --dumpv'" >out || fail "fish cannot read chainc.fish"
    shows out '^--dumpversion'
    fish -c "source $INSTALLED/share/fish/vendor_completions.d/chainc.fish; complete -C 'chainc --rep'; complete -C 'chainc --report='" >out
    shows out '^--report[[:space:]]'
    shows out '^--report=json'
fi
exit 0
