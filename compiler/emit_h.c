/* emit_h.c - the header: what C code needs to run the chains and to write the operations. */
#include <ctype.h>
#include <string.h>

#include "arena.h"
#include "ctext.h"
#include "emit.h"

/* ---- declarations ---- */

/* A resource is, to C, the type behind it. */
static void emit_resource(struct emitter *emitter, const struct symbol *resource)
{
    putf(emitter->writer, "typedef %s; /* released by %s */\n\n", ctype_declare(emitter->arena, resource->value, resource->name),
         resource->resource->u.resource.releases->name);
}

static void emit_item(struct emitter *emitter, const struct ast_item *item)
{
    struct writer *w = emitter->writer;
    const struct symbol *op;

    switch (item->kind) {
    case AST_CPP:
        putf(w, "%s\n", item->u.c->text);
        break;
    case AST_CDECL:
        putf(w, "%s;\n\n", item->u.c->text);
        break;
    case AST_CODES:
        emit_code_enum(emitter, item->u.codes);
        break;
    case AST_IMPORT:
        for (const struct unit *unit = emitter->program->units; unit != NULL; unit = unit->next)
            if (unit->file == item->u.string.file && unit->include != NULL && !(unit->installed && emitter->options->vendored))
                putf(w, "#include %s\n", unit->include);
        break;
    case AST_PROTO:
        op = symbol_find(emitter->program, item->u.proto->name->name);
        if (op->proto_kind == AST_ASYNC)
            emit_operation(emitter, op);
        else if (op->proto_kind == AST_BLOCKING)
            emit_blocking_struct(emitter, op);
        break;
    case AST_RESOURCE:
        emit_resource(emitter, symbol_find(emitter->program, item->u.resource.name->name));
        break;
    case AST_PROLOGUE: case AST_REQUIRE:
        break;
    }
}

/* In their order, but a resource may stand below the operations that mention it. */
static void emit_items(struct emitter *emitter)
{
    bool hoisted = false;

    for (const struct ast_item *item = emitter->program->units->file->items; item != NULL; item = item->next) {
        if (item->kind == AST_CPP || item->kind == AST_IMPORT || (hoisted && item->kind == AST_RESOURCE))
            continue;
        if (item->kind == AST_PROTO && item->u.proto->kind == AST_ASYNC && !hoisted) {
            hoisted = true;
            for (const struct ast_item *later = item; later != NULL; later = later->next)
                if (later->kind == AST_RESOURCE)
                    emit_item(emitter, later);
        }
        emit_item(emitter, item);
    }
}

/* ---- chains ---- */

static void emit_states(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    const char *comma = "";

    putf(w, "/* Where %s can be resumed. */\nenum %s_state {\n", chain->c_name, chain->c_name);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
        if (!block->is_state)
            continue;
        putf(w, "%s    %s", comma, block->state);
        comma = ",\n";
    }
    put(w, "\n};\n\n");
}

/* What follows an operation's name in that of its struct. */
static const char *struct_suffix(const struct symbol *op)
{
    switch (op->proto_kind) {
    case AST_CHAIN: return "_frame";
    case AST_BLOCKING: return "_call";
    case AST_ASYNC: case AST_SYNC: break;
    }
    return "";
}

static void emit_storage_of(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    const char *member = storage_member(emitter->arena, op);

    if (op == NULL)
        putf(w, "struct chain__delay %s;\n", member);
    else
        putf(w, "struct %s%s %s;\n", op->c_name, struct_suffix(op), member);
    if (op != NULL && !ctype_is_void(op->value))
        putf(w, "%s;\n", ctype_declare(emitter->arena, op->value, arena_format(emitter->arena, "%s_value", member)));
}

/* `apart`: the failure stands elsewhere. */
static void emit_storage(struct emitter *emitter, const struct ir_strand *strand, struct ctype value, bool apart)
{
    struct writer *w = emitter->writer;

    if (apart && strand->storage == NULL && ctype_is_void(value))
        return;
    put(w, "union {\n");
    w->indent++;
    if (!apart)
        put(w, "struct chain_failure failure;\n");
    if (strand->times)
        put(w, "struct chain__timeout timeout;\n");
    else if (strand->joins)
        put(w, "struct chain__decision decision;\n");
    if (strand->spawns)
        put(w, "struct chain__spawn spawn;\n");
    if (strand->awaits)
        put(w, "struct chain__wait join;\n");
    for (const struct ir_storage *storage = strand->storage; storage != NULL; storage = storage->next)
        emit_storage_of(emitter, storage->op);
    if (!ctype_is_void(value))
        putf(w, "%s; /* the chain's own */\n", ctype_declare(emitter->arena, value, "value"));
    w->indent--;
    put(w, "} u;\n");
}

