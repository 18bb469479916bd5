/* emit_instr.c - one instruction of a block as C statements. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "emit/emit.h"

static const char *strand_op(const struct emitter *emitter)
{
    return arena_format(emitter->arena, "&%s->op", emitter->chain->local.strand);
}

/* ---- values -------------------------------------------------------------- */

/* A comma operator needs brackets where it is assigned. */
static void emit_value(struct emitter *emitter, const struct text *text)
{
    bool brackets = false;

    for (const struct piece *piece = text->pieces; piece != NULL; piece = piece->next)
        if (piece->kind == PIECE_TEXT && memchr(piece->text, ',', piece->length) != NULL)
            brackets = true;
    writer_put(emitter->writer, brackets ? "(" : "");
    emit_text(emitter, text);
    writer_put(emitter->writer, brackets ? ")" : "");
}

static bool is_braced(const struct text *text)
{
    const struct piece *piece = text->pieces;
    const char *p;

    if (piece == NULL || piece->kind != PIECE_TEXT)
        return false;
    for (p = piece->text; p < piece->text + piece->length && strchr(" \t\r\n", *p) != NULL; p++)
        ;
    return p < piece->text + piece->length && *p == '{';
}

bool emit_needs_copy(const struct ir_instr *instr)
{
    return instr->kind == IR_EVAL && instr->variable != NULL
           && (*instr->variable->type.after == '[' || is_braced(instr->text));
}

/* What has no assignment in C is copied: arrays, and whatever is initialized with braces. */
static void emit_initial(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const char *path = emit_variable_path(emitter, instr->variable);

    writer_putf(w, "    {\n        %s = ",
                ctype_declare(emitter->arena, instr->variable->type,
                              emit_own_name(emitter, OWN_INITIAL)));
    emit_text(emitter, instr->text);
    writer_putf(w, ";\n        memcpy(&%s, &%s, sizeof %s);\n    }\n", path,
                emit_own_name(emitter, OWN_INITIAL), emit_own_name(emitter, OWN_INITIAL));
}

static void emit_eval(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const struct variable *variable = instr->variable;

    emit_line(emitter, instr->text->span);
    if (emit_needs_copy(instr))
        emit_initial(emitter, instr);
    else if (variable == NULL) {
        writer_put(w, "    (void)(");
        emit_text(emitter, instr->text);
        writer_put(w, ");\n");
    } else {
        writer_putf(w, "    %s = ", emit_variable_path(emitter, variable));
        emit_value(emitter, instr->text);
        writer_put(w, ";\n");
    }
    emit_line_back(emitter);
}

/* What settled in the storage that the chain's own value shares, as one of
 * another type: the two overlap, so it is read before it is assigned. */
static void emit_take_over(struct emitter *emitter, const struct ir_instr *instr, const char *from)
{
    writer_putf(emitter->writer, "    {\n        %s = %s;\n",
                ctype_declare(emitter->arena, instr->op->value, emit_own_name(emitter, OWN_TAKEN)),
                from);
    emit_line(emitter, instr->span);
    writer_putf(emitter->writer, "        %s = %s;\n", emit_variable_path(emitter, instr->variable),
                emit_own_name(emitter, OWN_TAKEN));
    emit_line_back(emitter);
    writer_put(emitter->writer, "    }\n");
}

/* The C compiler reports a value of another type at the line of the step. */
static void emit_take(struct emitter *emitter, const struct ir_instr *instr)
{
    const struct variable *variable = instr->variable;
    const char *from =
        arena_format(emitter->arena, "%s.%s", emit_storage_path(emitter, instr->strand),
                     emit_storage_value(instr->strand, instr->op));
    bool same = ctype_same(variable->type, instr->op->value);
    bool in_place =
        instr->strand->parent == NULL && frame_place(emitter->chain->frame, variable)->in_storage;

    if (in_place && (same || variable->kind == VARIABLE_IT))
        return; /* it is there */
    if (in_place) {
        emit_take_over(emitter, instr, from);
        return;
    }
    if (!same)
        emit_line(emitter, instr->span);
    writer_putf(emitter->writer, "    %s = %s;\n", emit_variable_path(emitter, variable), from);
    if (!same)
        emit_line_back(emitter);
}

