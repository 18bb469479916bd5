/* emit_text.c - paths into the frame, user text, and #line. */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "emit.h"

const char *storage_member(struct arena *arena, const struct symbol *op)
{
    const char *name = op == NULL ? "delay" : op->name;
    if (op != NULL && (strcmp(name, "failure") == 0 || strcmp(name, "value") == 0 || strcmp(name, "delay") == 0))
        return arena_format(arena, "%s_", name);
    return name;
}

const char *holder_path(const struct emitter *emitter, const struct ir_strand *slot)
{
    return slot == NULL ? emitter->chain->local.branches : slot->local;
}

/* The struct that a strand stands in: an item's own, or a member of its holder. */
static const char *strand_struct(const struct emitter *emitter, const struct ir_strand *strand)
{
    if (strand->is_slot)
        return arena_format(emitter->arena, "%s->", strand->local);
    return arena_format(emitter->arena, "%s->%s.", holder_path(emitter, strand->slot), strand->field);
}

const char *storage_path(const struct emitter *emitter, const struct ir_strand *strand)
{
    if (strand->parent == NULL)
        return arena_format(emitter->arena, "%s->u", emitter->chain->local.frame);
    return arena_format(emitter->arena, "%su", strand_struct(emitter, strand));
}

const char *failure_path(const struct emitter *emitter, const struct ir_strand *strand)
{
    if (strand->parent == NULL && emitter->chain->frame->overlaid)
        return arena_format(emitter->arena, "%s->failure", emitter->chain->local.frame);
    return arena_format(emitter->arena, "%s.failure", storage_path(emitter, strand));
}

const char *strand_path(const struct emitter *emitter, const struct ir_strand *strand)
{
    if (strand->parent == NULL)
        return arena_format(emitter->arena, "chain__strand_before(%s)", emitter->chain->local.frame);
    return arena_format(emitter->arena, "&%sstrand", strand_struct(emitter, strand));
}

const char *slots_path(const struct emitter *emitter, const struct ir_strand *slot)
{
    return arena_format(emitter->arena, "%s->%s", holder_path(emitter, slot->parent->slot), slot->field);
}

const char *op_path(const struct emitter *emitter, const struct ir_strand *strand)
{
    return arena_format(emitter->arena, "%s%s", strand_struct(emitter, strand), strand->is_strand ? "strand.op" : "op");
}

/* The slot whose items each have this variable. */
static const struct ir_strand *slot_of(const struct variable *variable)
{
    return variable->scope->strand == NULL ? NULL : variable->scope->strand->slot;
}

const char *variable_path(const struct emitter *emitter, const struct variable *variable)
{
    const char *frame = emitter->chain->local.frame;
    const struct ir_strand *slot = slot_of(variable);
    if (variable->local != NULL)
        return arena_format(emitter->arena, "%s.%s", emitter->chain->local.variables, variable->local->name);
    if (slot != NULL && variable->kind != VARIABLE_MEMBER)
        return arena_format(emitter->arena, "%s->%s%s", slot->local, variable->scope->path, variable->part->field);
    if (variable->kind == VARIABLE_RESULT && variable->in_storage)
        return arena_format(emitter->arena, "%s->u.value", frame);
    if (variable->kind == VARIABLE_MEMBER)
        return arena_format(emitter->arena, "%s.%s", variable_path(emitter, variable->of), variable->name);
    if (variable->kind == VARIABLE_IT && variable->in_storage)
        return arena_format(emitter->arena, "%s->u.%s_value", frame, storage_member(emitter->arena, variable->settled));
    return arena_format(emitter->arena, "%s->%s%s", frame, variable->scope->path, variable->part->field);
}

/* ---- user text ---- */


static void emit_piece(struct emitter *emitter, const struct piece *piece)
{
    struct writer *w = emitter->writer;

    switch (piece->kind) {
    case PIECE_TEXT:
        put_bytes(w, piece->text, piece->length);
        break;
    case PIECE_VARIABLE:
        put(w, variable_path(emitter, piece->variable));
        break;
    case PIECE_REJECT:
        putf(w, "return (%schain__raise(&%s->op, ", emitter->do_node->resource != NULL ? "*rejected_ = " : "",
             emitter->chain->local.strand);
        break;
    case PIECE_REJECT_END:
        put(w, piece->length < 2 ? ", NULL, 0)" : piece->length < 3 ? ", 0)" : ")");
        put(w, piece->text); /* ", (TYPE){ 0 })" or ")" */
        break;
    case PIECE_RETURN:
        put(w, emitter->do_node->u.do_.rejects && ctype_is_void(emitter->do_node->type) ? "return 0" : "return");
        break;
    }
}

void emit_text(struct emitter *emitter, const struct text *text)
{
    for (const struct piece *piece = text->pieces; piece != NULL; piece = piece->next)
        emit_piece(emitter, piece);
}

void emit_arguments(struct emitter *emitter, const struct text *args)
{
    for (const struct text *arg = args; arg != NULL; arg = arg->next) {
        if (arg != args)
            put(emitter->writer, ", ");
        emit_text(emitter, arg);
    }
}

