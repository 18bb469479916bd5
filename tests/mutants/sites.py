"""The mutants of a C file, or of a lexer for re2c: for each token of a function's body, the small changes of meaning that can be made there.

A mutant is named by its file, its function, the text of its line and what is changed, with a number if another has all of that in
common. No line number is in that, so the name of a mutant outlives changes elsewhere in the file.

Its key is what its result is kept under: the tokens of its function, and which of them is changed to what. The key outlives a move to
another file, new comments and new line breaks, and nothing else.
"""

import hashlib
import re
from bisect import bisect_left
from dataclasses import dataclass

TOKEN = re.compile(r"""
    (?P<space> [ \t\r\n]+ | //[^\n]* | /\*.*?\*/ | ^[ \t]*\#(?:[^\n\\]|\\.|\\\n)*)
  | (?P<text>  "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*')
  | (?P<name>  [A-Za-z_]\w*)
  | (?P<number> \.?\d(?:[eEpP][+-]|[\w.])*)
  | (?P<mark>  \.\.\. | <<= | >>= | -> | \+\+ | -- | << | >> | <= | >= | == | != | && | \|\| | [-+*/%&|^]= | .)
""", re.X | re.S | re.M)

# What stands between these is C and patterns, in lines of its own; a class of characters stands after no name or bracket.
RE2C = re.compile(r"^([ \t]*)/\*!re2c$(.*?)^([ \t]*)\*/$", re.S | re.M)
RE2C_CLASS = re.compile(r"(?<![\w)\]])\[(?:[^\]\\\n]|\\.)+\]")

OPEN, CLOSE = "([{", ")]}"
SWAPS = {
    "<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
    "<<": [">>"], ">>": ["<<"], "+=": ["-="], "-=": ["+="], "|=": ["=", "&="], "&=": ["=", "|="],
}
BINARY = {"+": "-", "-": "+", "|": "&", "&": "|", "/": "*", "%": "/"}
# A statement that begins with one of these neither is a call nor assigns.
KEYWORDS = set("""if else for while do switch case default return break continue goto sizeof static const struct enum union
                  unsigned signed int long short char bool void size_t extern typedef volatile register""".split())
ASSIGNS = ("=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>=")
# What stands in these is not run in a release, or says that something cannot happen.
ASSERTS = {"assert", "_Static_assert", "__builtin_unreachable", "__builtin_trap", "__builtin_expect", "chain__assert", "CHAIN__CHECK"}


@dataclass
class Token:
    kind: str
    text: str
    begin: int
    end: int


@dataclass(frozen=True)
class Mutant:
    file: str
    function: str
    line: str     # its text, without the spaces around it
    change: str   # "`<` -> `<=`"
    begin: int    # where in the file: not part of the name
    end: int
    text: str     # instead of what is there
    key: str

    @property
    def name(self):
        return (self.file, self.function, self.line, self.change)

    def __str__(self):
        return f"{self.file} {self.function}: {self.line}    [{self.change}]"

    def applied(self, source):
        return source[:self.begin] + self.text + source[self.end:]


def as_c(source):
    """The blocks of a lexer as C of the same length: a class of characters looks like a string there."""
    def block(match):
        rules = RE2C_CLASS.sub(lambda found: '"' + "." * (len(found[0]) - 2) + '"', match[2])
        return f"{match[1]}{' ' * len('/*!re2c')}{rules}{match[3]}  "
    return RE2C.sub(block, source)


def tokens_of(source):
    found = []
    for match in TOKEN.finditer(source):
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[0], match.start(), match.end()))
    return found


def matching(tokens, i):
    """The index of the bracket that closes the one at `i`."""
    depth = 0
    for j in range(i, len(tokens)):
        if tokens[j].text in OPEN:
            depth += 1
        elif tokens[j].text in CLOSE:
            depth -= 1
            if depth == 0:
                return j
    raise ValueError("a bracket is not closed")


