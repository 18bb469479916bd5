/* mutate.c - changes to a .chain text that keep more of its structure than
 * changes of bytes do.
 *
 * The text is cut into tokens; brackets know their partners. A change takes a
 * stretch of tokens (a word, a bracket with what it holds, a clause, an item)
 * and drops it, doubles it, wraps it, or puts it into another place, also of
 * another text. The words come from grammar/tokens.def, so that they are those
 * of the language. One change in four is libFuzzer's own. */
#include "fuzzer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t most, unsigned seed);

/* ---- words and forms ----------------------------------------------------- */

static const char *const words[] = {
#define TOKEN(name, shown, group) shown,
#include "tokens.def"
#undef TOKEN
    "'us'",      "'ms'",  "'s'",         "'m'",          "'h'",          "'it'",     "'err'",
    "'attempt'", "'EIO'", "'ETIMEDOUT'", "'CHAIN_EEND'", "'CHAIN_EALL'", "'0'",      "'1'",
    "'3'",       "'254'", "'10ms'",      "'2s'",         "'50'",         "'static'", "'struct'",
    "'const'",   "'int'", "'void'",      "'char'",       "'*'",          "'&'",      "'['",
    "']'",       "'...'", "'\"'",        "'\\''",        "'/*'",         "'*/'",     "'//'",
    "'%{'",      "'%}'",  "'\\\\'",      "'\\\\\n'",     "'#'",
};

/* '@' stands for the stretch. */
static const char *const forms[] = {
    "{ @ }",
    "(@)",
    "all (@, delay 1s)",
    "all (@ as a, @ as b)",
    "any (@, @)",
    "race (@, delay 1s { note(1) })",
    "settle (@ as o)",
    "timeout 1s @",
    "retry 3 @",
    "retry 2 backoff 1ms to 1s jitter 10% on EIO: @",
    "if (n) { @ }",
    "if (n) { @ } else { @ }",
    "while (n) { @ }",
    "loop { @ then break }",
    "each (i in 0 .. n) limit 2 { @ }",
    "each (x from @) limit 2 { note(x) }",
    "@ then @",
    "@ then (it)",
    "@ catch (0)",
    "@ catch EIO: @",
    "@ catch reject",
    "@ then (it) else @",
    "@ finally note(2)",
    "@ finally { @ }",
    "@ undo note(3)",
    "@ as v",
    "@ as int w",
    "@ then return (1)",
    "@ then delay 1ms",
    "return @",
    "@ then spawn spawned(dial(\"a\"))",
    "@ then join",
    "do { @; }",
    "do int { return @; }",
    "{ var int y = 0; @ }",
    "reject(@)",
    "import \"ops.chain\";\n@",
    "chain int c(int n)\n{\n    @\n}\n",
    "async int o(int n) @;\n",
    "codes { A, B = 0x4400 \"@\" }\n",
    "blocking int p(int n) @;\n",
    "resource r = int releases @;\n",
    "static chain void t(int n) { @ }\n",
    "/* @ */",
    "// @\n",
};

/* ---- chance -------------------------------------------------------------- */

static uint64_t state;

static size_t below(size_t bound)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return bound == 0 ? 0 : (size_t)(state >> 11) % bound;
}

/* ---- tokens -------------------------------------------------------------- */

enum { MOST_TOKENS = 4096 };

struct token {
    size_t begin, end;
    int partner; /* of a bracket; -1: none */
    int depth;
};

struct tokens {
    const char *text;
    size_t size;
    struct token of[MOST_TOKENS];
    int count;
};

