/* emit_text.c - paths into the frame, user text, and #line. */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/bits.h"
#include "ctext/ctext.h"
#include "emit/emit.h"

static const struct ir_storage *storage_of(const struct ir_strand *strand, const struct symbol *op)
{
    const struct ir_storage *storage = strand->storage;

    while (storage->op != op)
        storage = storage->next;
    return storage;
}

const char *emit_storage_member(const struct ir_strand *strand, const struct symbol *op)
{
    return storage_of(strand, op)->member;
}

const char *emit_storage_value(const struct ir_strand *strand, const struct symbol *op)
{
    return storage_of(strand, op)->value;
}

const char *emit_own_name(const struct emitter *emitter, enum own id)
{
    return emitter->chain != NULL ? emitter->chain->own[id] : emitter->program->own[id];
}

const char *emit_site_name(const struct emitter *emitter, unsigned number)
{
    const struct ir_site *site = emitter->chain->sites;

    while (site->index + 1 != number)
        site = site->next;
    return site->name;
}

const char *emit_holder_path(const struct emitter *emitter, const struct ir_strand *slot)
{
    return slot == NULL ? emitter->chain->local.branches : slot->local;
}

/* The struct that a strand stands in: an item's own, or a member of its holder. */
static const char *strand_struct(const struct emitter *emitter, const struct ir_strand *strand)
{
    if (strand->is_slot)
        return arena_format(emitter->arena, "%s->", strand->local);
    return arena_format(emitter->arena, "%s->%s.", emit_holder_path(emitter, strand->slot),
                        strand->field);
}

const struct emit_header *emit_header_of(const struct ir_strand *strand)
{
    static const struct emit_header op = { "struct chain_op", "op", NULL, "op" },
                                    branch = { "struct chain_strand", "strand", "strand",
                                               "strand.op" },
                                    promise = { "struct chain__promise", "promise",
                                                "promise.strand", "promise.strand.op" };

    return strand->is_promise ? &promise : strand->is_strand ? &branch : &op;
}

const char *emit_storage_path(const struct emitter *emitter, const struct ir_strand *strand)
{
    if (strand->parent == NULL)
        return arena_format(emitter->arena, "%s->u", emitter->chain->local.frame);
    return arena_format(emitter->arena, "%su", strand_struct(emitter, strand));
}

const char *emit_failure_path(const struct emitter *emitter, const struct ir_strand *strand)
{
    const char *inside = strand->retries ? ".failure" : "";

    if (strand->parent == NULL && emitter->chain->frame->overlaid)
        return arena_format(emitter->arena, "%s->failure%s", emitter->chain->local.frame, inside);
    return arena_format(emitter->arena, "%s.failure%s", emit_storage_path(emitter, strand), inside);
}

const char *emit_strand_path(const struct emitter *emitter, const struct ir_strand *strand)
{
    if (strand->parent == NULL)
        return arena_format(emitter->arena, "chain__strand_before(%s)",
                            emitter->chain->local.frame);
    return arena_format(emitter->arena, "&%s%s", strand_struct(emitter, strand),
                        emit_header_of(strand)->strand);
}

const char *emit_promise_path(const struct emitter *emitter, const struct ir_strand *strand)
{
    return arena_format(emitter->arena, "&%spromise", strand_struct(emitter, strand));
}

const char *emit_slots_path(const struct emitter *emitter, const struct ir_strand *slot)
{
    return arena_format(emitter->arena, "%s->%s", emit_holder_path(emitter, slot->parent->slot),
                        slot->field);
}

const char *emit_op_path(const struct emitter *emitter, const struct ir_strand *strand)
{
    return arena_format(emitter->arena, "%s%s", strand_struct(emitter, strand),
                        emit_header_of(strand)->op);
}

/* The slot whose items each have this variable. */
static const struct ir_strand *slot_of(const struct variable *variable)
{
    return variable->scope->strand == NULL ? NULL : variable->scope->strand->slot;
}

