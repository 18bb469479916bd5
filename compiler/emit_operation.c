/* emit_operation.c - an operation in the header: its struct, the ways to settle it, the functions to be written in C. */
#include "arena.h"
#include "emit.h"

static const char operation_text[] =
    "typedef struct ${name}_deferred {\n"
    "    struct chain_deferred end;\n"
    "} ${name}_deferred;\n"
    "\n"
    "/* ${name}: the operation, ${where}. */\n"
    "struct ${name} {\n"
    "${state}"
    "};\n"
    "\n"
    "/* The right to settle this use of the operation; ask for it in ${name}_start(). */\n"
    "static inline ${name}_deferred ${name}_done(const struct ${name} *op)\n"
    "{\n"
    "    ${name}_deferred done;\n"
    "    done.end = ${deferred}(op);\n"
    "    return done;\n"
    "}\n"
    "\n";

/* One of the ways to settle with a value. */
static const char resolve_text[] =
    "static inline enum chain_settled ${name}_${way}(${name}_deferred done${parameter})\n"
    "{\n"
    "    ${place} *place = (${place} *)${claim}(done.end);\n"
    "    if (place == NULL)\n"
    "        return ${late};\n"
    "${store}"
    "${settle}"
    "}\n"
    "\n";

static const char reject_text[] =
    "static inline enum chain_settled ${name}_${way}reject(${name}_deferred done, int code, const char *message, intptr_t info)\n"
    "{\n"
    "    return chain__${how}reject(done.end, code, message, info);\n"
    "}\n"
    "\n"
    "static inline enum chain_settled ${name}_${way}cancelled(${name}_deferred done)\n"
    "{\n"
    "    return chain__${how}cancelled(done.end);\n"
    "}\n"
    "\n";

static void emit_resolve(struct emitter *emitter, const struct symbol *op, const char *way, const char *claim, const char *late,
                         const char *settle)
{
    bool has_value = !ctype_is_void(op->value);
    const char *place = !has_value ? "void" : arena_format(emitter->arena, "%s%s", op->value.before, op->value.after);
    const char *parameter = !has_value ? "" : arena_format(emitter->arena, ", %s", ctype_declare(emitter->arena, op->value, "value"));

    put_template(emitter->writer, resolve_text, "name", op->name, "way", way, "parameter", parameter, "place", place, "claim", claim,
                 "late", late, "settle", settle, "store", !has_value ? "" : "    *place = value;\n", NULL);
}

void emit_operation(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    const char *claim = op->posted ? "chain__shared_claim" : "chain__claim";
    const char *state = op->state == NULL ? "    unsigned char chain__none;\n" : arena_format(emitter->arena, "    %s\n", op->state->text);

    put_template(w, operation_text, "name", op->name, "state", state, "where", place_words(emitter, op->span), "deferred",
                 op->posted ? "chain__shared_deferred" : "chain__deferred", NULL);
    emit_resolve(emitter, op, "resolve", claim, "chain__late(done.end)", "    chain__settle(done.end, 0);\n    return CHAIN_OK;\n");
    emit_resolve(emitter, op, "resolve_soon", claim, "chain__late(done.end)",
                 "    chain__settle_soon(done.end, 0);\n    return CHAIN_OK;\n");
    put_template(w, reject_text, "name", op->name, "way", "", "how", op->posted ? "shared_" : "", NULL);
    if (op->posted) {
        put(w, "/* From any thread. */\n");
        emit_resolve(emitter, op, "post_resolve", "chain__post_begin", "chain__post_late(done.end)",
                     "    return chain__post_end(done.end, 0);\n");
        put_template(w, reject_text, "name", op->name, "way", "post_", "how", "post_", NULL);
    }
    putf(w, "/* To be written in C. */\nvoid %s_start(struct %s *%s%s);\n", op->name, op->name, own_parameter(emitter->arena, op, "op"),
         header_parameters(emitter, op));
    if (!op->uncancellable)
        putf(w, "void %s_cancel(struct %s *op);\n", op->name, op->name);
    put(w, "\n");
}
