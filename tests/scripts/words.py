#!/usr/bin/env python3
"""Every word of the language (grammar/tokens.def) as every name: refused at its place with one error, or usable everywhere.

Words that end a step, and words of C, name nothing. The others name what a pipeline mentions only in C text or after a word that
a name must follow; so they name no code and no resource, and those of pipelines no operation.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

TOP, CHAINC = Path(os.environ["TOP"]), os.environ["CHAINC"]
HEAD = """async int get(int n);
sync int put(int n);
sync void shut(int n);
"""
# @ is the name where it is declared, $ where it is used.
PARAMETERS = {
    "a parameter of an async operation": "async int o(int @);",
    "a parameter of a sync operation": "sync int o(char *@, int n);",
    "a parameter of a blocking function": "blocking int o(int n, int @);",
    "a parameter of a chain": "chain int c(int @) { get($) then ($ + it) }",
    "a parameter of a static chain": "static chain int c(int n, int *@) { get(*$) then (*$ + n) }",
}
LOCALS = {
    "a variable": "chain int c(int n) { var int @ = n; get($) then ($ + n) }",
    "a variable of a block": "chain int c(int n) { { var const char *@ = 0; get($ != 0) then ($ == 0) } }",
    "a binding": "chain int c(int n) { get(n) as @ then get($) then ($ + n) }",
    "a binding with a type": "chain int c(int n) { get(n) as int @ then get($) then ($ + n) }",
    "a binding with two words": "chain int c(int n) { get(n) as unsigned long @ then ((int)$ + n) }",
    "a binding of a branch": "chain int c(int n) { all (get(n) as @, get(1) as int b) then ($ + b) }",
    "an outcome": "chain int c(int n) { settle (get(n) as @) then ($.state == 0 ? n : 1) }",
    "an item": "chain void c(int n) { each (@ in 0 .. n) limit 2 { put((int)$) } }",
    "an item of a source": "chain void c(int n) { each (@ from get(n)) limit 2 { put($) } }",
}
OPERATIONS = {
    "async": ("an operation", "async int @(int n); chain int c(int n) { $(n) as a then spawn d(a) then put(0) undo $(1) } chain void d(int n) { $(n) then put(it) }"),
    "sync": ("an operation", "sync int @(int n); chain int c(int n) { $(n) as a then race ($(a), get(1)) then put(0) }"),
    "blocking": ("an operation", "blocking int @(int n); chain int c(int n) { timeout 1s $(n) then retry 3 on EIO: $(1) finally $(1) }"),
    "chain": ("a chain", "chain void @(int n) { put(n) then shut(it) } chain void c(int n) { spawn $(n) then $(n) }"),
    "static chain": ("a chain", "static chain void @(int n) { put(n) then shut(it) } chain void c(int n) { spawn $(n) then $(n) }"),
    "releasing sync": ("an operation", "sync void @(int n); resource file = int releases $;"),
    "releasing async": ("an operation", "async void @(int n); resource file = int releases $;"),
}
OTHERS = {
    "a code": "codes { @ }; async void o(void) raises $;",
    "a code after another": "codes { A, @ = 0x4001 \"text\", B };",
    "a resource": "resource @ = int releases shut; async $ o(void);",
}
ENDS = {"then", "catch", "finally", "undo"}
OF_C = {"break", "continue", "do", "else", "extern", "if", "return", "static", "while"}
OF_CPP = {"export"}
OF_ITEMS = {"import", "resource", "releases", "codes", "async", "sync", "blocking", "chain", "fails", "raises", "nothing", "state",
            "posted", "uncancellable", "pool", "budget"}
IN_PLACE = {"until", "pause", "stagger", "export", "module", "start", "await", "cancel", "text", "says", "because"}  # words only in their place
CPP = r"'\w+' is a word of C\+\+ and cannot be a name here: the header must be valid C\+\+, too"
MESSAGE = re.compile(r"^x\.chain:(\d+):(\d+): error: (.*)", re.M)
counts, wrong = {"refused": 0, "taken": 0}, []


def words():
    shown = re.findall(r'^TOKEN\(\w+, "\'%?([a-z]+)\'"', (TOP / "grammar/tokens.def").read_text(), re.M)
    return [word for word in shown if word != "require"]


def messages(text):
    Path("x.chain").write_text(text)
    told = subprocess.run([CHAINC, "--check", "x.chain"], capture_output=True, text=True)
    if told.returncode not in (0, 1):
        wrong.append(f"status {told.returncode}: {text}")
    return [(int(line), int(column), said) for line, column, said in MESSAGE.findall(told.stderr)]


def expect(place, word, text, said):
    """The first error is at the name, with these words, and the only one where nothing mentions the name; None: no error."""
    before = text[:text.index("@")]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    found = messages(text.replace("@", word).replace("$", word if said in (None, CPP) else "put"))
    counts["taken" if said is None else "refused"] += 1
    if said is None and not found:
        return
    found = [error for error in found if "only chains can be spawned" not in error[2]]
    if said is None or len(found) != 1 or found[0][:2] != (line, column) or not re.fullmatch(said, found[0][2]):
        wrong.append(f"{place} '{word}': {text[len(HEAD):].strip()}\n    {found}\n    not {said}")


# What is said of words that name nothing, depending on what else may stand there.
NEVER = (r"'\w+' is a keyword of C and cannot be a name|'\w+' is a word of the language that cannot be a name"
         r"|'\w+' cannot be part of a (parameter|variable of a chain)|'reject' has a meaning of its own in a chain and cannot be declared"
         r"|expected a name( or a type)? after '.*', found '\w+'")


for word in words():
    never = NEVER if word in ENDS | OF_C | {"reject"} else None
    for place, text in {**PARAMETERS, **LOCALS}.items():
        in_c = word == "reject" and re.search(r"(async|sync) operation|blocking", place)
        expect(place, word, HEAD + text, None if in_c else never)
    for place, (what, text) in OPERATIONS.items():
        said = None if word in OF_ITEMS | IN_PLACE else f"'{word}' is a word of the language and cannot name {what}"
        if word in OF_C:
            said = NEVER
        elif word == "chain" and "sync" != place.split()[-1]:
            said = "'chain' is a name of libchain, like all that begin with 'chain_': it cannot be a name here"
        if word in OF_CPP and "sync" != place.split()[-1]:
            said = CPP
        expect(place, word, HEAD + text, said)
    for place, text in OTHERS.items():
        what = "a code" if "code" in place else "a resource"
        expect(place, word, HEAD + text, NEVER if word in OF_C else CPP if word in OF_CPP else None if word in IN_PLACE else f"'{word}' is a word of the language and cannot name {what}")

print(f"{counts['refused']} refused, {counts['taken']} taken, {len(wrong)} wrong", *wrong[:60], sep="\n")
sys.exit(bool(wrong) or min(counts.values()) < 300)