/* The bits that say that a variable owns its value now. */
static void emit_done(struct emitter *emitter, const struct ir_instr *instr, const char *indent)
{
    if (instr->done != NULL)
        writer_putf(emitter->writer, "%s%s |= %uu;\n", indent,
                    emit_variable_path(emitter, instr->done), instr->number);
}

static void emit_adopt(struct emitter *emitter, const struct ir_instr *instr)
{
    const struct ir_strand *strand = instr->strand;

    writer_putf(emitter->writer, "    if (%s(&%s)) {\n        %s = %s.%s;\n",
                instr->is_branch ? "chain__branch_arrived" : "chain__arrived",
                instr->is_branch
                    ? emit_op_path(emitter, strand)
                    : arena_format(emitter->arena, "%s->op", emitter->chain->local.strand),
                emit_variable_path(emitter, instr->variable), emit_storage_path(emitter, strand),
                emit_storage_value(strand, instr->op));
    emit_done(emitter, instr, "        ");
    writer_put(emitter->writer, "    }\n");
}

/* ---- sync functions ------------------------------------------------------ */

static void emit_failing_sync(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const struct symbol *op = instr->op;
    bool has_value = !ctype_is_void(op->value);
    const char *it = emit_own_name(emitter, OWN_IT),
               *test =
                   arena_format(emitter->arena, "%s(%s, %s(%s%s%s))",
                                op->fails_message != NULL ? "chain__fails_saying" : "chain__fails",
                                strand_op(emitter), emit_fails_name(emitter, op),
                                has_value ? it : "", has_value && op->says ? ", " : "",
                                op->says ? emit_carried_of(emitter, instr->strand) : "");

    if (has_value)
        writer_put(w, "    {\n");
    emit_line(emitter, instr->span);
    writer_put(w, "    ");
    if (has_value)
        writer_putf(w, "    %s = ", ctype_declare(emitter->arena, op->value, it));
    writer_putf(w, "%s(", op->c_name);
    emit_arguments(emitter, instr->args);
    writer_put(w, ");\n");
    emit_line_back(emitter);
    if (instr->variable == NULL)
        writer_putf(w, "        (void)%s;\n", test);
    else if (instr->done == NULL)
        writer_putf(w, "        if (!%s) %s = %s;\n", test,
                    emit_variable_path(emitter, instr->variable), it);
    else {
        writer_putf(w, "        if (!%s) {\n            %s = %s;\n", test,
                    emit_variable_path(emitter, instr->variable), it);
        emit_done(emitter, instr, "            ");
        writer_put(w, "        }\n");
    }
    if (has_value)
        writer_put(w, "    }\n");
}

static void emit_sync(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const struct symbol *op = instr->op;

    if (op->fails != NULL) {
        emit_failing_sync(emitter, instr);
        return;
    }
    emit_line(emitter, instr->span);
    if (instr->variable != NULL)
        writer_putf(w, "    %s = %s(", emit_variable_path(emitter, instr->variable), op->c_name);
    else
        writer_putf(w, "    %s%s(", ctype_is_void(op->value) ? "" : "(void)", op->c_name);
    emit_arguments(emitter, instr->args);
    writer_put(w, ");\n");
    emit_line_back(emitter);
    emit_done(emitter, instr, "    ");
}

static void emit_do(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    bool rejects = instr->node->u.do_.rejects, tells = rejects && instr->done != NULL;

    if (tells)
        writer_putf(w, "    {\n        int %s = 0;\n    ", emit_own_name(emitter, OWN_REJECTED));
    if (instr->variable != NULL)
        emit_value_line(emitter, instr->variable->type, instr->span.begin);
    writer_put(w, "    ");
    if (instr->variable != NULL)
        writer_putf(w, "%s = ", emit_variable_path(emitter, instr->variable));
    else if (rejects || !ctype_is_void(instr->node->type))
        writer_put(w, "(void)");
    writer_putf(w, "%s(", instr->function->name);
    if (emit_homes(emitter, instr->node->u.do_.body, false) && rejects)
        writer_put(w, ", ");
    writer_put(w, rejects ? chain->local.strand : "");
    if (rejects && instr->node->resource != NULL)
        writer_putf(w, ", &%s", emit_own_name(emitter, OWN_REJECTED));
    writer_put(w, ");\n");
    emit_line_back(emitter);
    if (tells) {
        writer_putf(w, "        if (!%s)\n", emit_own_name(emitter, OWN_REJECTED));
        emit_done(emitter, instr, "            ");
        writer_put(w, "    }\n");
    } else
        emit_done(emitter, instr, "    ");
}