const char *emit_variable_place(const struct emitter *emitter, const struct variable *variable)
{
    const char *frame = emitter->chain->local.frame;
    const struct ir_strand *slot = slot_of(variable);
    const struct frame_place *place = frame_place(emitter->chain->frame, variable);

    if (place->local != NULL)
        return arena_format(emitter->arena, "%s.%s", emitter->chain->local.variables,
                            place->local->name);
    if (slot != NULL && variable->kind != VARIABLE_MEMBER)
        return arena_format(emitter->arena, "%s->%s%s", slot->local, variable->scope->path,
                            place->part->field);
    if (variable->kind == VARIABLE_RESULT && place->in_storage)
        return arena_format(emitter->arena, "%s->u.value", frame);
    if (variable->kind == VARIABLE_MEMBER)
        return arena_format(emitter->arena, "%s.%s", emit_variable_path(emitter, variable->of),
                            variable->name);
    if (variable->kind == VARIABLE_IT && place->in_storage)
        return arena_format(emitter->arena, "%s->u.%s", frame,
                            emit_storage_value(emitter->chain->strands, place->settled));
    return arena_format(emitter->arena, "%s->%s%s", frame, variable->scope->path,
                        place->part->field);
}

const char *emit_variable_path(const struct emitter *emitter, const struct variable *variable)
{
    const char *place = emit_variable_place(emitter, variable);

    return variable->carries ? arena_format(emitter->arena, "%s.chain__it", place) : place;
}

/* ---- user text ----------------------------------------------------------- */

static void emit_piece(struct emitter *emitter, const struct piece *piece)
{
    struct writer *w = emitter->writer;

    emit_at(emitter, piece->at);
    switch (piece->kind) {
    case PIECE_TEXT: writer_put_unspliced(w, piece->text, piece->length); break;
    case PIECE_VARIABLE: writer_put(w, emit_variable_path(emitter, piece->variable)); break;
    case PIECE_REJECT:
        writer_put(w, "return (");
        if (emitter->do_node->resource != NULL)
            writer_putf(w, "*%s = ", emit_own_name(emitter, OWN_REJECTED));
        writer_putf(w, "chain__raise(&%s->op, ", emitter->chain->local.strand);
        break;
    case PIECE_REJECT_END:
        writer_put(w, piece->length < 2 ? ", NULL, 0)" : piece->length < 3 ? ", 0)" : ")");
        writer_put(w, piece->text); /* ", (TYPE){ 0 })" or ")" */
        break;
    case PIECE_RETURN:
        writer_put(w, emitter->do_node->u.do_.rejects && ctype_is_void(emitter->do_node->type)
                          ? "return 0"
                          : "return");
        break;
    }
}

void emit_text(struct emitter *emitter, const struct text *text)
{
    int first = emitter->writer->line;

    for (const struct piece *piece = text->pieces; piece != NULL; piece = piece->next)
        emit_piece(emitter, piece);
    emit_steps_inside(emitter, first);
}

void emit_arguments(struct emitter *emitter, const struct text *args)
{
    for (const struct text *arg = args; arg != NULL; arg = arg->next) {
        if (arg != args)
            writer_put(emitter->writer, ", ");
        emit_text(emitter, arg);
    }
}

/* ---- lines --------------------------------------------------------------- */

const char *emit_place_words(const struct emitter *emitter, struct span span)
{
    struct place place = source_place(emitter->program->sources, span.begin);
    return arena_format(emitter->arena, "line %d", place.line);
}

/* Nothing is indented before a `#`. */
static void put_line(struct emitter *emitter, int line, const char *file)
{
    struct writer *w = emitter->writer;
    int indent = w->indent;

    w->indent = 0;
    writer_putf(w, "#line %d ", line);
    writer_put_c_string(w, file, strlen(file));
    writer_put(w, "\n");
    w->indent = indent;
}

