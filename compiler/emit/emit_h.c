/* emit_h.c - the header: declarations for C code that runs the chains or defines the operations. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/fnv.h"
#include "ctext/ctext.h"
#include "emit/emit.h"

/* ---- declarations -------------------------------------------------------- */

/* To C, a resource is the type that it is declared as. */
static void emit_resource(struct emitter *emitter, const struct symbol *resource)
{
    emit_type_line(emitter, resource->value);
    writer_putf(emitter->writer, "typedef %s; /* released by %s */\n",
                ctype_declare(emitter->arena, resource->value, resource->c_name),
                resource->resource->u.resource.releases->name);
    emit_line_back(emitter);
    writer_put(emitter->writer, "\n");
}

static void emit_include(struct emitter *emitter, const struct ast_item *import,
                         const struct unit *unit)
{
    emit_line(emitter, import->span);
    writer_putf(emitter->writer, "#include %s\n", unit->include);
    emit_line_back(emitter);
}

/* What chainc cannot know of `text N`. */
static void emit_text_size(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    const char *size;
    intmax_t number;

    if (op->text == NULL || ctext_number(op->text->text, &number))
        return;
    size = emit_count_words(emitter, op->text);
    emit_count_line(emitter, size, op->text->span);
    writer_putf(w, "CHAIN_STATIC_ASSERT((%s) >= 1 && (%s) <= %d, \"a text has 1 to %d bytes\");\n",
                size, size, MOST_TEXT, MOST_TEXT);
    emit_line_back(emitter);
    writer_put(w, "\n");
}

static void emit_item(struct emitter *emitter, const struct ast_item *item)
{
    struct writer *w = emitter->writer;
    const struct symbol *op;

    switch (item->kind) {
    case AST_CPP:
        emit_line(emitter, item->u.c->span);
        writer_put(w, item->u.c->text);
        writer_put_line_end(w);
        emit_line_back(emitter);
        break;
    case AST_CDECL:
        emit_line(emitter, item->u.c->span);
        emit_at(emitter, item->u.c->span.begin);
        writer_put_bytes(w, item->u.c->text, ctext_solid_length(item->u.c->text));
        writer_put(w, ";\n");
        emit_line_back(emitter);
        writer_put(w, "\n");
        break;
    case AST_CODES: emit_code_enum(emitter, item->u.codes); break;
    case AST_IMPORT:
        if (!(item->u.string.unit->installed && emitter->options->vendored))
            emit_include(emitter, item, item->u.string.unit);
        break;
    case AST_PROTO:
        op = symbol_own(emitter->program->units, item->u.proto->name->name);
        emit_text_size(emitter, op);
        if (op->proto_kind == AST_ASYNC)
            emit_operation(emitter, op);
        else if (op->proto_kind == AST_BLOCKING)
            emit_blocking_struct(emitter, op);
        if (item->u.proto->is_extern)
            emit_prototype(emitter, op);
        break;
    case AST_RESOURCE:
        emit_resource(emitter, symbol_own(emitter->program->units, item->u.resource.name->name));
        break;
    case AST_PROLOGUE:
    case AST_MODULE:
    case AST_REQUIRE: break;
    }
}

