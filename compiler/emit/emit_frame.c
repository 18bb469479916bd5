/* emit_frame.c - the structs of a chain in the header: its frame, the items of
 * an each, its branches. */
#include "base/arena.h"
#include "emit/emit.h"

/* What follows an operation's name in that of its struct. */
static const char *struct_suffix(const struct symbol *op)
{
    switch (op->proto_kind) {
    case AST_CHAIN: return "_frame";
    case AST_BLOCKING: return "_call";
    case AST_ASYNC:
    case AST_SYNC: break;
    }
    return "";
}

static void emit_storage_of(struct emitter *emitter, const struct ir_storage *storage)
{
    struct writer *w = emitter->writer;
    const struct symbol *op = storage->op;

    if (op == NULL)
        writer_putf(w, "struct chain__delay %s;\n", storage->member);
    else
        writer_putf(w, "struct %s%s %s;\n", op->c_name, struct_suffix(op), storage->member);
    if (op != NULL && !ctype_is_void(op->value)) {
        emit_declared(emitter, op->value, storage->value);
        writer_put(w, ";\n");
        emit_line_back(emitter);
    }
}

/* Chains that retry have room for the number of the attempt. */
static const char *type_of_member(const struct emitter *emitter, const struct ir_strand *strand,
                                  enum member member)
{
    switch (member) {
    case MEMBER_FAILURE: return strand->retries ? "struct chain__retried" : "struct chain_failure";
    case MEMBER_TIMEOUT: return "struct chain__timeout";
    case MEMBER_DECISION: return "struct chain__decision";
    case MEMBER_SPAWN: return "struct chain__spawn";
    case MEMBER_JOIN:
        return emitter->chain->symbol->retries ? "struct chain__close" : "struct chain__wait";
    case MEMBER_PROMISE: return "struct chain__await";
    case MEMBER_HANDLE: return "struct chain__handle_wait";
    case MEMBER_COUNT: break;
    }
    return "";
}

static void emit_member(struct emitter *emitter, const struct ir_strand *strand, enum member member)
{
    writer_putf(emitter->writer, "%s %s;\n", type_of_member(emitter, strand, member),
                reserved_members[member]);
}

/* `apart`: the failure stands elsewhere. */
static void emit_storage(struct emitter *emitter, const struct ir_strand *strand,
                         struct ctype value, bool apart)
{
    struct writer *w = emitter->writer;

    if (apart && strand->storage == NULL && ctype_is_void(value))
        return;
    writer_put(w, "union {\n");
    w->indent++;
    for (enum member id = apart ? MEMBER_FAILURE + 1 : MEMBER_FAILURE; id < MEMBER_COUNT; id++)
        if (ir_strand_has(strand, id))
            emit_member(emitter, strand, id);
    if (strand->carries)
        writer_putf(
            w, "struct { struct chain__close chain__close; %s chain__carried; } chain__rejected;\n",
            emitter->chain->symbol->carried->type);
    for (const struct ir_storage *storage = strand->storage; storage != NULL;
         storage = storage->next)
        emit_storage_of(emitter, storage);
    if (!ctype_is_void(value)) {
        emit_declared(emitter, value, "value");
        writer_put(w, "; /* the chain's own */\n");
        emit_line_back(emitter);
    }
    w->indent--;
    writer_put(w, "} u;\n");
}

static const char *kind_words(const struct variable *variable)
{
    switch (variable->kind) {
    case VARIABLE_PARAMETER: return "parameter";
    case VARIABLE_VAR: return "var";
    case VARIABLE_BINDING: return "as";
    case VARIABLE_PROMISE: return "start";
    case VARIABLE_IT: return "value";
    case VARIABLE_ERR: return "handler";
    case VARIABLE_RESULT: return "the chain's value";
    case VARIABLE_KEPT: return "kept by finally";
    case VARIABLE_EXIT: return "where a jump leads";
    case VARIABLE_MEMBER: break;
    case VARIABLE_ATTEMPT: return "retry";
    case VARIABLE_CAUSES: return "of any";
    }
    return "";
}

void emit_origin(struct emitter *emitter, const struct variable *v)
{
    struct writer *w = emitter->writer;
    struct place place;

    writer_put(w, "/* ");
    if (v->span.begin != 0) {
        place = source_place(emitter->program->sources, v->span.begin);
        writer_putf(w, "%d: ", place.line);
    }
    writer_put(w, v->from != NULL && v->kind != VARIABLE_PARAMETER ? v->from : kind_words(v));
    writer_put(w, " */\n");
}

static void emit_part(struct emitter *emitter, const struct field_part *part)
{
    emit_type_line(emitter, part->type);
    emit_at(emitter, part->type.at);
    writer_put(emitter->writer, emit_carrying(emitter, part->variable, part->field));
    writer_put(emitter->writer, "; ");
    emit_origin(emitter, part->variable);
    emit_line_back(emitter);
}