/* From here on the output is the user's text of this place. */
static void note_place(struct emitter *emitter, struct place place)
{
    emitter->in_user_text = true;
    emitter->source = place.source;
    emitter->source_line = place.line;
    emitter->line_begin = emitter->writer->line;
}

static void put_place(struct emitter *emitter, struct place place)
{
    put_line(emitter, place.line, emit_output_name(place.source->path));
    note_place(emitter, place);
}

/* Back and forth with nothing in between is nothing. Whether there was a way back. */
static bool drop_line_back(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    if (emitter->back_end == 0 || w->length != emitter->back_end)
        return false;
    w->length = emitter->back_begin;
    w->line--;
    return true;
}

/* How many lines the output is before a place of the text that it is in; a
 * large number if it is after, or in another file. */
static unsigned lines_before(const struct emitter *emitter, struct place place)
{
    int line = emitter->source_line + emitter->writer->line - emitter->line_begin;

    return place.source != emitter->source ? UINT_MAX : (unsigned)(place.line - line);
}

/* A few empty lines are easier to read than a `#line`. */
enum { FEW_LINES = 3 };

static void put_newlines(struct emitter *emitter, unsigned count)
{
    for (; count > 0; count--)
        writer_put(emitter->writer, "\n");
}

void emit_line(struct emitter *emitter, struct span span)
{
    struct place place;
    bool dropped;

    if (emitter->steps != NULL)
        emit_steps_at(emitter, span.begin);
    if (!emitter->options->lines || span.begin == 0)
        return;
    place = source_place(emitter->program->sources, span.begin);
    if (emitter->steps != NULL) {
        note_place(emitter, place);
        return;
    }
    dropped = drop_line_back(emitter);
    emitter->in_user_text = true;
    if (dropped && lines_before(emitter, place) <= FEW_LINES)
        put_newlines(emitter, lines_before(emitter, place));
    else
        put_place(emitter, place);
}

void emit_line_back(struct emitter *emitter)
{
    if (!emitter->options->lines || !emitter->in_user_text)
        return;
    emitter->in_user_text = false;
    if (emitter->steps != NULL)
        return;
    emitter->back_begin = emitter->writer->length;
    put_line(emitter, emitter->writer->line + 1, emitter->output);
    emitter->back_end = emitter->writer->length;
}

/* Of a small number C has nothing to say. */
enum { MANY = 10000 };

void emit_count_line(struct emitter *emitter, const char *count, struct span span)
{
    intmax_t number;

    if (!ctext_number(count, &number) || number > MANY)
        emit_line(emitter, span);
}

static void put_blanks(struct writer *w, size_t count)
{
    for (; count > 0; count--)
        writer_put(w, " ");
}

/* The bytes before a place of the source, on its line. A line of thousands would
 * need as many blanks for each of its texts. */
static size_t column_of(struct place place)
{
    return place.column <= EMIT_WIDTH ? (size_t)place.column - 1 : 0;
}

/* C compilers count columns in what they read. So a line is indented for the
 * first text of the user in it, and the others have blanks before them. There are
 * none where the line has become too long for that. */
static void put_at_column(struct emitter *emitter, struct place place)
{
    struct writer *w = emitter->writer;
    bool is_first = emitter->text_line != w->line;
    size_t begin = writer_column(w, is_first ? SIZE_MAX : EMIT_WIDTH),
           column = begin + (is_first ? 0 : emitter->text_shift), wanted = column_of(place),
           missing = wanted > column ? wanted - column : 0;

    if (!is_first)
        put_blanks(w, missing);
    else if (emitter->steps != NULL)
        emit_steps_text(emitter, begin, wanted);
    else
        writer_insert_blanks(w, w->length - (w->at_line_start ? 0 : begin), missing);
    if (is_first) {
        emitter->text_line = w->line;
        emitter->text_shift = emitter->steps != NULL ? missing : 0;
    }
}

