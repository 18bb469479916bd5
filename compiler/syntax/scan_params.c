/* scan_params.c - the parameters of a prototype: which word of each is its name. */
#include <string.h>

#include "ctext/ctext.h"
#include "ctext/reserved.h"
#include "syntax/scan.h"

/* Not `int`, `struct x`, `const size_t`, `foo *`. */
bool scan_is_declared(const char *text, struct ctoken name)
{
    bool has_type = false, after_tag = false;
    struct ctoken token;

    for (const char *p = text;
         (token = ctext_next_solid(&p)).kind != CTOKEN_END && token.text < name.text;) {
        after_tag = ctoken_is_tag_word(token);
        has_type = has_type || (token.kind == CTOKEN_NAME && !ctoken_is_qualifier(token));
    }
    const char *after = name.text + name.length;
    return has_type && !after_tag && !ctoken_is_tag_word(name) && !ctoken_is_type_word(name)
           && !ctoken_is_qualifier(name) && !ctoken_is(ctext_next_solid(&after), "*");
}

/* A keyword at the end that no type goes on with: `int bool`, but not `unsigned int`. */
static bool is_keyword_for_name(const char *text, struct ctoken *last)
{
    static const char *const of_types[] = { "char",   "short",  "int",      "long", "float",
                                            "double", "signed", "unsigned", "void", NULL };
    struct ctoken token;
    bool has_type = false;
    char word[32] = "";

    *last = (struct ctoken){ .kind = CTOKEN_END };
    for (const char *p = text; (token = ctext_next_solid(&p)).kind != CTOKEN_END; *last = token)
        has_type = has_type || ctoken_is_type_word(*last)
                   || (last->kind == CTOKEN_NAME && !ctoken_is_qualifier(*last));
    if (!has_type || last->kind != CTOKEN_NAME || last->length >= sizeof word
        || ctoken_is_qualifier(*last)
        || scan_word_is_one_of(last->text, last->text + last->length, of_types))
        return false;
    memcpy(word, last->text, last->length);
    return reserved_is(word, RESERVED_C, NULL);
}

static void report_no_name(struct scanner *scan, const struct ast_c *c)
{
    struct ctoken keyword;

    if (c->text[0] == '\0' || scan_is_unbalanced(scan, c->span.begin))
        return;
    if (is_keyword_for_name(c->text, &keyword))
        scan_refuse_keyword(scan, c, keyword);
    else
        diag_report(scan->diags, D_UNNAMED_PARAMETER, c->span);
}

/* `int then` would be a name in C text. `else` has been refused as a keyword of C. */
static void refuse_reserved(struct scanner *scan, const struct ast_c *c, struct ctoken name)
{
    const char *word = arena_copy(scan->arena, name.text, name.length);
    pos begin = c->span.begin + (pos)(name.text - c->text);

    diag_report(scan->diags, D_RESERVED_WORD, (struct span){ begin, begin + (pos)name.length },
                word);
}

static struct ast_param *new_param(struct scanner *scan, const struct ast_c *c)
{
    struct ast_param *param = arena_new(scan->arena, struct ast_param);
    struct ctoken name = { .kind = CTOKEN_NAME };

    param->span = c->span;
    param->text = c->text;
    param->name_span = c->span;
    if (strcmp(c->text, "...") == 0)
        return param;
    if (!ctext_declared_name(c->text, &name.text, &name.length)
        || !scan_is_declared(c->text, name)) {
        report_no_name(scan, c);
        param->name = intern_string(scan->names, "");
        return param;
    }
    scan_check_parameter(scan, c);
    if (scan_word_is_reserved(name.text, name.text + name.length) && !ctoken_is(name, "else"))
        refuse_reserved(scan, c, name);
    if (ctext_find(c->text, '=') != NULL)
        diag_report(scan->diags, D_PARAMETER_VALUE, c->span);
    param->name = intern(scan->names, name.text, name.length);
    param->name_span.begin = c->span.begin + (pos)(name.text - c->text);
    param->name_span.end = param->name_span.begin + (pos)name.length;
    return param;
}

struct ast_proto *scan_params(struct scanner *scan, struct ast_proto *proto,
                              const struct ast_args *args)
{
    struct ast_param_list params = { 0 };

    if (args && !args->next && strcmp(args->c.text, "void") == 0)
        return proto;
    for (; args; args = args->next) {
        struct ast_param *param = new_param(scan, &args->c);
        if (!param->name) {
            proto->variadic = true;
            if (args->next || !params.first)
                diag_report(scan->diags, D_MISPLACED_DOTS, param->span);
        }
        params = ast_param_list_add(params, param);
    }
    proto->params = params.first;
    return proto;
}
