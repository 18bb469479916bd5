/* ctype.c - C types, of which only the words are known. */
#include "check/ctype.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "check/symbol.h"
#include "ctext/ctext.h"

bool ctype_is_void(struct ctype type)
{
    return type.before == NULL;
}

bool ctype_same(struct ctype a, struct ctype b)
{
    if (a.before == NULL || b.before == NULL)
        return a.before == b.before;
    return strcmp(a.before, b.before) == 0 && strcmp(a.after, b.after) == 0;
}

static bool is_scalar_word(struct ctoken token)
{
    static const char *const words[] = {
        "char",      "short",    "int",       "long",     "signed",    "unsigned", "float",
        "double",    "bool",     "_Bool",     "const",    "volatile",  "size_t",   "ssize_t",
        "ptrdiff_t", "intptr_t", "uintptr_t", "intmax_t", "uintmax_t", "wchar_t",  "int8_t",
        "int16_t",   "int32_t",  "int64_t",   "uint8_t",  "uint16_t",  "uint32_t", "uint64_t"
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (ctoken_is(token, words[i]))
            return true;
    return false;
}

/* The value itself, whatever it points to; not an array of pointers. */
static bool ctype_is_pointer(struct ctype type)
{
    return *type.after == ')' || (*type.after == '\0' && strchr(type.before, '*') != NULL);
}

bool ctype_is_scalar(struct ctype type)
{
    bool words = true;
    struct ctoken token;

    if (*type.after != '\0')
        return *type.after == ')'; /* a function pointer; else an array */
    for (const char *p = type.before; (token = ctext_next_solid(&p)).kind != CTOKEN_END;) {
        if (ctoken_is(token, "*"))
            return true;
        words = words && is_scalar_word(token);
    }
    return words;
}

/* Of the words of a type, passing over `const`. */
static struct ctoken next_unqualified(const char **at)
{
    struct ctoken token;
    do
        token = ctext_next_solid(at);
    while (ctoken_is(token, "const"));
    return token;
}

bool ctype_may_be_pointer(struct ctype type)
{
    bool is_other = type.before == NULL || *type.after != '\0';
    struct ctoken token;

    if (is_other)
        return false;
    for (const char *p = type.before; (token = next_unqualified(&p)).kind != CTOKEN_END;) {
        if (ctoken_is(token, "*"))
            return true;
        is_other = is_other || ctoken_is_tag_word(token) || ctoken_is_type_word(token)
                   || (is_scalar_word(token) && !ctoken_is(token, "volatile"));
    }
    return !is_other;
}

bool ctype_may_be_handle(struct ctype type)
{
    const char *p = type.before;
    struct ctoken token;

    if (type.before == NULL || *type.after != '\0')
        return false;
    token = next_unqualified(&p);
    if (ctoken_is(token, "struct"))
        return ctoken_is(next_unqualified(&p), "chain_handle")
               && next_unqualified(&p).kind == CTOKEN_END;
    return token.kind == CTOKEN_NAME && !ctoken_is_tag_word(token) && !ctoken_is_type_word(token)
           && !is_scalar_word(token) && next_unqualified(&p).kind == CTOKEN_END;
}

bool ctype_may_be_overaligned(struct ctype type)
{
    bool is_long = false, is_double = false, is_plain = true;
    struct ctoken token;

    if (type.before == NULL || ctype_is_pointer(type))
        return false;
    for (const char *p = type.before; (token = ctext_next_solid(&p)).kind != CTOKEN_END;) {
        is_long = is_long || ctoken_is(token, "long");
        is_double = is_double || ctoken_is(token, "double");
        is_plain = is_plain && is_scalar_word(token);
    }
    return !is_plain || (is_long && is_double);
}

bool ctype_is_certain(struct ctype type)
{
    static const char *const words[] = {
        "void",    "char",     "short",   "int",       "long",     "float",     "double", "bool",
        "_Bool",   "unsigned", "size_t",  "ptrdiff_t", "intptr_t", "uintptr_t", "int8_t", "int16_t",
        "int32_t", "int64_t",  "uint8_t", "uint16_t",  "uint32_t", "uint64_t"
    };
    const char *p = type.before;
    struct ctoken token = next_unqualified(&p), second;
    size_t i = 0;

    while (i < sizeof words / sizeof *words && !ctoken_is(token, words[i]))
        i++;
    if (i == sizeof words / sizeof *words || *type.after != '\0')
        return false;
    second = next_unqualified(&p);
    if (ctoken_is(token, "unsigned")
        && (ctoken_is(second, "char") || ctoken_is(second, "int") || ctoken_is(second, "long")))
        second = next_unqualified(&p);
    if (i == 0 && !ctoken_is(second, "*"))
        return false;
    while (ctoken_is(second, "*"))
        second = next_unqualified(&p);
    return second.kind == CTOKEN_END;
}

bool ctype_is_assignable(const struct program *program, struct ctype type)
{
    const struct symbol *resource = ctype_resource(program, type);
    struct ctoken token, last = { CTOKEN_END, "", 0 };

    if (resource != NULL)
        type = resource->value;
    for (const char *p = type.before; (token = ctext_next_solid(&p)).kind != CTOKEN_END;)
        last = token;
    return ctype_is_certain(type) || ctoken_is(last, "*");
}

bool ctype_is_struct(struct ctype type)
{
    return (strncmp(type.before, "struct ", 7) == 0 || strncmp(type.before, "union ", 6) == 0)
           && strchr(type.before, '*') == NULL;
}

const struct symbol *ctype_resource(const struct program *program, struct ctype type)
{
    const struct symbol *symbol =
        type.before == NULL || *type.after != '\0' ? NULL : symbol_of_c_name(program, type.before);
    return symbol != NULL && symbol->kind == SYMBOL_RESOURCE ? symbol : NULL;
}

const char *ctype_declare(struct arena *arena, struct ctype type, const char *name)
{
    size_t length = strlen(type.before);
    const char *blank = length > 0 && strchr("*(", type.before[length - 1]) != NULL ? "" : " ";
    const char *after = *type.after == '_' ? " " : ""; /* __attribute__ */
    return arena_format(arena, "%s%s%s%s%s", type.before, blank, name, after, type.after);
}

/* Words that say something about a declaration and nothing about the field that keeps the value. */
static bool is_dropped(struct ctoken token, bool pointer_follows)
{
    if (ctoken_is(token, "register") || ctoken_is(token, "restrict"))
        return true;
    return ctoken_is(token, "const") && !pointer_follows;
}

/* Without a blank they would be read as something else: `- -1`, `/ *`, `0x1e +1`. */
static bool would_merge(struct ctoken before, struct ctoken token)
{
    char last = before.length == 0 ? ' ' : before.text[before.length - 1], first = *token.text;

    if (token.kind != CTOKEN_PUNCT)
        return false;
    if (before.kind != CTOKEN_PUNCT)
        return isdigit((unsigned char)*before.text) && strchr("+-.", first) != NULL;
    return (last == '/' && first == '*')
           || (strchr("+-*/%&|<>=!^#.:", last) != NULL && strchr("+-/%&|<>=#.:", first) != NULL);
}

static bool wants_blank(struct ctoken before, struct ctoken token)
{
    if (would_merge(before, token))
        return true;
    if (before.length == 0 || before.kind == CTOKEN_PUNCT)
        return before.length != 0 && *before.text == ',';
    return token.kind != CTOKEN_PUNCT || *token.text == '*' || *token.text == '(';
}

static const char *spaced(struct arena *arena, const char *text, size_t length, bool drop)
{
    char *copy = arena_copy(arena, text, length);
    char *out = arena_alloc(arena, 2 * length + 1), *end = out;
    struct ctoken token, before = { CTOKEN_PUNCT, "", 0 };

    for (const char *p = copy; (token = ctext_next_solid(&p)).kind != CTOKEN_END;) {
        if (drop && is_dropped(token, strchr(p, '*') != NULL))
            continue;
        if (wants_blank(before, token))
            *end++ = ' ';
        memcpy(end, token.text, token.length);
        end += token.length;
        before = token;
    }
    *end = '\0';
    return out;
}

struct ctype ctype_adjusted(struct arena *arena, struct ctype type)
{
    const char *rest = type.after;
    bool brackets;

    if (*rest != '[' && *rest != '(')
        return type;
    if (*rest == '[') {
        rest++;
        ctext_skip_bracket(&rest);
    }
    brackets = *rest == '[' || *rest == '(';
    type.before = ctype_declare(arena, (struct ctype){ type.before, "", 0 }, brackets ? "(*" : "*");
    type.after = brackets ? arena_format(arena, ")%s", rest) : rest;
    return type;
}

/* Brackets around nothing but the name, `int (n)`, or around a star before it,
 * `int (*n)`, are not needed. */
static void drop_brackets(struct arena *arena, struct ctype *type)
{
    for (;;) {
        bool only_name = strcmp(type->after, ")") == 0;
        size_t head = strlen(type->before);
        const char *stars;
        while (only_name && head > 0 && strchr("* ", type->before[head - 1]) != NULL)
            head--;
        if (*type->after != ')' || head == 0 || type->before[head - 1] != '(')
            return;
        stars = type->before + head--;
        while (*stars == '\0' && head > 0 && type->before[head - 1] == ' ')
            head--;
        type->before = arena_format(arena, "%.*s%s", (int)head, type->before, stars);
        type->after++;
    }
}

static struct ctype declared_type(struct arena *arena, const char *declaration, const char *name_at,
                                  size_t name_length, bool drop)
{
    struct ctype type;
    const char *after_name = name_at + name_length;
    const char *end = ctext_find(declaration, '=');

    type.before = spaced(arena, declaration, (size_t)(name_at - declaration), drop);
    type.after = spaced(arena, after_name,
                        end == NULL ? strlen(after_name) : (size_t)(end - after_name), false);
    type.at = 0;
    drop_brackets(arena, &type);
    return type;
}

struct ctype ctype_of_declaration(struct arena *arena, const char *declaration, const char *name_at,
                                  size_t name_length)
{
    return declared_type(arena, declaration, name_at, name_length, true);
}

struct ctype ctype_as_declared(struct arena *arena, const char *declaration, const char *name_at,
                               size_t name_length)
{
    return declared_type(arena, declaration, name_at, name_length, false);
}

struct ctype ctype_of_words(struct arena *arena, const char *words)
{
    struct ctype type = { spaced(arena, words, strlen(words), true), "", 0 };
    if (strcmp(type.before, "void") == 0)
        type.before = NULL;
    return type;
}

struct ctype ctype_of_text(struct arena *arena, const struct ast_c *c)
{
    struct ctype type = ctype_of_words(arena, c->text);
    type.at = c->span.begin;
    return type;
}
