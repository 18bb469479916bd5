/* ctoken.c - one token of C text, and the sorts of its words. */
#include "ctext/ctoken.h"

static bool is_one_of(struct ctoken token, const char *const *words)
{
    while (*words != NULL && !ctoken_is(token, *words))
        words++;
    return *words != NULL;
}

bool ctoken_is_qualifier(struct ctoken token)
{
    static const char *const words[] = { "const",   "volatile",   "restrict",     "register",
                                         "_Atomic", "__restrict", "__restrict__", NULL };
    return is_one_of(token, words);
}

bool ctoken_is_type_word(struct ctoken token)
{
    static const char *const words[] = { "void",  "char",     "short",  "int",      "long",
                                         "float", "double",   "signed", "unsigned", "_Bool",
                                         "bool",  "_Complex", NULL };
    return is_one_of(token, words);
}

bool ctoken_is_tag_word(struct ctoken token)
{
    static const char *const words[] = { "struct", "union", "enum", NULL };
    return is_one_of(token, words);
}

bool ctoken_is_bracket_word(struct ctoken token)
{
    static const char *const words[] = {
        "typeof",  "__typeof__",    "__typeof",    "typeof_unqual", "_Alignas",
        "alignas", "__attribute__", "__attribute", "__declspec",    NULL
    };
    return is_one_of(token, words);
}