static const char *kind_words(const struct variable *variable)
{
    switch (variable->kind) {
    case VARIABLE_PARAMETER: return "parameter";
    case VARIABLE_VAR: return "var";
    case VARIABLE_BINDING: return "as";
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

    put(w, "/* ");
    if (v->span.begin != 0) {
        place = source_place(emitter->program->sources, v->span.begin);
        putf(w, "%d: ", place.line);
    }
    put(w, v->from != NULL && v->kind != VARIABLE_PARAMETER ? v->from : kind_words(v));
    put(w, " */\n");
}

static void emit_part(struct emitter *emitter, const struct field_part *part)
{
    putf(emitter->writer, "%s; ", ctype_declare(emitter->arena, part->type, part->field));
    emit_origin(emitter, part->variable);
}

static void emit_field(struct emitter *emitter, const struct field *field)
{
    struct writer *w = emitter->writer;

    if (field->parts->next == NULL) {
        emit_part(emitter, field->parts);
        return;
    }
    put(w, "union {\n");
    w->indent++;
    for (const struct field_part *part = field->parts; part != NULL; part = part->next)
        emit_part(emitter, part);
    w->indent--;
    put(w, "};\n");
}

static void emit_scope(struct emitter *emitter, const struct scope *scope);

/* One of several blocks that share storage. */
static void emit_member(struct emitter *emitter, const struct scope *scope)
{
    struct writer *w = emitter->writer;

    put(w, "struct {\n");
    w->indent++;
    emit_scope(emitter, scope);
    w->indent--;
    putf(w, "} %s;\n", scope->member);
}

/* Blocks that one strand runs one after another share storage. */
static void emit_siblings(struct emitter *emitter, const struct scope *scope, const struct ir_strand *strand)
{
    struct writer *w = emitter->writer;
    bool shared = scope_siblings(scope, strand) > 1;

    if (shared) {
        put(w, "union {\n");
        w->indent++;
    }
    for (struct scope *child = scope->children; child != NULL; child = child->next) {
        if (child->strand != strand || scope_is_item(child) || scope_is_empty(child))
            continue;
        if (shared)
            emit_member(emitter, child);
        else
            emit_scope(emitter, child);
    }
    if (shared) {
        w->indent--;
        putf(w, "} %s;\n", scope_union(scope, strand));
    }
}

static void emit_scope(struct emitter *emitter, const struct scope *scope)
{
    for (const struct field *field = scope->fields; field != NULL; field = field->next_in_scope)
        if (!field->gives_way)
            emit_field(emitter, field);
    if (scope->children == NULL)
        return;
    for (const struct ir_strand *strand = emitter->chain->strands; strand != NULL; strand = strand->next)
        emit_siblings(emitter, scope, strand);
}

/* A failure takes the place of what is waited for, and of fields that nothing needs any more when there is one. */
static void emit_overlay(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;

    put(w, "__extension__ union { /* a failure overwrites what nothing needs then */\n");
    w->indent++;
    put(w, "struct chain_failure failure;\nstruct {\n");
    w->indent++;
    emit_storage(emitter, chain->strands, chain->symbol->value, true);
    for (const struct field *field = chain->frame->fields; field != NULL; field = field->next)
        if (field->gives_way)
            emit_field(emitter, field);
    w->indent--;
    put(w, "};\n");
    w->indent--;
    put(w, "};\n");
}

static void emit_frame(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;

    putf(w, "/* The frame of %s: what it keeps between its steps. */\nstruct %s_frame {\n", chain->c_name, chain->c_name);
    w->indent++;
    if (chain->frame->overlaid)
        emit_overlay(emitter);
    else
        emit_storage(emitter, chain->strands, chain->symbol->value, false);
    put(w, "const struct chain_caller *caller;\n");
    if (chain->has_branches)
        putf(w, "struct %s_branches *branches;\n", chain->c_name);
    if (chain->checked->spawns != NULL)
        put(w, "struct chain__nursery nursery; /* what it has spawned */\n");
    emit_scope(emitter, chain->checked->scope);
    w->indent--;
    put(w, "};\n\n");
}

const char *callee_member(struct arena *arena, const struct ir_strand *strand, const struct symbol *op)
{
    return arena_format(arena, "%s_%s", strand->parent == NULL ? "in" : strand->field, op->c_name);
}

static void emit_callees(struct emitter *emitter, const struct ir_strand *strand)
{
    for (const struct ir_storage *callee = strand->callees; callee != NULL; callee = callee->next)
        putf(emitter->writer, "struct %s_branches %s;\n", callee->op->c_name, callee_member(emitter->arena, strand, callee->op));
}

/* The slot in whose struct a strand's struct stands; NULL: in that of the branches. */
static const struct ir_strand *holder_of(const struct ir_strand *strand)
{
    return strand->is_slot ? strand->parent->slot : strand->slot;
}

static void emit_alignment(struct emitter *emitter, const char *header, const char *type, bool *any)
{
    if (*any)
        put(emitter->writer, " | ");
    else
        putf(emitter->writer, "CHAIN__PAD(sizeof(%s), ", header);
    putf(emitter->writer, "CHAIN__ALIGN(%s)", type);
    *any = true;
}

/* Before the header of a branch: what it waits for follows the header directly, however that is aligned (rule 4). */
static void emit_padding(struct emitter *emitter, const struct ir_strand *strand, const char *header)
{
    bool any = false;

    for (const struct ir_storage *storage = strand->storage; storage != NULL; storage = storage->next) {
        const struct symbol *op = storage->op;
        if (op != NULL && (op->proto_kind != AST_ASYNC || op->state != NULL))
            emit_alignment(emitter, header, arena_format(emitter->arena, "struct %s%s", op->c_name, struct_suffix(op)), &any);
        if (op != NULL && ctype_may_be_overaligned(op->value))
            emit_alignment(emitter, header, arena_format(emitter->arena, "%s%s", op->value.before, op->value.after), &any);
    }
    put(emitter->writer, any ? ")\n" : "");
}

static void emit_branch(struct emitter *emitter, const struct ir_strand *strand)
{
    static const struct ctype no_value = { NULL, "" };
    struct writer *w = emitter->writer;

    if (strand->is_slot)
        putf(w, "struct %s_%s %s[%s];\n", emitter->chain->c_name, strand->field, strand->field, strand->limit);
    else if (strand->parent != NULL) {
        putf(w, "struct { /* %s */\n", place_words(emitter, strand->span));
        w->indent++;
        emit_padding(emitter, strand, strand->is_strand ? "struct chain_strand" : "struct chain_op");
        put(w, strand->is_strand ? "struct chain_strand strand;\n" : "struct chain_op op;\n");
        emit_storage(emitter, strand, no_value, false);
        w->indent--;
        putf(w, "} %s;\n", strand->field);
    }
    if (!strand->is_slot) /* a slot's stand in its own struct */
        emit_callees(emitter, strand);
}

/* What one item of an each keeps. Its storage follows its strand, as the frame of a chain does. */
static void emit_slot(struct emitter *emitter, const struct ir_strand *slot)
{
    static const struct ctype no_value = { NULL, "" };
    struct writer *w = emitter->writer;
    const char *name = emitter->chain->c_name;

    putf(w, "/* One item of the each at %s. */\nstruct %s_%s {\n", place_words(emitter, slot->span), name, slot->field);
    w->indent++;
    emit_padding(emitter, slot, "struct chain_strand");
    put(w, "struct chain_strand strand;\n");
    emit_storage(emitter, slot, no_value, false);
    putf(w, "struct %s_frame *chain__frame;\n", name);
    if (slot->parent->slot != NULL)
        putf(w, "struct %s_%s *chain__outer;\n", name, slot->parent->slot->field);
    emit_scope(emitter, slot->scope);
    for (const struct ir_strand *strand = emitter->chain->strands; strand != NULL; strand = strand->next)
        if (holder_of(strand) == slot)
            emit_branch(emitter, strand);
    emit_callees(emitter, slot);
    w->indent--;
    put(w, "};\n");
    putf(w, "CHAIN_STATIC_ASSERT((%s) > 0 && (%s) <= 254, \"the limit of an each is 1 to 254\");\n", slot->limit, slot->limit);
    putf(w, "CHAIN_STATIC_ASSERT(offsetof(struct %s_%s, u) == offsetof(struct %s_%s, strand) + sizeof(struct chain_strand),\n"
            "                    \"storage follows its header: types are aligned to 128 bytes at most\");\n\n",
         name, slot->field, name, slot->field);
}

/* Inner ones first: a slot contains those of the eachs in its body. */
static void emit_slots(struct emitter *emitter, const struct ir_strand *strand)
{
    if (strand == NULL)
        return;
    emit_slots(emitter, strand->next);
    if (strand->is_slot)
        emit_slot(emitter, strand);
}

/* An operation finds its header directly before its struct, so nothing may come between, however its type is aligned. */
static void emit_branch_asserts(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const char *name = emitter->chain->c_name;

    for (const struct ir_strand *strand = emitter->chain->strands->next; strand != NULL; strand = strand->next)
        if (strand->slot == NULL)
            putf(w, "CHAIN_STATIC_ASSERT(offsetof(struct %s_branches, %s.u) == offsetof(struct %s_branches, %s.%s) + sizeof(struct %s),\n"
                "                    \"storage follows its header: types are aligned to 128 bytes at most\");\n",
             name, strand->field, name, strand->field, strand->is_strand ? "strand" : "op",
             strand->is_strand ? "chain_strand" : "chain_op");
    put(w, emitter->chain->strands->next == NULL ? "" : "\n");
}

static void emit_branches(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;

    putf(w, "/* The branches of %s: headers here never become anything else (rule 4). */\nstruct %s_branches {\n", chain->c_name,
         chain->c_name);
    w->indent++;
    putf(w, "struct %s_frame *frame;\n", chain->c_name);
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        if (holder_of(strand) == NULL)
            emit_branch(emitter, strand);
    w->indent--;
    put(w, "};\n\n");
    emit_branch_asserts(emitter);
}

static const char root_text[] =
    "/* ${name} as C code runs it. Zero it once; then ${name}_run(). */\n"
    "struct ${name} {\n"
    "${padding}"
    "    struct chain_root root;\n"
    "    struct ${name}_frame frame;\n"
    "${branches}"
    "};\n"
    "CHAIN_STATIC_ASSERT(offsetof(struct ${name}, frame) == offsetof(struct ${name}, root) + sizeof(struct chain_root),\n"
    "                    \"the frame follows its strand: types are aligned to 128 bytes at most\");\n"
    "${distance}"
    "\n"
    "/* Starts ${name} on a loop: it runs when the loop does. 0; EBUSY if it is running already; CHAIN_ECLOSED. */\n"
    "int ${name}_run(struct ${name} *${u}, struct chain_loop *${loop}${parameters});\n"
    "\n";

static const char cancel_text[] =
    "/* Asks a running ${name} to stop: chain_cancel(). */\n"
    "static inline void ${name}_cancel(struct ${name} *u)\n"
    "{\n"
    "    chain_cancel(&u->root);\n"
    "}\n"
    "\n";

static const char value_text[] =
    "/* The value of a ${name} whose outcome is CHAIN_VALUE. */\n"
    "static inline ${type} ${name}_value(const struct ${name} *u)\n"
    "{\n"
    "    return u->frame.u.value;\n"
    "}\n"
    "\n";

/* What settle binds. */
static void emit_settled_types(struct emitter *emitter)
{
    struct writer *w = emitter->writer;

    for (const struct settled_type *type = emitter->chain->checked->settled_types; type != NULL; type = type->next) {
        putf(w, "%s {\n    enum chain_outcome outcome;\n", type->type.before);
        if (!ctype_is_void(type->value))
            putf(w, "    %s;\n", ctype_declare(emitter->arena, type->value, "value"));
        put(w, "    struct chain_error error;\n};\n\n");
    }
}

/* What C++ reserves is called something else in a prototype. */
static const char *header_parameter(struct arena *arena, const struct symbol *op, const struct parameter *param)
{
    return ctext_is_cpp_word(param->name) ? own_parameter(arena, op, field_name(arena, param->name)) : param->name;
}

const char *header_parameters(struct emitter *emitter, const struct symbol *op)
{
    struct writer text;

    writer_init(&text, emitter->arena);
    for (const struct parameter *param = op->params; param != NULL; param = param->next)
        putf(&text, ", %s", ctype_declare(emitter->arena, param->type, header_parameter(emitter->arena, op, param)));
    return writer_text(&text);
}

static void emit_chain(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    const char *name = chain->c_name;

    emit_states(emitter);
    emit_settled_types(emitter);
    if (chain->has_branches)
        putf(w, "struct %s_branches;\n\n", name);
    emit_frame(emitter);
    emit_slots(emitter, chain->strands);
    if (chain->has_branches)
        emit_branches(emitter);
    if (chain->symbol->proto->is_static)
        return;
    putf(w, "/* For generated code: prepares the frame for a call. */\nvoid %s_start(struct %s_frame *%s%s%s);\n", name, name,
         own_parameter(emitter->arena, chain->symbol, "frame"),
         chain->has_branches ? arena_format(emitter->arena, ", struct %s_branches *%s", name,
                                            own_parameter(emitter->arena, chain->symbol, "branches")) : "",
         header_parameters(emitter, chain->symbol));
    putf(w, "extern const struct chain_type %s_type;\n", name);
    if (chain->symbol->pool != NULL)
        putf(w, "extern struct chain__pool %s_pool;\n", name);
    put(w, "\n");
    put_template(w, root_text, "name", name, "padding", arena_format(emitter->arena, "    CHAIN__PAD(sizeof(struct chain_root), "
                 "CHAIN__ALIGN(struct %s_frame))\n", name), "distance", !chain->has_branches ? "" : arena_format(emitter->arena,
                 "CHAIN_STATIC_ASSERT(sizeof(struct %s) <= 524280, \"a branch finds its strand within 512 KB\");\n", name), "u", own_parameter(emitter->arena, chain->symbol, "u"), "loop",
                 own_parameter(emitter->arena, chain->symbol, "loop"), "parameters", header_parameters(emitter, chain->symbol), "branches",
                 chain->has_branches ? arena_format(emitter->arena, "    struct %s_branches branches;\n", name) : "", NULL);
    put_template(w, cancel_text, "name", name, NULL);
    if (!ctype_is_void(chain->symbol->value))
        put_template(w, value_text, "name", name, "type", chain->symbol->value.before, NULL);
}

/* ---- the file ---- */

static const char head_text[] =
    "/* Generated by chainc from ${source}. Do not edit. */\n"
    "#ifndef ${guard}\n"
    "#define ${guard} ";

static const char after_digest_text[] =
    "\n\n"
    "#include \"${runtime}\"\n"
    "\n"
    "#if CHAIN_ABI != ${abi}\n"
    "#error \"this file was generated for another version of libchain: run chainc again\"\n"
    "#endif\n"
    "\n";

const char *header_guard(struct arena *arena, const char *header)
{
    const char *slash = strrchr(header, '/');
    char *guard = arena_copy(arena, upper(arena, slash == NULL ? header : slash + 1), strlen(slash == NULL ? header : slash + 1));

    for (char *p = guard; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p))
            *p = '_';
    return arena_format(arena, "CHAINC_%s", guard);
}