/* ---- lines ---- */

const char *output_name(const char *path)
{
    return path[0] == '/' ? strrchr(path, '/') + 1 : path;
}

const char *place_words(const struct emitter *emitter, struct span span)
{
    struct place place = source_place(emitter->program->sources, span.begin);
    return arena_format(emitter->arena, "line %d", place.line);
}

static void put_line(struct emitter *emitter, int line, const char *file)
{
    putf(emitter->writer, "#line %d ", line);
    put_c_string(emitter->writer, file, strlen(file));
    put(emitter->writer, "\n");
}

/* Back and forth with nothing in between is nothing. */
static void drop_line_back(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    if (emitter->back_end == 0 || w->length != emitter->back_end)
        return;
    w->length = emitter->back_begin;
    w->line--;
}

void emit_line(struct emitter *emitter, struct span span)
{
    struct place place;
    if (!emitter->options->lines || span.begin == 0)
        return;
    drop_line_back(emitter);
    emitter->in_user_text = true;
    place = source_place(emitter->program->sources, span.begin);
    put_line(emitter, place.line, output_name(place.source->path));
}

void emit_line_back(struct emitter *emitter)
{
    if (!emitter->options->lines || !emitter->in_user_text)
        return;
    emitter->in_user_text = false;
    emitter->back_begin = emitter->writer->length;
    put_line(emitter, emitter->writer->line + 1, emitter->options->c_name);
    emitter->back_end = emitter->writer->length;
}

/* What may stand in a comment: no end of it, no control bytes. */
static void put_comment_text(struct writer *writer, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '*' && i + 1 < length && text[i + 1] == '/')
            put(writer, "* ");
        else if (text[i] == '/' && i + 1 < length && text[i + 1] == '*')
            put(writer, "/ ");
        else if (text[i] == '\t' || text[i] == ' ')
            put(writer, i + 1 < length && (text[i + 1] == ' ' || text[i + 1] == '\t') ? "" : " ");
        else
            put_bytes(writer, text + i, 1);
    }
}

void emit_source_comment(struct emitter *emitter, struct span span)
{
    struct place place;
    const char *text;
    size_t length, cut;

    if (span.begin == 0)
        return;
    place = source_place(emitter->program->sources, span.begin);
    if (place.line == emitter->line)
        return;
    emitter->line = place.line;
    text = place.line_text;
    length = place.line_length;
    while (length > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        length--;
    }
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\r'))
        length--;
    if (strcspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") >= length)
        return; /* brackets alone say nothing */
    cut = length > 90 ? 87 : length;
    while (cut < length && cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80)
        cut--;
    putf(emitter->writer, "    /* %d: ", place.line);
    put_comment_text(emitter->writer, text, cut);
    put(emitter->writer, cut < length ? "... */\n" : " */\n");
}

void emit_parameters(struct emitter *emitter, const struct symbol *op, bool leading_comma)
{
    for (const struct parameter *param = op->params; param != NULL; param = param->next) {
        put(emitter->writer, leading_comma || param != op->params ? ", " : "");
        put(emitter->writer, ctype_declare(emitter->arena, param->type, param->name));
    }
}

const char *own_parameter(struct arena *arena, const struct symbol *op, const char *name)
{
    for (const struct parameter *param = op->params; param != NULL; param = param->next)
        if (strcmp(param->name, name) == 0)
            return own_parameter(arena, op, arena_format(arena, "%s_", name));
    return name;
}

/* ---- homes ---- */

static bool mentions_home(const struct text *text, const struct ir_strand *slot)
{
    for (const struct piece *piece = text->pieces; piece != NULL; piece = piece->next)
        if (piece->kind == PIECE_VARIABLE && slot_of(piece->variable) == slot)
            return true;
    return false;
}

bool emit_homes(struct emitter *emitter, const struct text *text, bool declared)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    bool any = mentions_home(text, NULL);

    if (any && declared)
        putf(w, "struct %s_frame *", chain->c_name);
    if (any)
        put(w, chain->local.frame);
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next) {
        if (!strand->is_slot || !mentions_home(text, strand))
            continue;
        put(w, any ? ", " : "");
        if (declared)
            putf(w, "struct %s_%s *", chain->c_name, strand->field);
        put(w, strand->local);
        any = true;
    }
    return any;
}

void emit_slot_locals(struct emitter *emitter)
{
    const struct ir_chain *chain = emitter->chain;

    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        if (strand->is_slot)
            putf(emitter->writer, "    struct %s_%s *%s = %s_%s_of(%s);\n", chain->c_name, strand->field, strand->local, chain->c_name,
                 strand->field, chain->local.strand);
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        if (strand->is_slot)
            putf(emitter->writer, "    (void)%s;\n", strand->local);
}

const struct ast_number *chain_budget(const struct ir_chain *chain)
{
    for (const struct ast_opclause *clause = chain->symbol->proto->clauses; clause != NULL; clause = clause->next)
        if (clause->kind == AST_BUDGET)
            return clause->count;
    return NULL;
}
