/* tree.c - questions about the checked tree that more than one pass asks. */
#include "tree.h"

struct variable *text_owner(const struct text *text)
{
    const struct piece *piece = text->pieces;

    if (piece == NULL || piece->next != NULL || piece->kind != PIECE_VARIABLE || piece->variable->resource == NULL)
        return NULL;
    return piece->variable;
}

struct variable *text_moves(const struct text *text, struct ctype type)
{
    struct variable *owner = text_owner(text);

    return owner != NULL && ctype_same(owner->type, type) ? owner : NULL;
}

struct variable *text_mentions(const struct text *text, struct ctype type)
{
    for (const struct piece *piece = text->pieces; piece != NULL; piece = piece->next)
        if (piece->kind == PIECE_VARIABLE && piece->variable->resource != NULL && ctype_same(piece->variable->type, type))
            return piece->variable;
    return NULL;
}
