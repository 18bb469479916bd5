/* text.c - questions about the checked tree that more than one pass asks. */
#include <string.h>

#include "base/arena.h"
#include "check/checked.h"

/* ---- made up texts ------------------------------------------------------- */

struct text *text_new(struct arena *arena)
{
    return arena_new(arena, struct text);
}

static struct piece *add_piece(struct arena *arena, struct text *text, enum piece_kind kind)
{
    struct piece **last = &text->pieces;

    while (*last != NULL)
        last = &(*last)->next;
    *last = arena_new(arena, struct piece);
    (*last)->kind = kind;
    return *last;
}

void text_add(struct arena *arena, struct text *text, const char *words)
{
    struct piece *piece = add_piece(arena, text, PIECE_TEXT);

    piece->text = words;
    piece->length = strlen(words);
}

void text_add_variable(struct arena *arena, struct text *text, struct variable *variable)
{
    add_piece(arena, text, PIECE_VARIABLE)->variable = variable;
}

void text_add_text(struct arena *arena, struct text *text, const struct text *other)
{
    for (const struct piece *piece = other->pieces; piece != NULL; piece = piece->next) {
        struct piece *copy = add_piece(arena, text, piece->kind);
        copy->at = piece->at;
        copy->text = piece->text;
        copy->length = piece->length;
        copy->variable = piece->variable;
    }
}

/* ---- who owns what ------------------------------------------------------- */

struct variable *text_owner(const struct text *text)
{
    const struct piece *piece = text->pieces;

    if (piece == NULL || piece->next != NULL || piece->kind != PIECE_VARIABLE
        || piece->variable->resource == NULL)
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
        if (piece->kind == PIECE_VARIABLE && piece->variable->resource != NULL
            && ctype_same(piece->variable->type, type))
            return piece->variable;
    return NULL;
}

const char *text_handle(const struct text *text)
{
    return text->pieces->variable->name;
}
