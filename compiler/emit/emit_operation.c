/* emit_operation.c - an operation in the header: its struct, the ways to settle
 * it, the functions to be written in C. */
#include "base/arena.h"
#include "emit/emit.h"

static const char operation_text[] = "typedef struct ${name}_deferred {\n"
                                     "    struct chain_deferred end;\n"
                                     "} ${name}_deferred;\n"
                                     "\n"
                                     "/* ${name}: the operation, ${where}. */\n"
                                     "struct ${name} {\n";

static const char done_text[] =
    "/* The right to settle this use of the operation; ask for it in ${name}_start(). */\n"
    "static inline ${name}_deferred ${name}_done(const struct ${name} *${op})\n"
    "{\n"
    "    ${name}_deferred ${done};\n"
    "    ${done}.end = chain__deferred(${op});\n"
    "    return ${done};\n"
    "}\n"
    "\n";

/* One of the ways to settle with a value. */
static const char resolve_text[] = "{\n"
                                   "    ${type} *${place} = (${type} *)${claim}(${done}.end);\n"
                                   "    if (${place} == NULL)\n"
                                   "        return ${late}(${done}.end);\n";

static const char reject_text[] =
    "static inline enum chain_settled ${name}_${way}reject(${name}_deferred ${done}, int ${code}, const char *${message},\n"
    "    intptr_t ${info})\n"
    "{\n"
    "    return chain__${how}reject(${done}.end, ${code}, ${message}, ${info});\n"
    "}\n"
    "\n"
    "static inline enum chain_settled ${name}_${way}cancelled(${name}_deferred ${done})\n"
    "{\n"
    "    return chain__${how}acknowledge(${done}.end);\n"
    "}\n"
    "\n";

/* A rejection with a text, which is copied at once (rule 124). */
static const char reject_text_text[] =
    "static inline enum chain_settled ${name}_${way}reject_text(${name}_deferred ${done}, int ${code}, const char *${message},\n"
    "    intptr_t ${info})\n"
    "{\n"
    "    return chain__${how}reject_text(${done}.end, ${code}, ${message}, ${info}, ${size});\n"
    "}\n"
    "\n";

/* A value that C cannot assign is the fault of the line that has its type. */
static void emit_store(struct emitter *emitter, const struct symbol *op)
{
    emit_value_line(emitter, op->value, op->value.at);
    writer_putf(emitter->writer, "    *%s = %s;\n", emit_own_name(emitter, OWN_PLACE),
                emit_own_name(emitter, OWN_VALUE));
    emit_line_back(emitter);
}

/* `settle`: a call that is given the deferred and a zero, and what follows it. */
static void emit_resolve(struct emitter *emitter, const struct symbol *op, const char *way,
                         const char *claim, const char *late, const char *settle, const char *after)
{
    struct arena *arena = emitter->arena;
    bool has_value = !ctype_is_void(op->value);
    const char *type =
        !has_value ? "void" : arena_format(arena, "%s%s", op->value.before, op->value.after);
    const char *done = emit_own_name(emitter, OWN_DONE), *place = emit_own_name(emitter, OWN_PLACE),
               *value = emit_own_name(emitter, OWN_VALUE);
    const char *parameter =
        !has_value ? "" : arena_format(arena, ", %s", ctype_declare(arena, op->value, value));

    if (has_value)
        emit_type_line(emitter, op->value);
    writer_putf(emitter->writer, "static inline enum chain_settled %s_%s(%s_deferred %s%s)\n",
                op->c_name, way, op->c_name, done, parameter);
    emit_line_back(emitter);
    writer_put_template(emitter->writer, resolve_text, "type", type, "claim", claim, "late", late,
                        "done", done, "place", place, NULL);
    if (has_value)
        emit_store(emitter, op);
    writer_putf(emitter->writer, "    %s(%s.end, 0);\n%s}\n\n", settle, done, after);
}

