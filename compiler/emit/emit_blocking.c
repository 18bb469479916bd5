/* emit_blocking.c - C functions that run on a thread: the struct of a call, and
 * the three functions around it (rule 104).
 *
 *     blocking int pack(const char *name) fails (it < 0) errno;
 *
 *     struct pack_call      room for the outcome, the work as a pool queues it, and the arguments
 *     pack_start()          fills it in and hands it over
 *     pack_work()           on the thread: calls pack() and keeps what came of it
 *     pack_cancel()         takes it back if it has not begun */
#include "base/arena.h"
#include "ctext/ctext.h"
#include "emit/emit.h"

/* ---- the struct ---------------------------------------------------------- */

static void emit_member(struct emitter *emitter, const char *indent, struct ctype type,
                        const char *name)
{
    emit_type_line(emitter, type);
    writer_put(emitter->writer, indent);
    emit_at(emitter, type.at);
    writer_putf(emitter->writer, "%s;\n", ctype_declare(emitter->arena, type, name));
    emit_line_back(emitter);
}

void emit_blocking_struct(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;

    writer_putf(w, "/* A call of %s, %s, which runs on a thread. */\nstruct %s_call {\n",
                op->c_name, emit_place_words(emitter, op->span), op->c_name);
    writer_put(w, "    union {\n        struct chain_failure failure;\n");
    if (op->says)
        writer_putf(
            w,
            "        struct { struct chain__rejected chain__rejected; char chain__text[%s]; } chain__said;\n",
            emit_count_words(emitter, op->text));
    if (!ctype_is_void(op->value))
        emit_member(emitter, "        ", op->value, "value");
    writer_put(
        w,
        "    } chain__outcome; /* settling writes here: the rest stays as long as the call may be cancelled */\n"
        "    struct chain_work chain__work;\n");
    for (const struct parameter *param = op->params; param != NULL; param = param->next)
        emit_member(emitter, "    ", param->type, param->c_name);
    writer_put(w, "};\n\n");
}

/* ---- on the thread ------------------------------------------------------- */

static const char work_head[] = "/* ${name}, on a thread. */\n"
                                "static int ${name}_work(struct chain_work *${work})\n"
                                "{\n"
                                "${call}"
                                "\n";

static void emit_called(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;

    emit_line(emitter, op->span);
    writer_put(w, "    ");
    if (!ctype_is_void(op->value))
        writer_putf(w, "%s = ",
                    ctype_declare(emitter->arena, op->value, emit_own_name(emitter, OWN_IT)));
    writer_putf(w, "%s(", op->name);
    for (const struct parameter *param = op->params; param != NULL; param = param->next)
        writer_putf(w, "%s%s->%s", param == op->params ? "" : ", ",
                    emit_own_name(emitter, OWN_CALL), param->c_name);
    writer_put(w, ");\n");
    emit_line_back(emitter);
}

/* The message and the info stay where a value would. */
static void emit_fault(struct emitter *emitter, const struct symbol *op, const char *it)
{
    const char *fault = emit_own_name(emitter, OWN_CODE);

    if (op->says)
        it = arena_format(emitter->arena,
                          "%s%s&%s->chain__outcome.chain__said.chain__rejected.head, "
                          "sizeof(struct chain__carried) + (%s)",
                          it, *it != '\0' ? ", " : "", emit_own_name(emitter, OWN_CALL),
                          emit_count_words(emitter, op->text));
    writer_putf(
        emitter->writer,
        "    struct chain__fault %s = %s(%s);\n\n    if (%s.code != 0) return chain__work_fails(&%s->chain__outcome.failure, &%s);\n",
        fault, emit_fails_name(emitter, op), it, fault, emit_own_name(emitter, OWN_CALL), fault);
}

static void emit_work(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    bool has_value = !ctype_is_void(op->value);
    const char *at = emit_own_name(emitter, OWN_CALL), *work = emit_own_name(emitter, OWN_WORK);
    const char *it = has_value ? emit_own_name(emitter, OWN_IT) : "";
    const char *call =
        op->params == NULL && !has_value && op->fails_message == NULL
            ? arena_format(emitter->arena, "    (void)%s;\n", work)
            : arena_format(emitter->arena,
                           "    struct %s_call *%s = (struct %s_call *)(void *)((char *)%s"
                           " - offsetof(struct %s_call, chain__work));\n",
                           op->c_name, at, op->c_name, work, op->c_name);

    writer_put_template(w, work_head, "name", op->c_name, "call", call, "work", work, NULL);
    emit_called(emitter, op);
    if (op->fails_message != NULL)
        emit_fault(emitter, op, it);
    else if (op->fails != NULL)
        writer_putf(w, "    int %s = %s(%s);\n\n    if (%s != 0) return %s;\n",
                    emit_own_name(emitter, OWN_CODE), emit_fails_name(emitter, op), it,
                    emit_own_name(emitter, OWN_CODE), emit_own_name(emitter, OWN_CODE));
    if (has_value)
        writer_putf(w, "    %s->chain__outcome.value = %s;\n", at, it);
    writer_put(w, "    return 0;\n}\n\n");
}

/* ---- on the loop's thread ------------------------------------------------ */

static const char start_text[] =
    "static void ${name}_start(struct ${name}_call *${call}${parameters})\n"
    "{\n"
    "${store}"
    "    chain__work_start(&${call}->chain__work, ${call}, ${name}_work, ${pool});\n"
    "}\n"
    "\n"
    "static void ${name}_cancel(struct ${name}_call *${cancelled})\n"
    "{\n"
    "    chain__work_cancel(&${cancelled}->chain__work);\n"
    "}\n"
    "\n";

/* For the reactor: how many threads the pool has at most (rule 167). */
static void emit_threads(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    const char *count;
    intmax_t number;

    if (op->most == NULL)
        return;
    count = emit_count_words(emitter, op->most);
    if (!ctext_number(count, &number)) {
        emit_line(emitter, op->most->span);
        writer_putf(w, "_Static_assert((%s) > 0, \"a pool has a thread\");\n", count);
        emit_line_back(emitter);
    }
    writer_putf(
        w,
        "static const struct chain__pool_threads %s__threads CHAIN__THREADS = { \"%s\", %s };\n\n",
        op->c_name, op->threads, count);
}

static void emit_start(struct emitter *emitter, const struct symbol *op)
{
    const char *call = emit_own_parameter(emitter, op, OWN_CALL);
    struct writer parameters, store;

    writer_init(&parameters, emitter->arena);
    writer_init(&store, emitter->arena);
    for (const struct parameter *param = op->params; param != NULL; param = param->next) {
        writer_putf(&parameters, ", %s", ctype_declare(emitter->arena, param->type, param->local));
        writer_putf(&store, "    %s->%s = %s;\n", call, param->c_name, param->local);
    }
    writer_put_template(emitter->writer, start_text, "name", op->c_name, "call", call, "parameters",
                        writer_text(&parameters), "store", writer_text(&store), "cancelled",
                        emit_own_name(emitter, OWN_CALL), "pool",
                        op->threads == NULL ? "NULL"
                                            : arena_format(emitter->arena, "\"%s\"", op->threads),
                        NULL);
}

void emit_blocking_functions(struct emitter *emitter)
{
    for (const struct symbol *op = emitter->program->symbols; op != NULL; op = op->next)
        if (op->kind == SYMBOL_OPERATION && op->proto_kind == AST_BLOCKING && op->is_started) {
            emit_threads(emitter, op);
            emit_work(emitter, op);
            emit_start(emitter, op);
        }
}