/* ---- rejections ---------------------------------------------------------- */

static void emit_raise(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    unsigned count = 0;

    for (const struct text *arg = instr->args; arg != NULL; arg = arg->next)
        count++;
    emit_line(emitter, instr->span);
    writer_putf(w, "    (void)chain__raise(%s, ", strand_op(emitter));
    emit_arguments(emitter, instr->args);
    writer_put(w, count < 2 ? ", NULL, 0);\n" : count < 3 ? ", 0);\n" : ");\n");
    emit_line_back(emitter);
    writer_putf(w, "    chain__originates(%s, &%s_sites[%s]);\n", strand_op(emitter),
                emitter->chain->c_name, emit_site_name(emitter, instr->number));
}

static void emit_error(struct emitter *emitter, const struct ir_instr *instr)
{
    bool keeps = instr->variable->carries;

    writer_putf(emitter->writer, "    %s = chain__error%s(%s, &%s%s%s);\n",
                emit_variable_path(emitter, instr->variable), keeps ? "_kept" : "",
                strand_op(emitter), emit_failure_path(emitter, instr->strand), keeps ? ", " : "",
                keeps ? emit_carried_by(emitter, instr->variable) : "");
}

static void emit_catch(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;

    if (instr->variable != NULL)
        emit_error(emitter, instr);
    writer_putf(w, "    %s->op.code = 0;\n", emitter->chain->local.strand);
}

/* ---- branches ------------------------------------------------------------ */

static void emit_branch(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const char *storage = emit_storage_path(emitter, instr->strand),
               *op = emit_op_path(emitter, instr->strand);
    const struct ir_chain *chain = emitter->chain;
    bool of_frame = instr->strand->parent->parent == NULL;

    emit_line(emitter, instr->span);
    if (of_frame)
        writer_putf(w, "    if (chain__frame_branch(%s, &%s, offsetof(struct %s_branches, %s.%s), ",
                    chain->local.strand, op, chain->c_name, instr->strand->field,
                    instr->strand->is_strand ? "strand.op" : "op");
    else
        writer_putf(w, "    if (chain__branch(%s, &%s, ", chain->local.strand, op);
    writer_putf(w, "%s))\n        ", emit_site_name(emitter, instr->number));
    if (instr->kind == IR_BRANCH_OP) {
        writer_putf(w, "%s_start(&%s.%s%s", instr->op->c_name, storage,
                    emit_storage_member(instr->strand, instr->op), instr->args != NULL ? ", " : "");
        emit_arguments(emitter, instr->args);
        writer_put(w, ");\n");
    } else {
        emit_delay_start(emitter, instr->node, storage);
        writer_put(w, "\n");
    }
    emit_line_back(emitter);
}

/* A duration in ns, or a time of the clock. */
static void emit_ns(struct emitter *emitter, const struct node *delay)
{
    struct writer *w = emitter->writer;

    if (delay->u.delay.count == NULL)
        writer_putf(w, "INT64_C(%lld)", (long long)delay->u.delay.ns);
    else {
        emit_at_line(emitter, delay->u.delay.count->span.begin);
        /* what C misses at the end of the text it misses here, not in the macro */
        writer_put(w,
                   delay->u.delay.unit == 0 ? "chain__whole((" : "chain__duration(chain__whole((");
        emit_text(emitter, delay->u.delay.count);
        if (delay->u.delay.unit == 0)
            writer_put(w, ")).size");
        else
            writer_putf(w, ")), INT64_C(%lld))", (long long)delay->u.delay.unit);
    }
}

void emit_delay_start(struct emitter *emitter, const struct node *node, const char *storage)
{
    writer_putf(emitter->writer, "chain__delay_%s(&%s.delay, ",
                node->u.delay.unit == 0 ? "until" : "start", storage);
    emit_ns(emitter, node);
    writer_put(emitter->writer, ");");
}

