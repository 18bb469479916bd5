/* ast.c - the tables of the syntax tree. */
#include "syntax/ast.h"

const struct ast_form_traits ast_form_traits[] = {
#define FORM(kind, word, flags) [kind] = { word, flags },
#include "syntax/ast_form.def"
};

bool ast_form_is(const struct ast_form *form, enum ast_form_flags flags)
{
    return (ast_form_traits[form->kind].flags & flags) != 0;
}

const struct ast_form *ast_form_unprefixed(const struct ast_form *form)
{
    while (ast_form_is(form, FORM_PREFIX))
        form = form->inner;
    return form;
}

struct ast_block *ast_settled(const struct ast_form *form)
{
    return form->kind == AST_EACH_IN || form->kind == AST_EACH_FROM ? form->u.each.settled : NULL;
}

const char *const ast_proto_words[] = {
#define PROTO(kind, word) [kind] = word,
#include "syntax/ast_proto.def"
};

const struct ast_opclause_traits ast_opclause_traits[] = {
#define OPCLAUSE(kind, word, of) [kind] = { word, of },
#include "syntax/ast_proto.def"
};