enum { DIGITS = 8 };

/* The header's digest stands in it as the value of its guard, and the C file compares (decision 31). FNV-1a of the text after
 * it, so that names of files do not count. */
static uint32_t put_digest(struct writer *writer, size_t place)
{
    uint32_t digest = 0x811c9dc5;

    for (size_t i = place + DIGITS; i < writer->length; i++)
        digest = (digest ^ (unsigned char)writer->text[i]) * 0x01000193;
    for (unsigned i = 0; i < DIGITS; i++)
        writer->text[place + i] = "0123456789abcdef"[digest >> 4 * (DIGITS - 1 - i) & 0xf];
    return digest;
}

uint32_t emit_h(struct writer *writer, const struct program *program, const struct ir_chain *chains, const struct emit_options *options)
{
    struct emitter emitter = { .writer = writer, .program = program, .options = options, .arena = program->arena };

    size_t digest;

    put_template(writer, head_text, "source", options->source_name, "guard", header_guard(program->arena, options->header_name), NULL);
    put(writer, "0x00000000");
    digest = writer->length - DIGITS;
    put_template(writer, after_digest_text, "abi", EMIT_ABI, "runtime", options->vendored ? "chain.h" : "chain_gen.h", NULL);
    for (const struct ast_item *item = program->units->file->items; item != NULL; item = item->next)
        if (item->kind == AST_CPP || item->kind == AST_IMPORT)
            emit_item(&emitter, item);
    put(writer, "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    emit_items(&emitter);
    emit_code_functions(&emitter);
    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next) {
        emitter.chain = chain;
        emit_chain(&emitter);
    }
    putf(writer, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    return put_digest(writer, digest);
}