static void emit_field(struct emitter *emitter, const struct field *field)
{
    struct writer *w = emitter->writer;

    if (field->parts->next == NULL) {
        emit_part(emitter, field->parts);
        return;
    }
    writer_put(w, "union {\n");
    w->indent++;
    for (const struct field_part *part = field->parts; part != NULL; part = part->next)
        emit_part(emitter, part);
    w->indent--;
    writer_put(w, "};\n");
}

static void emit_scope(struct emitter *emitter, const struct scope *scope);

/* One of several blocks that share storage. */
static void emit_shared(struct emitter *emitter, const struct scope *scope)
{
    struct writer *w = emitter->writer;

    writer_put(w, "struct {\n");
    w->indent++;
    emit_scope(emitter, scope);
    w->indent--;
    writer_putf(w, "} %s;\n", scope->member);
}

/* Blocks that one strand runs one after another share storage. */
static void emit_siblings(struct emitter *emitter, const struct scope *scope,
                          const struct ir_strand *strand)
{
    struct writer *w = emitter->writer;
    bool shared = frame_scope_siblings(scope, strand) > 1;

    if (shared) {
        writer_put(w, "union {\n");
        w->indent++;
    }
    for (struct scope *child = scope->children; child != NULL; child = child->next) {
        if (child->strand != strand || frame_scope_is_item(child) || frame_scope_is_empty(child))
            continue;
        if (shared)
            emit_shared(emitter, child);
        else
            emit_scope(emitter, child);
    }
    if (shared) {
        w->indent--;
        writer_putf(w, "} %s;\n", frame_scope_union(scope, strand));
    }
}

static void emit_scope(struct emitter *emitter, const struct scope *scope)
{
    for (const struct field *field = scope->fields; field != NULL; field = field->next_in_scope)
        if (!field->gives_way)
            emit_field(emitter, field);
    if (scope->children == NULL)
        return;
    for (const struct ir_strand *strand = emitter->chain->strands; strand != NULL;
         strand = strand->next)
        emit_siblings(emitter, scope, strand);
}

/* A failure takes the place of what is waited for, and of fields that nothing
 * needs any more when there is one. */
static void emit_overlay(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;

    writer_put(
        w, "__extension__ union { /* a failure may overwrite these: nothing needs them then */\n");
    w->indent++;
    emit_member(emitter, chain->strands, MEMBER_FAILURE);
    writer_put(w, "struct {\n");
    w->indent++;
    emit_storage(emitter, chain->strands, chain->symbol->value, true);
    for (const struct field *field = chain->frame->fields; field != NULL; field = field->next)
        if (field->gives_way)
            emit_field(emitter, field);
    w->indent--;
    writer_put(w, "};\n");
    w->indent--;
    writer_put(w, "};\n");
}

void emit_frame(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;

    emit_carried(emitter);
    writer_putf(w, "/* The frame of %s: what it keeps between its steps. */\nstruct %s_frame {\n",
                chain->c_name, chain->c_name);
    w->indent++;
    if (chain->frame->overlaid)
        emit_overlay(emitter);
    else
        emit_storage(emitter, chain->strands, chain->symbol->value, false);
    writer_put(w, "const struct chain_caller *caller;\n");
    if (chain->has_branches)
        writer_putf(w, "struct %s_branches *branches;\n", chain->c_name);
    if (chain->checked->spawns != NULL)
        writer_put(w, "struct chain__nursery nursery; /* its instances */\n");
    emit_scope(emitter, chain->checked->scope);
    w->indent--;
    writer_put(w, "};\n\n");
}

static void emit_callees(struct emitter *emitter, const struct ir_strand *strand)
{
    for (const struct ir_storage *callee = strand->callees; callee != NULL; callee = callee->next)
        writer_putf(emitter->writer, "struct %s_branches %s;\n", callee->op->c_name,
                    c_names_callee_member(emitter->arena, strand, callee->op));
}

/* The slot in whose struct a strand's struct stands; NULL: in that of the branches. */
static const struct ir_strand *holder_of(const struct ir_strand *strand)
{
    return strand->is_slot ? strand->parent->slot : strand->slot;
}

static void emit_alignment(struct emitter *emitter, const char *header, const char *type, bool *any)
{
    if (*any)
        writer_put(emitter->writer, " | ");
    else
        writer_putf(emitter->writer, "CHAIN__PAD(sizeof(%s), ", header);
    writer_putf(emitter->writer, "CHAIN__ALIGN(%s)", type);
    *any = true;
}

/* Before the header of a branch: what it waits for follows the header directly,
 * however that is aligned (rule 4). */
static void emit_padding(struct emitter *emitter, const struct ir_strand *strand,
                         const char *header)
{
    bool any = false;

    for (const struct ir_storage *storage = strand->storage; storage != NULL;
         storage = storage->next) {
        const struct symbol *op = storage->op;
        if (op != NULL && (op->proto_kind != AST_ASYNC || op->state != NULL))
            emit_alignment(emitter, header,
                           arena_format(emitter->arena, "struct %s%s", op->c_name,
                                        struct_suffix(op)),
                           &any);
        if (op != NULL && ctype_may_be_overaligned(op->value))
            emit_alignment(emitter, header,
                           arena_format(emitter->arena, "%s%s", op->value.before, op->value.after),
                           &any);
    }
    writer_put(emitter->writer, any ? ")\n" : "");
}

