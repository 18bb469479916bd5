/* emit_carry.c - what rejections carry (rules 123-132): the place for it beside
 * `err`, beside what a finally keeps, and in the storage of a strand.
 *
 *     catch reject(CONFIG, "none") because
 *         ->     f->err.chain__it = chain__error_kept(&s->op, &f->u.failure,
 *                                                     CHAIN__ROOM(f->err.chain__carried));
 *                chain__raise_because(&s->op, CHAIN__ROOM(f->u.chain__rejected.chain__carried), …); */
#include <inttypes.h>

#include "base/arena.h"
#include "emit/emit.h"

static const char *place_words(const struct emitter *emitter, const char *place)
{
    return arena_format(emitter->arena, "CHAIN__ROOM(%s)", place);
}

const char *emit_carried_of(const struct emitter *emitter, const struct ir_strand *strand)
{
    return place_words(emitter, arena_format(emitter->arena, "%s.chain__rejected.chain__carried",
                                             emit_storage_path(emitter, strand)));
}

static const char *carried_path(const struct emitter *emitter, const struct variable *variable)
{
    return arena_format(emitter->arena, "%s.chain__carried",
                        emit_variable_place(emitter, variable));
}

const char *emit_carried_by(const struct emitter *emitter, const struct variable *variable)
{
    return place_words(emitter, carried_path(emitter, variable));
}

const char *emit_carrying(const struct emitter *emitter, const struct variable *variable,
                          const char *name)
{
    const char *declared =
        ctype_declare(emitter->arena, variable->type, variable->carries ? "chain__it" : name);

    if (!variable->carries)
        return declared;
    return arena_format(emitter->arena, "struct { %s; %s chain__carried; } %s", declared,
                        emitter->chain->symbol->carried->type, name);
}

/* ---- the place ----------------------------------------------------------- */

static void emit_texts(struct emitter *emitter, const struct carry_room *room)
{
    struct writer *w = emitter->writer;

    if (room->texts == 0 && room->counts == NULL)
        return;
    writer_putf(w, "    char chain__texts[%" PRIu64, room->texts);
    for (const struct text_count *count = room->counts; count != NULL; count = count->next)
        writer_putf(w, count->times == 1 ? " + (%s)" : " + (%s) * %u", count->words, count->times);
    writer_put(w, "];\n");
}

void emit_carried(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct carried *carried = emitter->chain->symbol->carried;

    if (carried == NULL)
        return;
    writer_putf(w,
                "/* What a rejection in %s carries, at most. */\n%s {\n"
                "    struct chain__carried chain__head;\n",
                emitter->chain->c_name, carried->type);
    if (carried->most.causes != 0)
        writer_putf(w, "    struct chain_error chain__causes[%u];\n", carried->most.causes);
    emit_texts(emitter, &carried->most);
    writer_put(w, "};\n\n");
}

/* ---- instructions -------------------------------------------------------- */

static const char *op_of(const struct emitter *emitter)
{
    return arena_format(emitter->arena, "&%s->op", emitter->chain->local.strand);
}

/* C evaluates all arguments before anything is written over what they read. */
void emit_tell(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const struct variable *cause = instr->variable;
    unsigned count = 0;

    for (const struct text *arg = instr->args; arg != NULL; arg = arg->next)
        count++;
    emit_line(emitter, instr->span);
    writer_putf(w, "    (void)chain__raise%s%s(%s, %s, ", instr->text != NULL ? "_saying" : "",
                cause != NULL ? "_because" : "", op_of(emitter),
                emit_carried_of(emitter, instr->strand));
    if (cause != NULL)
        writer_putf(w, "&%s, &%s.chain__head, ", emit_variable_path(emitter, cause),
                    carried_path(emitter, cause));
    if (instr->text != NULL)
        writer_putf(w, "%s, ", emit_count_words(emitter, emitter->chain->symbol->text));
    emit_arguments(emitter, instr->args);
    writer_put(w, count < 2 ? ", NULL, 0" : count < 3 ? ", 0" : "");
    if (instr->text != NULL) {
        writer_put(w, ", (");
        emit_text(emitter, instr->text);
        writer_put(w, ")");
    }
    writer_put(w, ");\n");
    emit_line_back(emitter);
    writer_putf(w, "    chain__originates(%s, &%s_sites[%s]);\n", op_of(emitter),
                emitter->chain->c_name, emit_site_name(emitter, instr->number));
}

void emit_raise_again(struct emitter *emitter, const struct ir_instr *instr)
{
    writer_putf(emitter->writer, "    chain__raise_again(%s, &%s);\n", op_of(emitter),
                emit_variable_path(emitter, instr->variable));
    if (instr->variable->carries)
        writer_putf(emitter->writer, "    chain__carry_again(%s, &%s.chain__head, %s);\n",
                    op_of(emitter), carried_path(emitter, instr->variable),
                    emit_carried_of(emitter, instr->strand));
}

void emit_keep(struct emitter *emitter, const struct ir_instr *instr)
{
    const char *kept = emit_variable_path(emitter, instr->variable);

    writer_putf(emitter->writer, "    chain__keep(%s, &%s);\n", op_of(emitter), kept);
    if (instr->variable->carries)
        writer_putf(emitter->writer, "    chain__carry(%s.code, &%s.failure, %s);\n", kept, kept,
                    emit_carried_by(emitter, instr->variable));
}

void emit_restore(struct emitter *emitter, const struct ir_instr *instr)
{
    writer_putf(emitter->writer, "    chain__restore(%s, %s, &%s);\n", op_of(emitter),
                emitter->chain->local.loop, emit_variable_path(emitter, instr->variable));
    if (instr->variable->carries)
        writer_putf(emitter->writer, "    chain__carry(%s->op.code, chain__failure(%s), %s);\n",
                    emitter->chain->local.strand, op_of(emitter),
                    emit_carried_of(emitter, instr->strand));
}