static void emit_reject(struct emitter *emitter, const struct symbol *op, const char *way,
                        const char *how)
{
    writer_put_template(emitter->writer, reject_text, "name", op->c_name, "way", way, "how", how,
                        "done", emit_own_name(emitter, OWN_DONE), "code",
                        emit_own_name(emitter, OWN_CODE), "message",
                        emit_own_name(emitter, OWN_MESSAGE), "info",
                        emit_own_name(emitter, OWN_INFO), NULL);
    if (op->text != NULL)
        writer_put_template(emitter->writer, reject_text_text, "name", op->c_name, "way", way,
                            "how", how, "done", emit_own_name(emitter, OWN_DONE), "code",
                            emit_own_name(emitter, OWN_CODE), "message",
                            emit_own_name(emitter, OWN_MESSAGE), "info",
                            emit_own_name(emitter, OWN_INFO), "size",
                            emit_count_words(emitter, op->text), NULL);
}

/* The closing brace belongs to the user's text: what the last member lacks is missed there. */
static void emit_state(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;

    if (op->state == NULL)
        writer_put(w, "    unsigned char chain__none;\n};\n\n");
    else {
        emit_line(emitter, op->state->span);
        writer_put(w, "    ");
        emit_at(emitter, op->state->span.begin);
        writer_put(w, op->state->text);
        writer_put_line_end(w);
        writer_put(w, "};\n");
        emit_line_back(emitter);
        writer_put(w, "\n");
    }
}

/* Of the first parameter that has a line of its own; the others come to theirs by themselves. */
static void emit_parameters_line(struct emitter *emitter, const struct symbol *op)
{
    for (const struct parameter *param = op->params; param != NULL && !emitter->in_user_text;
         param = param->next)
        emit_type_line(emitter, param->type);
}

void emit_prototype(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    const char *parameters = emit_header_parameter_list(emitter, op);

    writer_putf(w, "/* %s, %s: to be written in C. */\n", op->name,
                emit_place_words(emitter, op->span));
    if (!ctype_is_void(op->value))
        emit_type_line(emitter, op->value);
    emit_parameters_line(emitter, op);
    writer_putf(w, "%s(%s%s);\n",
                ctype_is_void(op->value) ? arena_format(emitter->arena, "void %s", op->name)
                                         : ctype_declare(emitter->arena, op->value, op->name),
                *parameters == '\0' ? "void" : parameters + strlen(", "),
                op->variadic ? ", ..." : "");
    emit_line_back(emitter);
    writer_put(w, "\n");
}

void emit_operation(struct emitter *emitter, const struct symbol *op)
{
    static const char settled[] = "    return CHAIN_OK;\n";
    struct writer *w = emitter->writer;
    const char *claim = op->posted ? "chain__shared_claim" : "chain__claim";

    writer_put_template(w, operation_text, "name", op->c_name, "where",
                        emit_place_words(emitter, op->span), NULL);
    emit_state(emitter, op);
    writer_put_template(w, done_text, "name", op->c_name, "op", emit_own_name(emitter, OWN_OP),
                        "done", emit_own_name(emitter, OWN_DONE), NULL);
    emit_resolve(emitter, op, "resolve", claim, "chain__late", "chain__settle", settled);
    emit_resolve(emitter, op, "resolve_soon", claim, "chain__late", "chain__settle_soon", settled);
    emit_reject(emitter, op, "", op->posted ? "shared_" : "");
    if (op->posted) {
        writer_put(w, "/* From any thread. */\n");
        emit_resolve(emitter, op, "post_resolve", "chain__post_begin", "chain__post_late",
                     "return chain__post_end", "");
        emit_reject(emitter, op, "post_", "post_");
    }
    writer_put(w, "/* To be written in C. */\n");
    emit_parameters_line(emitter, op);
    writer_putf(w, "void %s_start(struct %s *%s", op->c_name, op->c_name,
                emit_header_parameter(emitter->arena, op, "op"));
    emit_header_parameters(emitter, op);
    writer_put(w, ");\n");
    emit_line_back(emitter);
    if (!op->uncancellable)
        writer_putf(w, "void %s_cancel(struct %s *op);\n", op->c_name, op->c_name);
    writer_put(w, "\n");
}
