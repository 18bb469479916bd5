/* emit_debug.c - the tables of --debug: for each state the operation that a
 * strand waits for, the names that have a value there, and the branches. */
#include <string.h>

#include "base/arena.h"
#include "base/bits.h"
#include "emit/emit.h"

static const char *fork_word(const struct ir_block *join)
{
    const struct ir_instr *fork = NULL;

    for (const struct ir_instr *instr = join->instrs; instr != NULL; instr = instr->next) {
        if (instr->kind == IR_EACH)
            return "each";
        if (instr->kind == IR_TIMEOUT)
            return "timeout";
        if (instr->kind == IR_FORK)
            fork = instr;
    }
    return ast_form_traits[fork->fork_kind].word;
}

/* What is waited for at the end of a block; NULL: nothing. */
static const char *wait_word(const struct emitter *emitter, const struct ir_block *block)
{
    if (block->end == IR_START || block->end == IR_CALL)
        return block->op->name;
    if (block->end == IR_DELAY)
        return block->node->kind == NODE_DELAY   ? "delay"
               : block->node->kind == NODE_RETRY ? "the pause of a retry"
                                                 : "the stagger of an each";
    if (block->end == IR_JOIN)
        return fork_word(block);
    if (block->end == IR_SPAWN)
        return arena_format(emitter->arena, "a slot of %s", block->op->name);
    if (block->end == IR_AWAIT_PROMISE || block->end == IR_AWAIT_CANCELLED
        || block->end == IR_AWAIT_ENDED)
        return "a promise";
    if (emit_waits_for_handle(block))
        return arena_format(emitter->arena, "the end of %s", text_handle(block->text));
    return block->end == IR_AWAIT || block->end == IR_CLOSE ? "its spawned chains" : NULL;
}

/* ---- names --------------------------------------------------------------- */

struct names {
    const struct liveness *live;
    const struct assigned *assigned;
};

/* What a user calls by its name. */
static bool has_name(const struct variable *variable)
{
    switch (variable->kind) {
    case VARIABLE_PARAMETER:
    case VARIABLE_VAR:
    case VARIABLE_BINDING:
    case VARIABLE_PROMISE:
    case VARIABLE_ERR:
    case VARIABLE_ATTEMPT: return true;
    case VARIABLE_IT:
    case VARIABLE_RESULT:
    case VARIABLE_KEPT:
    case VARIABLE_EXIT:
    case VARIABLE_MEMBER:
    case VARIABLE_CAUSES: break;
    }
    return false;
}

/* Whether nothing else ever stands where it is: it has its value, once it has
 * one, though nobody may need it. */
static bool is_alone(const struct ir_chain *chain, const struct variable *variable)
{
    const struct frame_place *place = frame_place(chain->frame, variable);

    if (variable->scope != chain->checked->scope || place->part == NULL || place->shares != NULL
        || (variable->kind != VARIABLE_PARAMETER && variable->kind != VARIABLE_VAR))
        return false;
    for (const struct field *field = chain->frame->fields; field != NULL; field = field->next)
        if (field->parts == place->part)
            return field->parts->next == NULL && field->parts->variable == variable
                   && !field->gives_way;
    return false;
}

/* While a strand waits for branches, what these give values to may or may not have one. */
static char alive_letter(const struct ir_chain *chain, const struct names *names,
                         const struct ir_block *state, const struct variable *variable)
{
    const struct assigned *assigned = names->assigned;
    const struct ir_block *waiter = state->waiter;
    bool after = bits_has(assigned->in + state->index * assigned->words, variable->index);
    bool before = waiter == NULL
                      ? after
                      : bits_has(assigned->out + waiter->index * assigned->words, variable->index);

    bool needed = bits_has(liveness_in(names->live, state), variable->index);

    if (before)
        return needed || is_alone(chain, variable) ? '=' : '-';
    return after && needed && waiter->end == IR_JOIN ? '?' : '.';
}

static const char *alive_text(const struct emitter *emitter, const struct names *names,
                              const struct ir_block *state)
{
    struct writer text;

    writer_init(&text, emitter->arena);
    for (const struct variable *v = emitter->chain->checked->variables; v != NULL; v = v->next)
        if (has_name(v))
            writer_putf(&text, "%c", alive_letter(emitter->chain, names, state, v));
    return writer_text(&text);
}