void emit_pause_start(struct emitter *emitter, const struct node *retry, const char *storage)
{
    struct writer *w = emitter->writer;
    const struct node *pause = retry->u.retry->pause; /* it does not double */

    writer_putf(w, "chain__delay_start(&%s.delay, chain__backoff(%s, %s, ", storage,
                emitter->chain->local.loop,
                pause != NULL ? "1" : emit_variable_path(emitter, retry->u.retry->attempt));
    emit_ns(emitter, pause != NULL ? pause : retry->u.retry->backoff);
    writer_put(w, ", ");
    if (retry->u.retry->to != NULL)
        emit_ns(emitter, retry->u.retry->to);
    else
        writer_put(w, "INT64_MAX");
    writer_putf(w, ", %s));", retry->u.retry->jitter != NULL ? retry->u.retry->jitter : "0");
}

/* settle: what became of a branch. */
static void emit_branch_outcome(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const char *path = emit_variable_path(emitter, instr->variable),
               *op = emit_op_path(emitter, instr->strand);

    if (instr->variable->carries)
        writer_putf(w, "    chain__carry(%s.code, &%s, %s);\n", op,
                    emit_failure_path(emitter, instr->strand),
                    emit_carried_by(emitter, instr->variable));
    writer_putf(
        w,
        "    %s.outcome = chain__outcome_of(&%s);\n    if (%s.code > 0)\n        %s.error = chain__error(&%s, &%s);\n",
        path, op, op, path, op, emit_failure_path(emitter, instr->strand));
    if (instr->from != NULL)
        writer_putf(w, "    else if (%s.code == 0)\n        %s = %s.%s;\n", op,
                    emit_variable_path(emitter, instr->from),
                    emit_storage_path(emitter, instr->strand),
                    emit_storage_value(instr->strand, instr->op));
}

/* settle each: the same for an item, whose error is all zero if it was not rejected. */
static void emit_settled(struct emitter *emitter, const struct ir_instr *instr)
{
    const char *path = emit_variable_path(emitter, instr->variable);

    if (instr->variable->carries)
        writer_putf(emitter->writer, "    chain__carry(%s->op.code, &%s, %s);\n",
                    emitter->chain->local.strand, emit_failure_path(emitter, instr->strand),
                    emit_carried_by(emitter, instr->variable));
    writer_putf(
        emitter->writer,
        "    %s.outcome = chain__outcome_of(%s);\n    %s.error = chain__error_of(%s, &%s);\n", path,
        strand_op(emitter), path, strand_op(emitter), emit_failure_path(emitter, instr->strand));
}

static void emit_cause(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const char *path = emit_variable_path(emitter, instr->variable);

    bool keeps = emitter->chain->symbol->carried != NULL;
    const char *head = arena_format(emitter->arena, "&%s.chain__head", path);
    unsigned last = instr->number;

    if (keeps && instr->number == 0) {
        for (const struct ir_instr *next = instr->next; next != NULL && next->kind == IR_CAUSE;
             next = next->next)
            last = next->number;
        writer_putf(w, "    chain__gather(CHAIN__ROOM(%s), %u);\n", path, last + 1);
    }
    writer_putf(w, "    %s.chain__causes[%u] = chain__cause%s(&%s, &%s%s%s);\n", path,
                instr->number, keeps ? "_kept" : "", emit_op_path(emitter, instr->strand),
                emit_failure_path(emitter, instr->strand), keeps ? ", " : "", keeps ? head : "");
    if (instr->next == NULL || instr->next->kind != IR_CAUSE)
        writer_putf(w, "    chain__causes(%s, %s, %u);\n", strand_op(emitter), head,
                    instr->number + 1);
}

static void emit_timeout(struct emitter *emitter, const struct ir_instr *instr)
{
    emit_line(emitter, instr->span);
    writer_putf(emitter->writer, "    chain__timeout_%s(%s, %s, ",
                instr->node->u.delay.unit == 0 ? "until" : "start", emitter->chain->local.strand,
                emitter->chain->local.loop);
    emit_ns(emitter, instr->node);
    writer_put(emitter->writer, ");\n");
    emit_line_back(emitter);
}