/* In their order, but a resource may stand below the operations that mention it. */
static void emit_items(struct emitter *emitter)
{
    bool hoisted = false;

    for (const struct ast_item *item = emitter->program->units->file->items; item != NULL;
         item = item->next) {
        if (item->kind == AST_CPP || item->kind == AST_IMPORT
            || (hoisted && item->kind == AST_RESOURCE))
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

/* ---- chains -------------------------------------------------------------- */

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

static const char cancel_text[] = "/* Asks a running ${name} to stop: chain_root_cancel(). */\n"
                                  "static inline void ${name}_cancel(struct ${name} *${u})\n"
                                  "{\n"
                                  "    chain_root_cancel(&${u}->root);\n"
                                  "}\n"
                                  "\n";

static const char value_text[] = "{\n"
                                 "    return ${u}->frame.u.value;\n"
                                 "}\n"
                                 "\n";

static void emit_value(struct emitter *emitter)
{
    const struct symbol *chain = emitter->chain->symbol;
    const char *name = emitter->chain->c_name, *u = emitter->program->own[OWN_USE];

    writer_putf(emitter->writer, "/* The value of a %s whose outcome is CHAIN_OUTCOME_VALUE. */\n",
                name);
    emit_value_line(emitter, chain->value, chain->value.at);
    writer_putf(emitter->writer, "static inline %s %s_value(const struct %s *%s)\n",
                chain->value.before, name, name, u);
    emit_line_back(emitter);
    writer_put_template(emitter->writer, value_text, "u", u, NULL);
}

/* What settle binds. */
static void emit_settled_types(struct emitter *emitter)
{
    struct writer *w = emitter->writer;

    for (const struct settled_type *type = emitter->chain->checked->settled_types; type != NULL;
         type = type->next) {
        writer_putf(w, "%s {\n    enum chain_outcome outcome;\n", type->type.before);
        if (!ctype_is_void(type->value)) {
            emit_type_line(emitter, type->value);
            writer_putf(w, "    %s;\n", ctype_declare(emitter->arena, type->value, "value"));
            emit_line_back(emitter);
        }
        writer_put(w, "    struct chain_error error;\n};\n\n");
    }
}

/* The author's comment on a chain, above its declarations for C code. */
static void emit_chain_comment(struct emitter *emitter)
{
    const struct ast_item *item = emitter->program->units->file->items;

    while (item != NULL
           && (item->kind != AST_PROTO || item->u.proto != emitter->chain->symbol->proto))
        item = item->next;
    if (item != NULL)
        emit_comment_above(emitter, item);
}

static void emit_chain(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    const char *name = chain->c_name, *loop = resolve_name_is_replaced(emitter->program, "loop")
                                                  ? emitter->program->own[OWN_LOOP]
                                                  : "loop";

    emit_settled_types(emitter);
    if (chain->has_branches)
        writer_putf(w, "struct %s_branches;\n\n", name);
    emit_frame(emitter);
    emit_slots(emitter, chain->strands);
    if (chain->has_branches)
        emit_branches(emitter);
    if (chain->symbol->is_static)
        return;
    writer_putf(
        w,
        "/* For generated code: prepares the frame for a call. */\nvoid %s_start(struct %s_frame *%s%s%s);\n",
        name, name, emit_header_parameter(emitter->arena, chain->symbol, "frame"),
        chain->has_branches
            ? arena_format(emitter->arena, ", struct %s_branches *%s", name,
                           emit_header_parameter(emitter->arena, chain->symbol, "branches"))
            : "",
        emit_header_parameter_list(emitter, chain->symbol));
    writer_putf(w, "extern const struct chain_type %s_type;\n", name);
    if (chain->symbol->pool != NULL)
        writer_putf(w, "extern struct chain__pool %s_pool;\n", name);
    writer_put(w, "\n");
    emit_chain_comment(emitter);
    writer_put_template(
        w, root_text, "name", name, "padding",
        arena_format(emitter->arena,
                     "    CHAIN__PAD(sizeof(struct chain_root), "
                     "CHAIN__ALIGN(struct %s_frame))\n",
                     name),
        "distance",
        !chain->has_branches
            ? ""
            : arena_format(
                emitter->arena,
                "CHAIN_STATIC_ASSERT(sizeof(struct %s) <= 524280, \"a branch finds its strand within 512 KB\");\n",
                name),
        "u", emit_header_parameter(emitter->arena, chain->symbol, "u"), "loop",
        emit_header_parameter(emitter->arena, chain->symbol, loop), "parameters",
        emit_header_parameter_list(emitter, chain->symbol), "branches",
        chain->has_branches
            ? arena_format(emitter->arena, "    struct %s_branches branches;\n", name)
            : "",
        NULL);
    writer_put_template(w, cancel_text, "name", name, "u", emitter->program->own[OWN_USE], NULL);
    if (!ctype_is_void(chain->symbol->value))
        emit_value(emitter);
}

/* ---- the file ------------------------------------------------------------ */

static const char head_text[] = "/* Generated by chainc from ${source}. Do not edit. */\n"
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

const char *emit_header_guard(const struct program *program, const char *header, uint32_t digest)
{
    const char *slash = strrchr(header, '/'), *name = slash == NULL ? header : slash + 1;
    char *guard = arena_copy(program->arena, c_names_upper(program->arena, name), strlen(name));

    for (char *p = guard; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p))
            *p = '_';
    return arena_format(program->arena, "CHAINC_%s_%08" PRIX32, guard, digest);
}

enum { DIGITS = 8 };

/* FNV-1a of the text from a place on, without `#line`, so that names of files do not count. */
static uint32_t digest_of(const char *at)
{
    uint32_t digest = FNV_BEGIN;

    for (; *at != '\0'; at++) {
        while (at[-1] == '\n' && strncmp(at, "#line ", 6) == 0)
            at = strchr(at, '\n') + 1;
        digest = fnv_add(digest, *at);
    }
    return digest;
}

/* The header's digest stands in it as the end of its guard's name, so that
 * headers of one name differ (decision 30), and as the guard's value, which the
 * C file compares (decision 31). `begin` is where the text after the guard
 * begins. */
static uint32_t put_digest(struct writer *writer, size_t begin, size_t guard_length)
{
    uint32_t digest = digest_of(writer->text + begin);
    size_t defined = begin - DIGITS - strlen(" 0x");
    size_t ends[] = { begin, defined, defined - guard_length - strlen("\n#define ") };

    for (size_t n = 0; n < sizeof ends / sizeof *ends; n++)
        for (unsigned i = 0; i < DIGITS; i++)
            writer->text[ends[n] - 1 - i] =
                (n == 0 ? "0123456789abcdef" : "0123456789ABCDEF")[digest >> 4 * i & 0xf];
    return digest;
}

uint32_t emit_h(struct writer *writer, const struct program *program, const struct ir_chain *chains,
                const struct emit_options *options)
{
    struct emitter emitter = { .writer = writer,
                               .program = program,
                               .options = options,
                               .arena = program->arena,
                               .output = options->h_name };

    const char *guard = emit_header_guard(program, options->header_name, 0);
    size_t begin;

    writer_put_template(writer, head_text, "source",
                        emit_comment_text(&emitter, options->source_name), "guard", guard, NULL);
    writer_put(writer, "0x00000000");
    begin = writer->length;
    writer_put_template(writer, after_digest_text, "abi", EMIT_ABI, "runtime",
                        options->vendored ? "chain.h" : "chain/private/gen.h", NULL);
    for (const struct ast_item *item = program->units->file->items; item != NULL; item = item->next)
        if (item->kind == AST_CPP || item->kind == AST_IMPORT)
            emit_item(&emitter, item);
    writer_put(writer, "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    emit_items(&emitter);
    emit_code_macros(&emitter);
    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next) {
        emitter.chain = chain;
        emit_chain(&emitter);
    }
    writer_putf(writer, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    return put_digest(writer, begin, strlen(guard));
}