def functions_of(tokens):
    """(name, type's text, index of the opening brace, of the closing one) of each function."""
    i = 0
    while i < len(tokens):
        if tokens[i].text == "(" and i > 0 and tokens[i - 1].kind == "name":
            close = matching(tokens, i)
            if close + 1 < len(tokens) and tokens[close + 1].text == "{":
                end = matching(tokens, close + 1)
                begin = i - 1
                while begin > 0 and tokens[begin - 1].text not in (";", "}", "{", ")"):
                    begin -= 1
                yield tokens[i - 1].text, " ".join(t.text for t in tokens[begin:i - 1]), close + 1, end
                i = end
            else:
                i = close
        i += 1


def full_switches(tokens, begin, end):
    """(the `switch`, the `return` after it or None) of those without a `default`: they have a case for every enumerator, which
    the compiler checks (-Wswitch-enum), so none goes past them if each case returns."""
    for i in range(begin, end):
        if tokens[i].text == "switch":
            brace = matching(tokens, i + 1) + 1
            close = matching(tokens, brace)
            inside = [t.text for t in tokens[brace:close]]
            if "default" not in inside:
                returns = tokens[close + 1].text == "return" and "break" not in inside
                yield i, close + 1 if returns else None


class Function:
    """Finds the changes in one function's body."""

    def __init__(self, file, source, tokens, name, kind, begin, end):
        self.file, self.source, self.tokens = file, source, tokens
        self.name, self.kind, self.begin, self.end = name, kind, begin, end
        self.found = []

    def line_at(self, place):
        begin, end = self.source.rfind("\n", 0, place) + 1, self.source.find("\n", place)
        return re.sub(r"\s*/\*.*?(\*/|$)|\s*//.*", "", self.source[begin:end]).strip()

    def add(self, begin, end, text, what):
        self.found.append((self.line_at(begin), what, begin, end, text))

    def text_of(self, i, j):
        """From the token `i` to the one before `j`."""
        return self.source[self.tokens[i].begin:self.tokens[j - 1].end]

    def changes(self):
        i = self.begin + 1
        self.early_return()
        never = {after for _, after in full_switches(self.tokens, self.begin, self.end)}
        while i < self.end:
            token = self.tokens[i]
            if i in never:
                i = self.side(i, 1, [";"])
            if token.text in ASSERTS and self.tokens[i + 1].text == "(":
                i = matching(self.tokens, i + 1) + 1
                continue
            if token.kind == "mark":
                self.operator(i)
            elif token.kind == "number":
                self.number(i)
            elif token.kind == "name":
                self.word(i)
            if self.begins_statement(i):
                self.statement(i)
            i += 1
        return self.found

    # ---- operators and numbers ----

    def is_binary(self, i):
        before = self.tokens[i - 1]
        return before.kind in ("name", "number") and before.text not in KEYWORDS or before.text in (")", "]")

    def operator(self, i):
        token = self.tokens[i]
        for other in SWAPS.get(token.text, ()):
            self.add(token.begin, token.end, other, f"`{token.text}` -> `{other}`")
        if token.text in BINARY and self.is_binary(i):
            other = BINARY[token.text]
            self.add(token.begin, token.end, other, f"`{token.text}` -> `{other}`")
        if token.text in ("&&", "||"):
            self.operands(i)
        if token.text == "|" and self.file.endswith(".re"):
            self.alternative(i)
        if token.text == "!":
            self.add(token.begin, token.end, "", "`!` dropped")
        if token.text == "?":
            self.ternary(i)

    def side(self, i, step, stops):
        """The index after the last token (or of the first) of an operand beside `i`."""
        j, depth = i + step, 0
        opening, closing = (OPEN, CLOSE) if step > 0 else (CLOSE, OPEN)
        while True:
            text = self.tokens[j].text
            if depth == 0 and (text in closing or text in stops):
                return j if step > 0 else j + 1
            depth += text in opening
            depth -= text in closing
            j += step

    def operands(self, i):
        """`a && b`: only a, only b."""
        operator = self.tokens[i].text
        stops = [",", ";", "?", ":", "=", "||", "return", "|=", "&="]
        left = self.side(i, -1, stops + (["&&"] if operator == "&&" else []))
        right = self.side(i, 1, stops + (["&&"] if operator == "&&" else []))
        if operator == "||":  # && binds tighter: its operands belong to this one
            left = self.side(i, -1, stops)
            right = self.side(i, 1, stops)
        keep_left, keep_right = self.text_of(left, i), self.text_of(i + 1, right)
        self.add(self.tokens[i - 1].end, self.tokens[right - 1].end, "", f"`{operator} {squeezed(keep_right)}` dropped")
        self.add(self.tokens[left].begin, self.tokens[i + 1].begin, "", f"`{squeezed(keep_left)} {operator}` dropped")

    def alternative(self, i):
        """Of a pattern."""
        end = self.side(i, 1, ["|", "{", ";"])
        self.add(self.tokens[i].begin, self.tokens[end - 1].end, "", f"`{squeezed(self.text_of(i, end))}` dropped")

    def ternary(self, i):
        colon = self.side(i, 1, [":", "{"] if self.file.endswith(".re") else [":"])
        if self.tokens[colon].text == "{":
            return  # of a pattern
        end = self.side(colon, 1, [",", ";", ":"])
        first, second = self.text_of(i + 1, colon), self.text_of(colon + 1, end)
        self.add(self.tokens[i].begin, self.tokens[end - 1].end, f"? {second} : {first}", "arms of `?` swapped")

    def number(self, i):
        token = self.tokens[i]
        match = re.fullmatch(r"(\d+)([uUlL]*)", token.text)
        if not match or self.tokens[i - 1].text == "[" and self.tokens[i + 1].text == "]":
            return
        value, suffix = int(match[1]), match[2]
        for other in (value + 1, value - 1):
            if other >= 0:
                self.add(token.begin, token.end, f"{other}{suffix}", f"`{token.text}` -> `{other}{suffix}`")

    # ---- words ----

    def word(self, i):
        token, after = self.tokens[i], self.tokens[i + 1]
        if token.text in ("if", "while") and after.text == "(":
            self.condition(token.text, i + 2, matching(self.tokens, i + 1))
        elif token.text == "for" and after.text == "(":
            first = self.side(i + 1, 1, [";"])
            self.condition("for", first + 1, self.side(first, 1, [";"]))
        elif token.text == "return":
            self.returned(i)
        elif token.text in ("break", "continue") and after.text == ";":
            self.add(token.begin, token.end, "", f"`{token.text}` dropped")
        elif token.text == "case":
            end = self.side(i, 1, [":"])
            self.add(token.begin, self.tokens[end].end, "", f"`{squeezed(self.text_of(i, end))}` dropped")
        elif token.text in ("true", "false") and self.tokens[i - 1].text != "return":
            other = {"true": "false", "false": "true"}[token.text]
            self.add(token.begin, token.end, other, f"`{token.text}` -> `{other}`")
        elif after.text == "(" and token.text not in KEYWORDS:
            self.arguments(i + 1)

    def condition(self, word, begin, end):
        """An `if` is turned, and taken always and never; a loop is not entered."""
        if begin >= end:
            return
        whole = self.text_of(begin, end)
        first, last = self.tokens[begin].begin, self.tokens[end - 1].end
        values = ["false", "true"] if word == "if" else ["false"]
        plain = all(t.text not in SWAPS and t.text != "!" for t in self.tokens[begin:end])
        if word == "if" and plain:
            self.add(first, last, f"!({whole})", f"`{word}` turned")
        for value in values:
            self.add(first, last, value, f"`{word}`: {value}")

    def returned(self, i):
        token, after = self.tokens[i], self.tokens[i + 1]
        if after.text == ";":
            self.add(token.begin, token.end, "", "`return` dropped")
        elif re.search(r"\bbool$", self.kind):
            if after.text in ("true", "false"):
                other = {"true": "false", "false": "true"}[after.text]
                self.add(after.begin, after.end, other, f"`return {after.text}` -> `return {other}`")
            else:
                end = self.side(i, 1, [";"])
                whole = self.text_of(i + 1, end)
                self.add(after.begin, self.tokens[end - 1].end, f"!({whole})", "`return` turned")

    def arguments(self, i):
        """The first two arguments that differ, swapped."""
        end = matching(self.tokens, i)
        comma = self.side(i, 1, [","])
        if comma >= end or comma == i + 1:
            return
        second = self.side(comma, 1, [","])
        a, b = self.text_of(i + 1, comma), self.text_of(comma + 1, second)
        if a != b:
            self.add(self.tokens[i + 1].begin, self.tokens[second - 1].end, f"{b}, {a}",
                     f"`{squeezed(a)}`, `{squeezed(b)}` swapped")

    # ---- statements ----

    def begins_statement(self, i):
        before = self.tokens[i - 1].text
        if before in (";", "{", "}", "else", "do"):
            return not self.inside_brackets(i)
        if before == ":":
            return not any(t.text in ("?", ";", "{", "}") for t in self.tokens[i - 2:i - 1])
        return before == ")" and self.tokens[i].kind == "name" and self.after_condition(i)

    def inside_brackets(self, i):
        """Within the head of a `for`, or an initializer."""
        depth = 0
        for j in range(i - 1, self.begin, -1):
            text = self.tokens[j].text
            depth += text in (")", "]")
            depth -= text in ("(", "[")
            if depth < 0:
                return True
            if text in ("{", "}") and depth == 0:
                return text == "{" and self.tokens[j - 1].text in ("=", ",", ")") and self.tokens[j - 1].text != ")"
        return False

    def after_condition(self, i):
        depth = 0
        for j in range(i - 1, self.begin, -1):
            depth += self.tokens[j].text == ")"
            depth -= self.tokens[j].text == "("
            if depth == 0:
                return self.tokens[j - 1].text in ("if", "while", "for", "switch")
        return False

    def statement(self, i):
        """A call, or an assignment, is left out."""
        token = self.tokens[i]
        if token.text in KEYWORDS or token.kind != "name" and token.text not in ("*", "(", "++", "--"):
            return
        end = self.side(i, 1, [";"])
        if self.tokens[end].text != ";":
            return
        body = self.tokens[i:end]
        if len(body) > 2 and body[0].kind == "name" and (body[1].kind == "name" or body[1].text == "*"):
            return  # a declaration
        whole = squeezed(self.text_of(i, end))
        if body[-1].text == ")" or any(t.text in ASSIGNS or t.text in ("++", "--") for t in body):
            self.add(token.begin, self.tokens[end - 1].end, "", f"`{whole}` dropped")

    def early_return(self):
        if re.search(r"\bvoid$", self.kind):
            brace = self.tokens[self.begin]
            self.found.append(("{", "returns at once", brace.begin, brace.end, "{ if (1) return;"))


def squeezed(text):
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= 60 else text[:57] + "..."


def digest(words):
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]


def mutants_of(file, source):
    """All mutants of a file, in the order of their places."""
    tokens, found, seen = tokens_of(as_c(source) if file.endswith(".re") else source), [], {}
    for name, kind, begin, end in functions_of(tokens):
        inside = tokens[begin:end + 1]
        body = digest(source[t.begin:t.end] for t in inside)
        begins = [t.begin for t in inside]
        for line, what, first, last, text in Function(file, source, tokens, name, kind, begin, end).changes():
            key = (name, line, what)
            seen[key] = seen.get(key, 0) + 1
            again = f" ({seen[key]})" if seen[key] > 1 else ""
            spelling = digest(t.text for t in tokens_of(text))
            key = "\n".join([name, what, body, f"{bisect_left(begins, first)} {bisect_left(begins, last)} {spelling}"])
            found.append(Mutant(file, name, line, what + again, first, last, text, key))
    return found