/* Within one text no `#line` is written: it could stand within the brackets of a macro. */
static void put_lines(struct emitter *emitter, unsigned count, size_t column)
{
    int first = emitter->writer->line;

    put_newlines(emitter, count);
    put_blanks(emitter->writer, column);
    emit_steps_inside(emitter, first);
}

void emit_at(struct emitter *emitter, pos at)
{
    struct place place;
    unsigned lines;

    if (!emitter->in_user_text || at == 0)
        return;
    place = source_place(emitter->program->sources, at);
    lines = lines_before(emitter, place);
    if (lines == 0)
        put_at_column(emitter, place);
    else if (lines <= INT_MAX / 2) {
        put_lines(emitter, lines, column_of(place));
        emitter->text_line = emitter->writer->line;
        emitter->text_shift = 0;
    }
}

void emit_at_line(struct emitter *emitter, pos at)
{
    struct place place;
    unsigned lines;

    if (!emitter->in_user_text || at == 0)
        return;
    place = source_place(emitter->program->sources, at);
    lines = lines_before(emitter, place);
    if (lines > 0 && lines <= INT_MAX / 2)
        put_lines(emitter, lines, 12);
}

uint64_t *emit_places(const struct emitter *emitter)
{
    const struct source *last = emitter->program->sources->last;

    return arena_alloc(emitter->arena,
                       bits_words(last->base + last->length + 1) * sizeof(uint64_t));
}

bool emit_type_has_line(const struct emitter *emitter, struct ctype type)
{
    if (!emitter->options->lines || type.at == 0 || ctype_is_certain(type)
        || (ctype_resource(emitter->program, type) != NULL
            && ctype_is_assignable(emitter->program, type)))
        return false;
    return emitter->shown == NULL || !bits_has(emitter->shown, type.at);
}

void emit_type_line(struct emitter *emitter, struct ctype type)
{
    if (!emit_type_has_line(emitter, type))
        return;
    if (emitter->shown == NULL)
        emitter->shown = emit_places(emitter);
    bits_set(emitter->shown, type.at);
    emit_line(emitter, (struct span){ type.at, type.at });
}

void emit_value_line(struct emitter *emitter, struct ctype type, pos at)
{
    if (!ctype_is_assignable(emitter->program, type))
        emit_line(emitter, (struct span){ at, at });
}

void emit_declared(struct emitter *emitter, struct ctype type, const char *name)
{
    emit_type_line(emitter, type);
    emit_at(emitter, type.at);
    writer_put(emitter->writer, ctype_declare(emitter->arena, type, name));
}

static struct ctype passed_type(const struct program *program, const struct symbol *op,
                                const struct parameter *param)
{
    return op->proto_kind == AST_CHAIN || ctype_is_assignable(program, param->type)
               ? param->type
               : param->declared;
}

void emit_parameters(struct emitter *emitter, const struct symbol *op, bool leading_comma)
{
    for (const struct parameter *param = op->params; param != NULL; param = param->next) {
        writer_put(emitter->writer, leading_comma || param != op->params ? ", " : "");
        writer_put(emitter->writer,
                   ctype_declare(emitter->arena, passed_type(emitter->program, op, param),
                                 param->local));
    }
}

const char *emit_header_parameter_list(struct emitter *emitter, const struct symbol *op)
{
    struct writer text;

    writer_init(&text, emitter->arena);
    for (const struct parameter *param = op->params; param != NULL; param = param->next)
        writer_putf(&text, ", %s", ctype_declare(emitter->arena, param->type, param->c_name));
    return writer_text(&text);
}

const char *emit_own_parameter(const struct emitter *emitter, const struct symbol *op, enum own id)
{
    const char *name = emitter->program->own[id];

    for (const struct parameter *param = op->params; param != NULL;)
        if (strcmp(param->local, name) == 0) {
            name = arena_format(emitter->arena, "%s_", name);
            param = op->params;
        } else
            param = param->next;
    return name;
}

bool emit_mentions(const char *text, const char *name)
{
    struct ctoken token;

    while ((token = ctext_next_name(&text)).kind != CTOKEN_END)
        if (ctoken_is(token, name))
            return true;
    return false;
}