static const char *quoted(const struct emitter *emitter, const char *text)
{
    return text == NULL ? "0" : arena_format(emitter->arena, "\"%s\"", text);
}

static void emit_name(struct emitter *emitter, struct packed *packed, const struct variable *v)
{
    const struct ir_strand *slot = v->scope->strand == NULL ? NULL : v->scope->strand->slot;
    const struct field_part *part = frame_place(emitter->chain->frame, v)->part;
    const char *path = part == NULL ? NULL
                                    : arena_format(emitter->arena, "%s%s%s", v->scope->path,
                                                   part->field, v->carries ? ".chain__it" : "");

    emit_packed(packed, arena_format(emitter->arena, "{ \"%s\", %s, %s }", v->name,
                                     quoted(emitter, slot == NULL ? NULL : slot->field),
                                     quoted(emitter, path)));
}

/* Returns how many there are. */
static unsigned emit_names(struct emitter *emitter)
{
    struct packed packed = { emitter->writer, "    ", ",", 0 };
    unsigned count = 0;

    for (const struct variable *v = emitter->chain->checked->variables; v != NULL; v = v->next) {
        if (!has_name(v))
            continue;
        if (count++ == 0)
            writer_putf(emitter->writer, "static const struct chain__name chain__names_%s[] = {\n",
                        emitter->chain->c_name);
        emit_name(emitter, &packed, v);
    }
    if (count != 0)
        writer_put(emitter->writer, "\n};\n");
    return count;
}

/* ---- states -------------------------------------------------------------- */

static const char *due_text(const struct ir_block *waiter, const char *word)
{
    if (waiter->end == IR_DELAY)
        return "CHAIN__DUE(chain__delay)";
    return waiter->end == IR_JOIN && strcmp(word, "timeout") == 0 ? "CHAIN__DUE(chain__timeout)"
                                                                  : "0";
}

static void emit_step(struct emitter *emitter, struct packed *packed, const struct names *names,
                      const struct ir_block *state)
{
    const char *word = state->waiter == NULL ? NULL : wait_word(emitter, state->waiter);

    emit_packed(packed, arena_format(emitter->arena, "{ %s, %s, \"%s\" }", quoted(emitter, word),
                                     word == NULL ? "0" : due_text(state->waiter, word),
                                     alive_text(emitter, names, state)));
}

static void emit_states_waited_in(struct emitter *emitter)
{
    const struct ir_chain *chain = emitter->chain;
    const struct names names = { liveness(emitter->arena, chain), assigned(emitter->arena, chain) };
    struct packed packed = { emitter->writer, "    ", ",", 0 };

    writer_putf(emitter->writer, "static const struct chain__step chain__steps_%s[] = {\n",
                chain->c_name);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (block->is_state)
            emit_step(emitter, &packed, &names, block);
    writer_put(emitter->writer, "\n};\n");
}

/* ---- branches ------------------------------------------------------------ */

/* The struct that the branches of strands within a slot stand in; NULL: within none. */
static const char *holder_type(const struct emitter *emitter, const struct ir_strand *slot)
{
    const char *name = emitter->chain->c_name;

    return slot == NULL ? arena_format(emitter->arena, "struct %s_branches", name)
                        : arena_format(emitter->arena, "struct %s_%s", name, slot->field);
}

static void emit_items(struct emitter *emitter, const char *state, const struct ir_strand *slot)
{
    const char *type = holder_type(emitter, slot);

    writer_putf(emitter->writer,
                "    { %s, CHAIN__BRANCH_IS_ITEMS, { 0, 0, 0 }, offsetof(%s, %s),\n"
                "      %s, sizeof(%s), offsetof(%s, strand) },\n",
                state, holder_type(emitter, slot->parent->slot), slot->field, slot->limit, type,
                type);
}

