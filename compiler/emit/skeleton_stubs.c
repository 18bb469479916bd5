/* skeleton_stubs.c - part of emit_skeleton: stubs for the operations, which
 * count the owned values that they give and get. */
#include <string.h>

#include "base/arena.h"
#include "ctext/ctext.h"
#include "emit/emit.h"

struct code_name {
    struct code_name *next;
    const char *name;
};

/* ---- which codes --------------------------------------------------------- */

/* At the end of the list, unless it is there. */
static void add_code(struct arena *arena, struct code_name **codes, const char *name)
{
    while (*codes != NULL && strcmp((*codes)->name, name) != 0)
        codes = &(*codes)->next;
    if (*codes != NULL)
        return;
    *codes = arena_new(arena, struct code_name);
    (*codes)->name = name;
}

/* The operation gives the items of an each: it says when there are no more. */
static bool is_pulled(const struct ir_chain *chains, const struct symbol *op)
{
    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next)
        for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
            if (block->waiter != NULL && block->waiter->op == op && block->end == IR_CHECK
                && block->no->end == IR_CODES && block->no->codes != NULL
                && strcmp(block->no->codes->c_name, "CHAIN_EEND") == 0)
                return true;
    return false;
}

/* What it declares; else one for all, and those that the chains of the file look for. */
static struct code_name *codes_of(struct arena *arena, const struct ir_chain *chains,
                                  const struct symbol *op)
{
    struct code_name *codes = NULL;

    if (is_pulled(chains, op))
        add_code(arena, &codes, "CHAIN_EEND");
    if (op->raises != NULL) {
        for (const struct ast_name *code = op->raises->codes; code != NULL; code = code->next)
            add_code(arena, &codes, code->c_name);
        return codes;
    }
    add_code(arena, &codes, "EIO");
    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next)
        for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
            if (block->end == IR_CODES)
                for (const struct ast_name *code = block->codes; code != NULL; code = code->next)
                    add_code(arena, &codes, code->c_name);
    return codes;
}

/* ---- words --------------------------------------------------------------- */

const char *skeleton_last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

int skeleton_line_of(const struct emitter *emitter, struct span span)
{
    return source_place(emitter->program->sources, span.begin).line;
}

static bool is_number(struct ctype type)
{
    return ctype_is_scalar(type) && strchr(type.before, '*') == NULL && *type.after == '\0';
}

/* A value of a type: zero; for a pointer, one of the rooms. */
const char *skeleton_zero_of(struct arena *arena, struct ctype type, unsigned number)
{
    if (is_number(type))
        return "0";
    if (*type.after == '\0' && strchr(type.before, '*') != NULL)
        return arena_format(arena, "CHAIN_TEST_ROOM(%u)", number);
    return arena_format(arena, "(%s%s){ 0 }", type.before, type.after);
}

/* ---- what is owned ------------------------------------------------------- */

/* After a name: "( … ) {". */
static bool begins_body(const char *text)
{
    int depth = 0;
    struct ctoken token;

    do {
        token = ctext_next_solid(&text);
        depth += ctoken_is(token, "(") - ctoken_is(token, ")");
    } while (depth > 0 && token.kind != CTOKEN_END);
    return ctoken_is(token, ")") && ctoken_is(ctext_next_solid(&text), "{");
}

/* In the C text of its file. */
static bool is_defined(const struct symbol *op)
{
    for (const struct ast_item *item = op->unit->file->items; item != NULL; item = item->next) {
        const char *text = item->kind == AST_PROLOGUE ? item->u.c->text : "";
        struct ctoken token;
        while ((token = ctext_next_solid(&text)).kind != CTOKEN_END)
            if (ctoken_is(token, op->name) && begins_body(text))
                return true;
    }
    return false;
}

/* A function that the test can define: not one of the file's own C text. */
static bool has_function_stub(const struct symbol *op)
{
    return op->proto_kind == AST_SYNC && !op->variadic && op->unit->installed;
}

static bool takes(const struct emitter *emitter, const struct symbol *op,
                  const struct symbol *resource)
{
    for (const struct parameter *param = op->params; param != NULL; param = param->next)
        if (ctype_resource(emitter->program, param->type) == resource)
            return true;
    return false;
}

/* The release function if it is a plain one of the user's: it is defined here.
 * Not free(), which the C library and the test itself call, too. */
static bool is_release_stub(const struct emitter *emitter, const struct symbol *op)
{
    if (op->proto_kind != AST_SYNC || op->variadic || is_defined(op)
        || strcmp(op->name, "free") == 0)
        return false;
    for (const struct symbol *resource = emitter->program->symbols; resource != NULL;
         resource = resource->next)
        if (resource->kind == SYMBOL_RESOURCE && resource->release == op)
            return true;
    return false;
}