static void emit_stagger(struct emitter *emitter, const struct ir_instr *instr)
{
    emit_line(emitter, instr->node->span);
    writer_putf(emitter->writer, "    chain__stagger_begin(&%s, ",
                emit_variable_path(emitter, instr->variable));
    emit_ns(emitter, instr->node);
    writer_put(emitter->writer, ");\n");
    emit_line_back(emitter);
}

void emit_stagger_start(struct emitter *emitter, const struct variable *stagger,
                        const char *storage)
{
    writer_putf(emitter->writer, "chain__stagger_start(&%s.delay, &%s);", storage,
                emit_variable_path(emitter, stagger));
}

/* The runtime calls a combinator by its word: CHAIN__RACE. */
static const char *fork_name(const struct emitter *emitter, const struct ir_instr *fork)
{
    const char *word = ast_form_traits[fork->fork_kind].word;
    return arena_format(emitter->arena, "CHAIN__%s", c_names_upper(emitter->arena, word));
}

/* Starts a slot: it finds the frame, and the slot around it, through pointers. */
static void emit_slot_start(struct emitter *emitter, const struct ir_instr *instr,
                            const char *indent, const char *start, const char *parent)
{
    struct writer *w = emitter->writer;
    const struct ir_strand *slot = instr->strand, *outer = slot->parent->slot;
    const char *at = emit_own_name(emitter, OWN_SLOT);

    writer_putf(w, "%s%s->chain__frame = %s;\n", indent, at, emitter->chain->local.frame);
    if (outer != NULL)
        writer_putf(w, "%s%s->chain__outer = %s;\n", indent, at, outer->local);
    writer_putf(w, "%s%s(%s, &%s->strand, %s, %s);\n", indent, start, parent, at,
                emitter->chain->local.loop, instr->to->state);
}

/* As many slots as there are items, up to the limit; each takes its items
 * itself. While they are started there seems to be only the next item, so that
 * no slot takes a second one before every slot has one. Those that are free
 * again then go on. */
static void emit_each_in(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    const struct ir_strand *slot = instr->strand;
    const char *next = emit_variable_path(emitter, instr->variable),
               *high = emit_variable_path(emitter, instr->from);
    const char *slots = emit_slots_path(emitter, slot), *all = emit_own_name(emitter, OWN_HIGH);
    const char *count = emit_own_name(emitter, OWN_SLOTS), *i = emit_own_name(emitter, OWN_INDEX);

    writer_putf(w,
                "    {\n        size_t %s = %s;\n        unsigned %s = chain__slots(%s, %s, %s);\n",
                all, high, count, next, all, slot->limit);
    writer_putf(w, "        chain__fork(%s, %s, %s, %s);\n", chain->local.strand,
                fork_name(emitter, instr), count, instr->after->state);
    writer_putf(w, "        for (unsigned %s = 0; %s < %s; %s++) { /* an item for each slot */\n",
                i, i, count, i);
    writer_putf(w, "            struct %s_%s *%s = &%s[%s];\n            %s = %s + 1;\n",
                chain->c_name, slot->field, emit_own_name(emitter, OWN_SLOT), slots, i, high, next);
    emit_slot_start(emitter, instr, "            ", "chain__strand_start", chain->local.strand);
    writer_putf(w, "        }\n        %s = %s;\n", high, all);
    writer_putf(
        w,
        "        for (unsigned %s = 0; %s < %s && %s < %s; %s++) /* those that are free take more */\n",
        i, i, count, next, all, i);
    writer_putf(w, "            chain__slot_again(%s, &%s[%s].strand, %s, %s);\n    }\n",
                chain->local.strand, slots, i, chain->local.loop, instr->to->state);
}

/* One slot, which starts the others. */
static void emit_each_from(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;

    writer_putf(w, "    {\n        struct %s_%s *%s = &%s[0];\n", chain->c_name,
                instr->strand->field, emit_own_name(emitter, OWN_SLOT),
                emit_slots_path(emitter, instr->strand));
    writer_putf(w, "        chain__fork(%s, %s, 1, %s);\n", chain->local.strand,
                fork_name(emitter, instr), instr->after->state);
    emit_slot_start(emitter, instr, "        ", "chain__strand_start", chain->local.strand);
    writer_put(w, "    }\n");
}