/* A name that hides neither a parameter of the user nor a type of one. */
static bool is_mentioned(const struct symbol *op, const char *name)
{
    for (const struct parameter *param = op->params; param != NULL; param = param->next)
        if (strcmp(param->c_name, name) == 0 || emit_mentions(param->type.before, name))
            return true;
    return false;
}

const char *emit_header_parameter(struct arena *arena, const struct symbol *op, const char *name)
{
    while (is_mentioned(op, name))
        name = arena_format(arena, "%s_", name);
    return name;
}

void emit_it_text(struct emitter *emitter, const char *text)
{
    const char *plain = text, *end = text + ctext_solid_length(text);
    struct ctoken token;

    while ((token = ctext_next_name(&text)).kind != CTOKEN_END)
        if (ctoken_is(token, "it")) {
            writer_put_unspliced(emitter->writer, plain, (size_t)(token.text - plain));
            writer_put(emitter->writer, emit_own_name(emitter, OWN_IT));
            plain = text;
        }
    writer_put_unspliced(emitter->writer, plain, (size_t)(end - plain));
}

/* ---- homes --------------------------------------------------------------- */

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
        writer_putf(w, "struct %s_frame *", chain->c_name);
    if (any)
        writer_put(w, chain->local.frame);
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next) {
        if (!strand->is_slot || !mentions_home(text, strand))
            continue;
        writer_put(w, any ? ", " : "");
        if (declared)
            writer_putf(w, "struct %s_%s *", chain->c_name, strand->field);
        writer_put(w, strand->local);
        any = true;
    }
    return any;
}

void emit_slot_locals(struct emitter *emitter, const char *text)
{
    const struct ir_chain *chain = emitter->chain;

    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        if (strand->is_slot && (text == NULL || emit_mentions(text, strand->local)))
            writer_putf(emitter->writer, "    struct %s_%s *%s = %s_%s_of(%s);\n", chain->c_name,
                        strand->field, strand->local, chain->c_name, strand->field,
                        chain->local.strand);
    for (const struct ir_strand *strand = chain->strands; text == NULL && strand != NULL;
         strand = strand->next)
        if (strand->is_slot)
            writer_putf(emitter->writer, "    (void)%s;\n", strand->local);
}

void emit_packed(struct packed *packed, const char *word)
{
    struct writer *w = packed->writer;

    if (packed->column != 0
        && packed->column + strlen(packed->between) + 1 + strlen(word) <= EMIT_WIDTH) {
        writer_putf(w, "%s ", packed->between);
        packed->column += strlen(packed->between) + 1;
    } else {
        writer_putf(w, packed->column == 0 ? "%s%s" : "%s\n%s",
                    packed->column == 0 ? "" : packed->between, packed->indent);
        packed->column = strlen(packed->indent);
    }
    writer_put(w, word);
    packed->column += strlen(word);
}

void emit_packed_end(struct packed *packed)
{
    if (packed->column != 0)
        writer_put(packed->writer, "\n");
    packed->column = 0;
}

const char *emit_count_words(const struct emitter *emitter, const struct ast_number *count)
{
    return arena_copy(emitter->arena, count->text, ctext_solid_length(count->text));
}

const struct ast_number *emit_chain_budget(const struct ir_chain *chain)
{
    for (const struct ast_opclause *clause = chain->symbol->proto->clauses; clause != NULL;
         clause = clause->next)
        if (clause->kind == AST_BUDGET)
            return clause->count;
    return NULL;
}

void emit_header_parameters(struct emitter *emitter, const struct symbol *op)
{
    for (const struct parameter *param = op->params; param != NULL; param = param->next) {
        writer_put(emitter->writer, ", ");
        emit_at(emitter, param->type.at);
        writer_put(emitter->writer,
                   ctype_declare(emitter->arena, passed_type(emitter->program, op, param),
                                 param->c_name));
    }
}