static bool is_word(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

static size_t token_end(const struct tokens *t, size_t at)
{
    size_t end = at + 1;
    char first = t->text[at];

    if (is_word(first))
        while (end < t->size && is_word(t->text[end]))
            end++;
    else if (first == '"')
        while (end < t->size && t->text[end - 1] != '\n'
               && (end == at + 1 || t->text[end - 1] != '"'))
            end++;
    return end;
}

static void cut(struct tokens *t, const uint8_t *data, size_t size)
{
    int open[256], depth = 0;

    t->text = (const char *)data;
    t->size = size;
    t->count = 0;
    for (size_t at = 0; at < size && t->count < MOST_TOKENS; at = t->of[t->count - 1].end) {
        while (at < size && isspace((unsigned char)t->text[at]))
            at++;
        if (at == size)
            break;
        struct token *token = &t->of[t->count];
        bool closes = strchr(")]}", t->text[at]) != NULL && t->text[at] != '\0';
        *token = (struct token){ at, token_end(t, at), -1, depth };
        if (strchr("([{", t->text[at]) != NULL && t->text[at] != '\0' && depth < 256)
            open[depth++] = t->count;
        else if (closes && depth > 0) {
            token->partner = open[--depth];
            token->depth = depth;
            t->of[token->partner].partner = t->count;
        }
        t->count++;
    }
}

static bool is(const struct tokens *t, int i, const char *word)
{
    return t->of[i].end - t->of[i].begin == strlen(word)
           && memcmp(t->text + t->of[i].begin, word, strlen(word)) == 0;
}

/* What a clause, an argument or an item begins with or ends at. */
static bool is_border(const struct tokens *t, int i)
{
    static const char *const borders[] = { "then", "catch", "finally", "else",  "undo", "as",
                                           ",",    ";",     "chain",   "async", "sync" };

    for (size_t b = 0; b < sizeof borders / sizeof *borders; b++)
        if (is(t, i, borders[b]))
            return true;
    return false;
}

/* ---- stretches ----------------------------------------------------------- */

struct stretch {
    const char *text;
    size_t length, at; /* in the text that it is of */
};

static struct stretch between(const struct tokens *t, int first, int last)
{
    return (struct stretch){ t->text + t->of[first].begin, t->of[last].end - t->of[first].begin,
                             t->of[first].begin };
}

/* From a token to the end of its clause, argument or item. */
static int end_of_clause(const struct tokens *t, int first)
{
    int last = first;

    if (t->of[first].partner > first)
        last = t->of[first].partner;
    for (int i = last + 1; i < t->count && t->of[i].depth >= t->of[first].depth; i++) {
        if (t->of[i].depth == t->of[first].depth
            && (is_border(t, i) || (t->of[i].partner >= 0 && t->of[i].partner < first)))
            break;
        last = t->of[i].partner > i ? t->of[i].partner : i;
        i = last;
    }
    return last;
}

static struct stretch choose(const struct tokens *t)
{
    int first, last;

    if (t->count == 0)
        return (struct stretch){ t->text, 0, 0 };
    first = (int)below((size_t)t->count);
    last = first;
    switch (below(4)) {
    case 0: /* a token */ break;
    case 1: /* a bracket, with the word before it */
        last = t->of[first].partner > first ? t->of[first].partner : first;
        if (last + 1 < t->count && last == first && t->of[first + 1].partner > first)
            last = t->of[first + 1].partner;
        break;
    case 2: /* from the next border on */
        for (int i = first; i < t->count; i++)
            if (is_border(t, i)) {
                first = i;
                break;
            }
        last = end_of_clause(t, first);
        break;
    default: last = end_of_clause(t, first); break;
    }
    return between(t, first, last);
}

/* ---- changes ------------------------------------------------------------- */

struct change {
    char *out;
    size_t length, most;
};

static void add(struct change *c, const char *text, size_t length)
{
    length = length > c->most - c->length ? c->most - c->length : length;
    memcpy(c->out + c->length, text, length);
    c->length += length;
}

static void add_blank(struct change *c)
{
    if (c->length > 0 && !isspace((unsigned char)c->out[c->length - 1]))
        add(c, " ", 1);
}

/* The text before a stretch, then what `with` says, then what comes after it. */
static void add_before(struct change *c, const struct tokens *t, const struct stretch *s)
{
    add(c, t->text, s->at);
}

static void add_behind(struct change *c, const struct tokens *t, const struct stretch *s)
{
    size_t at = s->at + s->length;

    if (at < t->size && !isspace((unsigned char)t->text[at]))
        add_blank(c);
    add(c, t->text + at, t->size - at);
}

static void add_word(struct change *c)
{
    const char *word = words[below(sizeof words / sizeof *words)];
    size_t length = strlen(word);

    if (length > 2 && word[0] == '\'')
        add(c, word + 1, length - 2);
}

static void add_form(struct change *c, const struct stretch *s)
{
    for (const char *at = forms[below(sizeof forms / sizeof *forms)]; *at != '\0'; at++)
        if (*at == '@')
            add(c, s->text, s->length);
        else
            add(c, at, 1);
}

/* One change; `from` is where stretches are taken from: the same text, or another. */
static void apply(struct change *c, const struct tokens *t, const struct tokens *from)
{
    struct stretch place = choose(t), other = choose(from);

    add_before(c, t, &place);
    switch (below(from == t ? 7 : 2)) {
    case 0: /* another in its place */ add(c, other.text, other.length); break;
    case 1: /* another before it */
        add(c, other.text, other.length);
        add_blank(c);
        add(c, place.text, place.length);
        break;
    case 2: /* gone */ break;
    case 3: /* twice */
        add(c, place.text, place.length);
        add_blank(c);
        add(c, place.text, place.length);
        break;
    case 4: /* a word before it */
        add_word(c);
        add_blank(c);
        add(c, place.text, place.length);
        break;
    case 5: /* a word in its place */ add_word(c); break;
    default: /* in a form */ add_form(c, &place); break;
    }
    add_behind(c, t, &place);
}

static struct tokens one, two;

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    if (below(4) == 0)
        return LLVMFuzzerMutate(data, size, most);
    for (size_t count = 1 + below(3); count > 0; count--) {
        struct change c = { malloc(most + 1), 0, most };
        if (c.out == NULL)
            return size;
        cut(&one, data, size);
        apply(&c, &one, &one);
        memcpy(data, c.out, c.length);
        size = c.length;
        free(c.out);
    }
    return size;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t most, unsigned seed)
{
    struct change c = { (char *)out, 0, most };

    state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    cut(&one, a, a_size);
    cut(&two, b, b_size);
    apply(&c, &one, &two);
    return c.length;
}