/* Whether all that gives and takes values of this type is seen: numbers and
 * pointers, released by an operation or a function that the test defines, and
 * passed to nothing else. */
static bool is_counted(const struct emitter *emitter, const struct symbol *resource)
{
    if (resource == NULL || resource->release == NULL || *resource->value.after != '\0'
        || (!is_number(resource->value) && strchr(resource->value.before, '*') == NULL))
        return false;
    if (resource->release->proto_kind != AST_ASYNC && !has_function_stub(resource->release)
        && !is_release_stub(emitter, resource->release))
        return false;
    for (const struct symbol *op = emitter->program->symbols; op != NULL; op = op->next)
        if (op->kind == SYMBOL_OPERATION && op->proto_kind == AST_SYNC && op != resource->release
            && !has_function_stub(op)
            && (takes(emitter, op, resource)
                || ctype_resource(emitter->program, op->value) == resource))
            return false;
    return true;
}

const struct symbol *skeleton_counted(const struct emitter *emitter, struct ctype type)
{
    const struct symbol *resource = ctype_resource(emitter->program, type);
    return is_counted(emitter, resource) ? resource : NULL;
}

static void emit_resources(struct emitter *emitter)
{
    struct writer *w = emitter->writer;

    for (const struct symbol *resource = emitter->program->symbols; resource != NULL;
         resource = resource->next)
        if (resource->kind == SYMBOL_RESOURCE && is_counted(emitter, resource))
            writer_putf(
                w,
                "/* line %d of %s: each value is released once */\nstatic struct chain_explore_resource %s_owned = { .name = \"%s\"%s };\n\n",
                skeleton_line_of(emitter, resource->span), skeleton_last_part(resource->unit->path),
                resource->c_name, resource->c_name,
                is_number(resource->value) ? "" : ", .is_pointer = true");
}

/* What a stub is given to own, it releases. */
static void emit_taken(struct emitter *emitter, const struct symbol *op)
{
    for (const struct parameter *param = op->params; param != NULL; param = param->next) {
        const struct symbol *resource = skeleton_counted(emitter, param->type);
        for (const struct symbol *r = emitter->program->symbols; resource == NULL && r != NULL;
             r = r->next)
            if (r->kind == SYMBOL_RESOURCE && r->release == op && is_counted(emitter, r))
                resource = r;
        if (resource != NULL)
            writer_putf(emitter->writer, "    chain_explore_release(&%s_owned, (uintptr_t)%s);\n",
                        resource->c_name, param->local);
        else
            writer_putf(emitter->writer, "    (void)%s;\n", param->local);
    }
}

/* ---- stubs --------------------------------------------------------------- */

/* As far as one can see; -1 would be a very large number. */
static bool is_unsigned(struct ctype type)
{
    return strstr(type.before, "unsigned") != NULL || strstr(type.before, "uint") != NULL
           || strstr(type.before, "size_t") == type.before;
}

/* CHAIN_TEST_VALUE_name is a function of a number where the values differ, and
 * CHAIN_TEST_VARIES_name says whether they do. */
static void emit_value_macros(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    bool varies = is_number(op->value);
    const char *number = emit_own_name(emitter, OWN_NUMBER);
    const char *format = is_unsigned(op->value) ? "(%s)((%s) < 0 ? 2 : (%s))" : "(%s)(%s)";
    const char *value = varies
                            ? arena_format(emitter->arena, format, op->value.before, number, number)
                            : skeleton_zero_of(emitter->arena, op->value, 0);

    writer_putf(w, "#ifndef CHAIN_TEST_VALUE_%s /* %s is 0, 1 or -1 */\n", op->c_name, number);
    writer_putf(w, "#define CHAIN_TEST_VALUE_%s(%s) (%s)\n", op->c_name, number, value);
    if (!varies)
        writer_putf(w, "#define CHAIN_TEST_VARIES_%s 0\n", op->c_name);
    writer_putf(
        w,
        "#endif\n#ifndef CHAIN_TEST_VARIES_%s\n#define CHAIN_TEST_VARIES_%s CHAIN_EXPLORE_VARIES\n#endif\n",
        op->c_name, op->c_name);
}

bool skeleton_varies(const struct emitter *emitter, const struct symbol *op)
{
    return !ctype_is_void(op->value) && skeleton_counted(emitter, op->value) == NULL;
}

