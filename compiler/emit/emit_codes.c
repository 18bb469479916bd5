/* emit_codes.c - the codes of the file: an enum, their names and texts for C
 * code, and a table of them for the generated main.
 *
 *     codes { BAD_CRC = 0x4000 "checksum mismatch" };     ->     shop_code_name(BAD_CRC) = "BAD_CRC"
 *
 * The functions are inline and in the header, so that they take no room in a
 * program that does not call them. */
#include <string.h>

#include "base/arena.h"
#include "emit/emit.h"

void emit_code_enum(struct emitter *emitter, const struct ast_code *codes)
{
    struct writer *w = emitter->writer;

    writer_put(w, "enum {\n");
    for (const struct ast_code *code = codes; code != NULL; code = code->next) {
        writer_putf(w, "    %s", code->name->name);
        if (code->value != NULL)
            writer_putf(w, " = %s", code->value->text);
        else if (code == codes)
            writer_put(w, " = 0x4000");
        writer_put(w, code->next != NULL ? "," : "");
        if (code->text != NULL) {
            writer_put(w, " /* ");
            emit_put_comment_text(w, code->text->text, strlen(code->text->text));
            writer_put(w, " */");
        }
        writer_put(w, "\n");
    }
    writer_put(w, "};\n\n");
}

/* A string as it is written, but without trigraphs, which it has not in the language. */
static const char *literal(struct emitter *emitter, const struct ast_c *string)
{
    const char *text = string->text;
    char *copy = arena_alloc(emitter->arena, 2 * strlen(text) + 1), *to = copy;

    for (const char *from = text; *from != '\0'; from++) {
        if (from != text && from[0] == '?' && from[-1] == '?')
            *to++ = '\\';
        *to++ = *from;
    }
    return copy;
}

static const struct symbol *next_code(const struct symbol *symbol)
{
    while (symbol != NULL && symbol->kind != SYMBOL_CODE)
        symbol = symbol->next;
    return symbol;
}

/* Without an escape there is nothing that C could say of it. */
static void emit_code_text(struct emitter *emitter, const struct symbol *code)
{
    const struct ast_c *text = code->code->text;

    if (strchr(text->text, '\\') != NULL)
        emit_line(emitter, text->span);
    writer_putf(emitter->writer, "    case %s: return %s;\n", code->name, literal(emitter, text));
    emit_line_back(emitter);
}

static void emit_code_function(struct emitter *emitter, const char *what, bool texts)
{
    struct writer *w = emitter->writer;

    writer_putf(w, "static inline const char *%s_code_%s(int %s)\n{\n    switch (%s) {\n",
                emitter->program->units->stem, what, emit_own_name(emitter, OWN_CODE),
                emit_own_name(emitter, OWN_CODE));
    for (const struct symbol *code = emitter->program->symbols; (code = next_code(code)) != NULL;
         code = code->next)
        if (texts && code->code->text != NULL)
            emit_code_text(emitter, code);
        else
            writer_putf(w, "    case %s: return \"%s\";\n", code->name, code->name);
    writer_putf(w, "    default: return chain_code_%s(%s);\n    }\n}\n\n", what,
                emit_own_name(emitter, OWN_CODE));
}

void emit_code_functions(struct emitter *emitter)
{
    if (!emitter->program->units->knows_codes)
        return;
    writer_put(
        emitter->writer,
        "/* chain_code_name() and chain_code_text(), with the codes of this file and of those that it imports. */\n");
    emit_code_function(emitter, "name", false);
    emit_code_function(emitter, "text", true);
}

bool emit_has_codes(const struct emitter *emitter)
{
    return next_code(emitter->program->symbols) != NULL;
}

void emit_code_table(struct emitter *emitter)
{
    struct writer *w = emitter->writer;

    if (!emit_has_codes(emitter))
        return;
    writer_put(w, "static const struct chain__code_text main_chain_codes[] = {\n");
    for (const struct symbol *code = emitter->program->symbols; (code = next_code(code)) != NULL;
         code = code->next)
        writer_putf(w, "    { %s, \"%s\", %s },\n", code->name, code->name,
                    code->code->text != NULL ? literal(emitter, code->code->text) : "NULL");
    writer_put(w, "    { 0, NULL, NULL },\n};\n\n");
}