static void emit_branch_row(struct emitter *emitter, const char *state,
                            const struct ir_instr *instr)
{
    const struct ir_strand *strand = instr->strand;
    bool is_op = instr->kind != IR_BRANCH_STRAND;

    if (is_op)
        writer_putf(emitter->writer, "    { %s, CHAIN__BRANCH_IS_OP, { \"%s\", %s, 0 },\n      ",
                    state, instr->op != NULL ? instr->op->name : "delay",
                    instr->op != NULL ? "0" : "CHAIN__DUE(chain__delay)");
    else
        writer_putf(emitter->writer, "    { %s, CHAIN__BRANCH_IS_STRAND, { 0, 0, 0 }, ", state);
    writer_putf(emitter->writer, "offsetof(%s, %s.%s), 0, 0, 0 },\n",
                holder_type(emitter, strand->slot), strand->field,
                is_op ? emit_header_of(strand)->op : emit_header_of(strand)->strand);
}

static void emit_branch_rows(struct emitter *emitter, const struct ir_block *state)
{
    for (const struct ir_instr *instr = state->waiter->instrs; instr != NULL; instr = instr->next)
        if (instr->kind == IR_EACH)
            emit_items(emitter, state->state, instr->strand);
        else if (ir_is(instr, IR_STARTS_BRANCHES))
            emit_branch_row(emitter, state->state, instr);
}

/* The name of the promise that has this place while a strand waits in a state;
 * NULL: it has not been started by then, or its block has ended. */
static const char *promise_name(const struct emitter *emitter, const struct ir_strand *promise,
                                const struct ir_block *state)
{
    pos at = state->waiter == NULL ? 0 : state->waiter->end_span.begin;

    for (const struct variable *v = emitter->chain->checked->variables; v != NULL; v = v->next)
        if (v->promise != NULL && v->promise->strand == promise && at > v->span.begin
            && at < v->promise->scope->span.end)
            return v->name;
    return NULL;
}

/* The promises that a strand may have started before it waits in a state. */
static void emit_promise_rows(struct emitter *emitter, const struct ir_block *state)
{
    for (const struct ir_strand *promise = state->strand->promises; promise != NULL;
         promise = promise->next_child)
        writer_putf(
            emitter->writer,
            "    { %s, CHAIN__BRANCH_IS_PROMISE, { %s, 0, 0 }, offsetof(%s, %s.%s), 0, 0, 0 },\n",
            state->state, quoted(emitter, promise_name(emitter, promise, state)),
            holder_type(emitter, promise->slot), promise->field, emit_header_of(promise)->strand);
}

static bool waits_for_branches(const struct ir_block *block)
{
    return block->is_state && block->waiter != NULL && block->waiter->end == IR_JOIN;
}

/* Returns whether there are any. */
static bool emit_branch_table(struct emitter *emitter)
{
    bool any = false;

    for (const struct ir_block *block = emitter->chain->blocks; block != NULL; block = block->next)
        any |= waits_for_branches(block) || (block->is_state && block->strand->promises != NULL);
    if (!any)
        return false;
    writer_putf(emitter->writer, "static const struct chain__branch chain__branches_%s[] = {\n",
                emitter->chain->c_name);
    for (const struct ir_block *block = emitter->chain->blocks; block != NULL; block = block->next)
        if (block->is_state) {
            if (waits_for_branches(block))
                emit_branch_rows(emitter, block);
            emit_promise_rows(emitter, block);
        }
    writer_put(emitter->writer, "    { 0, CHAIN__BRANCHES_END, { 0, 0, 0 }, 0, 0, 0, 0 }\n};\n");
    return true;
}

/* Names that begin with chain__ are never the user's, and members could be macros of theirs. */
void emit_debug(struct emitter *emitter)
{
    const char *name = emitter->chain->c_name, *branches = "0, 0", *names = "0";
    struct arena *arena = emitter->arena;
    unsigned count = emit_names(emitter);

    if (count != 0)
        names = arena_format(arena, "chain__names_%s", name);
    emit_states_waited_in(emitter);
    if (emit_branch_table(emitter))
        branches = arena_format(arena, "chain__branches_%s, offsetof(struct %s_frame, branches)",
                                name, name);
    writer_putf(emitter->writer,
                "static const struct chain__debug chain__debug_%s = {\n"
                "    chain__steps_%s, %u, %s, %s, %u\n};\n",
                name, name, emitter->chain->state_count, branches, names, count);
}

const char *emit_debug_site(const struct emitter *emitter)
{
    return arena_format(emitter->arena, "{ \"\", 0, 0, (const char *)&chain__debug_%s }",
                        emitter->chain->c_name);
}