static void emit_description(struct emitter *emitter, const struct ir_chain *chains,
                             const struct symbol *op)
{
    struct writer *w = emitter->writer;
    const struct code_name *codes = codes_of(emitter->arena, chains, op);
    const struct symbol *resource = skeleton_counted(emitter, op->value);
    bool is_void = ctype_is_void(op->value);

    if (resource != NULL)
        writer_putf(w, "CHAIN_EXPLORE_OWNING(%s, %s%s, %s", op->c_name, op->c_name,
                    op->posted ? "_post" : "", resource->c_name);
    else
        writer_putf(w, "CHAIN_SIM_%s%sOPERATION(%s", op->posted ? "POSTED_" : "",
                    is_void ? "VOID_" : "", op->c_name);
    if (!is_void && resource == NULL)
        writer_putf(w, ", CHAIN_TEST_VALUE_%s(value)", op->c_name);
    writer_put(w, codes == NULL ? ", 0" : "");
    for (; codes != NULL; codes = codes->next)
        writer_putf(w, ", %s", codes->name);
    writer_put(w, ")\n\n");
}

/* The action that CHAIN_TEST_START_name adds to a stub, for instance to fill a buffer. */
static void emit_more(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;

    writer_putf(w, "#ifdef CHAIN_TEST_START_%s\n    CHAIN_TEST_START_%s(", op->c_name, op->c_name);
    for (const struct parameter *param = op->params; param != NULL; param = param->next)
        writer_putf(w, "%s%s", param == op->params ? "" : ", ", param->local);
    writer_put(w, ");\n#endif\n");
}

static void emit_operation_stub(struct emitter *emitter, const struct ir_chain *chains,
                                const struct symbol *op)
{
    struct writer *w = emitter->writer;
    const char *self = emit_own_parameter(emitter, op, OWN_OP);

    writer_putf(w, "/* line %d of %s; define CHAIN_TEST_OWN_%s to link one of your own */\n",
                skeleton_line_of(emitter, op->span), skeleton_last_part(op->unit->path),
                op->c_name);
    if (skeleton_varies(emitter, op))
        emit_value_macros(emitter, op);
    writer_putf(
        w,
        "#ifdef CHAIN_TEST_OWN_%s\n#define CHAIN_TEST_SIMULATED_%s NULL\n#else\n#define CHAIN_TEST_SIMULATED_%s &%s_operation\n",
        op->c_name, op->c_name, op->c_name, op->c_name);
    emit_description(emitter, chains, op);
    writer_putf(w, "void %s_start(struct %s *%s", op->c_name, op->c_name, self);
    emit_parameters(emitter, op, true);
    writer_put(w, ")\n{\n");
    emit_more(emitter, op);
    emit_taken(emitter, op);
    writer_putf(w, "    chain_sim_start(%s, &%s_operation);\n}\n", self, op->c_name);
    if (!op->uncancellable)
        writer_putf(w, "\nvoid %s_cancel(struct %s *%s)\n{\n    chain_sim_cancel(%s);\n}\n",
                    op->c_name, op->c_name, emit_own_name(emitter, OWN_OP),
                    emit_own_name(emitter, OWN_OP));
    writer_put(w, "#endif\n\n");
}

/* A function of an installed module, as the real one wants a real system, or
 * one that releases what is counted. */
static void emit_function_stub(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    bool is_void = ctype_is_void(op->value);

    writer_putf(w, "%s(",
                is_void ? arena_format(emitter->arena, "void %s", op->name)
                        : ctype_declare(emitter->arena, op->value, op->name));
    emit_parameters(emitter, op, false);
    writer_put(w, op->params == NULL ? "void)\n{\n" : ")\n{\n");
    emit_taken(emitter, op);
    if (!is_void)
        writer_putf(w, "    return %s;\n", skeleton_zero_of(emitter->arena, op->value, 0));
    writer_put(w, "}\n\n");
}

void skeleton_stubs(struct emitter *emitter, const struct ir_chain *chains)
{
    writer_put(emitter->writer, "/* ---- operations ---- */\n\n");
    emit_resources(emitter);
    for (const struct symbol *op = emitter->program->symbols; op != NULL; op = op->next) {
        if (op->kind != SYMBOL_OPERATION)
            continue;
        if (op->proto_kind == AST_ASYNC)
            emit_operation_stub(emitter, chains, op);
        else if ((has_function_stub(op) || is_release_stub(emitter, op))
                 && symbol_of_c_name(emitter->program, op->c_name) == op) /* once */
            emit_function_stub(emitter, op);
    }
}