static void emit_branch(struct emitter *emitter, const struct ir_strand *strand)
{
    static const struct ctype no_value = { NULL, "", 0 };
    const struct emit_header *header = emit_header_of(strand);
    struct writer *w = emitter->writer;
    bool in_brackets;

    if (strand->is_slot) {
        emit_count_line(emitter, strand->limit, strand->limit_span);
        writer_putf(w, "struct %s_%s %s[", emitter->chain->c_name, strand->field, strand->field);
        emit_at(emitter, strand->limit_span.begin);
        in_brackets = *source_text(emitter->program->sources, strand->limit_span) == '(';
        writer_putf(w, in_brackets ? "(%s)];\n" : "%s];\n", strand->limit);
        emit_line_back(emitter);
    } else if (strand->parent != NULL) {
        writer_putf(w, "struct { /* %s */\n", emit_place_words(emitter, strand->span));
        w->indent++;
        emit_padding(emitter, strand, header->type);
        writer_putf(w, "%s %s;\n", header->type, header->member);
        emit_storage(emitter, strand, no_value, false);
        w->indent--;
        writer_putf(w, "} %s;\n", strand->field);
    }
    if (!strand->is_slot) /* a slot's stand in its own struct */
        emit_callees(emitter, strand);
}

/* What one item of an each keeps. Its storage follows its strand, as the frame of a chain does. */
static void emit_slot(struct emitter *emitter, const struct ir_strand *slot)
{
    static const struct ctype no_value = { NULL, "", 0 };
    struct writer *w = emitter->writer;
    const char *name = emitter->chain->c_name;

    writer_putf(w, "/* One item of the each at %s. */\nstruct %s_%s {\n",
                emit_place_words(emitter, slot->span), name, slot->field);
    w->indent++;
    emit_padding(emitter, slot, "struct chain_strand");
    writer_put(w, "struct chain_strand strand;\n");
    emit_storage(emitter, slot, no_value, false);
    writer_putf(w, "struct %s_frame *chain__frame;\n", name);
    if (slot->parent->slot != NULL)
        writer_putf(w, "struct %s_%s *chain__outer;\n", name, slot->parent->slot->field);
    emit_scope(emitter, slot->scope);
    for (const struct ir_strand *strand = emitter->chain->strands; strand != NULL;
         strand = strand->next)
        if (holder_of(strand) == slot)
            emit_branch(emitter, strand);
    emit_callees(emitter, slot);
    w->indent--;
    writer_put(w, "};\n");
    writer_putf(
        w,
        "CHAIN_STATIC_ASSERT(offsetof(struct %s_%s, u) == offsetof(struct %s_%s, strand) + sizeof(struct chain_strand),\n"
        "                    \"storage follows its header: types are aligned to 128 bytes at most\");\n\n",
        name, slot->field, name, slot->field);
}

/* Inner ones, which come later, first: a slot contains those of the eachs in its body. */
void emit_slots(struct emitter *emitter, const struct ir_strand *first)
{
    const struct ir_strand **slots;
    size_t count = 0;

    for (const struct ir_strand *strand = first; strand != NULL; strand = strand->next)
        count += strand->is_slot;
    slots = arena_alloc(emitter->arena, (count + 1) * sizeof *slots);
    count = 0;
    for (const struct ir_strand *strand = first; strand != NULL; strand = strand->next)
        if (strand->is_slot)
            slots[count++] = strand;
    while (count-- > 0)
        emit_slot(emitter, slots[count]);
}

/* An operation finds its header directly before its struct, so nothing may come
 * between, however its type is aligned. */
static void emit_branch_asserts(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const char *name = emitter->chain->c_name;

    for (const struct ir_strand *strand = emitter->chain->strands->next; strand != NULL;
         strand = strand->next)
        if (strand->slot == NULL)
            writer_putf(
                w,
                "CHAIN_STATIC_ASSERT(offsetof(struct %s_branches, %s.u) == offsetof(struct %s_branches, %s.%s) + sizeof(%s),\n"
                "                    \"storage follows its header: types are aligned to 128 bytes at most\");\n",
                name, strand->field, name, strand->field, emit_header_of(strand)->member,
                emit_header_of(strand)->type);
    writer_put(w, emitter->chain->strands->next == NULL ? "" : "\n");
}

void emit_branches(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;

    writer_putf(
        w,
        "/* The branches of %s: headers here never become anything else (rule 4). */\nstruct %s_branches {\n",
        chain->c_name, chain->c_name);
    w->indent++;
    writer_putf(w, "struct %s_frame *frame;\n", chain->c_name);
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        if (holder_of(strand) == NULL)
            emit_branch(emitter, strand);
    w->indent--;
    writer_put(w, "};\n\n");
    emit_branch_asserts(emitter);
}