static void emit_each(struct emitter *emitter, const struct ir_instr *instr)
{
    if (instr->variable != NULL)
        emit_each_in(emitter, instr);
    else
        emit_each_from(emitter, instr);
}

static void emit_next_slot(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const struct ir_strand *slot = instr->strand;
    const char *slots = emit_slots_path(emitter, slot),
               *parent = emit_strand_path(emitter, slot->parent), *name = emitter->chain->c_name;
    const char *at = emit_own_name(emitter, OWN_SLOT), *free = emit_own_name(emitter, OWN_FREE);

    writer_put(w, "    { /* a free slot asks for the next item meanwhile */\n");
    writer_putf(
        w,
        "        struct chain_strand *%s = chain__free_slot(%s, &%s[0].strand, sizeof *%s, %s);\n",
        free, parent, slots, slots, slot->limit);
    writer_putf(w, "        %s = %s != NULL;\n        if (%s != NULL) {\n",
                emit_variable_path(emitter, instr->variable), free, free);
    writer_putf(
        w,
        "            struct %s_%s *%s = (struct %s_%s *)(void *)((char *)%s - offsetof(struct %s_%s, strand));\n",
        name, slot->field, at, name, slot->field, free, name, slot->field);
    emit_slot_start(emitter, instr, "            ", "chain__strand_queue", parent);
    writer_put(w, "        }\n    }\n");
}

/* ---- one runtime call ---------------------------------------------------- */

static const char *number_text(const struct emitter *emitter, unsigned number)
{
    return arena_format(emitter->arena, "%u", number);
}

/* What a hole of a statement in ir.def stands for. */
static const char *hole_text(struct emitter *emitter, const char *name,
                             const struct ir_instr *instr)
{
    const struct ir_chain *chain = emitter->chain;

#define IS(word) (strncmp(name, word "}", sizeof word) == 0)
    return IS("strand")     ? chain->local.strand
           : IS("op")       ? strand_op(emitter)
           : IS("loop")     ? chain->local.loop
           : IS("variable") ? emit_variable_path(emitter, instr->variable)
           : IS("from")     ? emit_variable_path(emitter, instr->from)
           : IS("number")   ? number_text(emitter, instr->number)
           : IS("storage")  ? emit_storage_path(emitter, instr->strand)
           : IS("branch")   ? emit_strand_path(emitter, instr->strand)
           : IS("own")      ? instr->strand->parent->states->state
           : IS("promise")  ? emit_promise_path(emitter, instr->strand)
           : IS("parent")   ? emit_strand_path(emitter, instr->strand->parent)
           : IS("fork")     ? fork_name(emitter, instr)
           : IS("to")       ? instr->to->state
                            : instr->after->state;
#undef IS
}

static void emit_statement(struct emitter *emitter, const char *code, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const char *hole;

    writer_put(w, "    ");
    for (; (hole = strstr(code, "${")) != NULL; code = strchr(hole, '}') + 1) {
        writer_put_bytes(w, code, (size_t)(hole - code));
        writer_put(w, hole_text(emitter, hole + 2, instr));
    }
    writer_putf(w, "%s\n", code);
}

/* ---- every kind ---------------------------------------------------------- */

/* Its code: a statement with holes, or the function that writes it. */
static const struct {
    const char *statement;
    void (*function)(struct emitter *emitter, const struct ir_instr *instr);
} codes[] = {
#define CALL(statement) \
    {                   \
        statement, NULL \
    }
#define BY(function)   \
    {                  \
        NULL, function \
    }
#define INSTR(kind, dump, access, place, raises, flags, code) [kind] = code,
#include "machine/ir.def"
};

void emit_instr(struct emitter *emitter, const struct ir_instr *instr)
{
    const char *statement = codes[instr->kind].statement;

    if (!ir_is(instr, IR_QUIET))
        emit_steps_at(emitter, instr->span.begin);
    if (statement == NULL)
        codes[instr->kind].function(emitter, instr);
    else if (*statement != '\0')
        emit_statement(emitter, statement, instr);
}
