/* emit_codes.c - the codes of the file: an enum in the header; in the C file
 * their names and texts, which chain_code_name() finds in all files of a program.
 *
 *     codes { BAD_CRC = 0x4000 "checksum mismatch" };     ->     chain_code_name(BAD_CRC) = "BAD_CRC"
 */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "emit/emit.h"

/* ---- the header ---------------------------------------------------------- */

static void emit_code_value(struct emitter *emitter, const struct ast_code *code,
                            const struct symbol *symbol, bool counts_on)
{
    struct writer *w = emitter->writer;

    writer_putf(w, "    %s", symbol->c_name);
    if (code->value != NULL)
        writer_putf(w, " = %s", code->value->text);
    else if (!counts_on)
        writer_putf(w, " = 0x%08" PRIx32, (uint32_t)symbol->number);
    writer_put(w, code->next != NULL ? "," : "");
    if (code->text != NULL) {
        writer_put(w, " /* ");
        emit_put_comment_text(w, code->text->text, strlen(code->text->text));
        writer_put(w, " */");
    }
    writer_put(w, "\n");
}

void emit_code_enum(struct emitter *emitter, const struct ast_code *codes)
{
    bool counts_on = false;

    writer_put(emitter->writer, "enum {\n");
    for (const struct ast_code *code = codes; code != NULL; code = code->next) {
        emit_code_value(emitter, code, symbol_own(emitter->program->units, code->name->name),
                        counts_on);
        counts_on = counts_on || code->value != NULL;
    }
    writer_put(emitter->writer, "};\n\n");
}

/* The names by which earlier versions had these functions. */
void emit_code_macros(struct emitter *emitter)
{
    const struct unit *unit = emitter->program->units;

    if (!unit->knows_codes)
        return;
    for (int texts = 0; texts < 2; texts++)
        writer_putf(emitter->writer, "#define %s_code_%s(code) chain_code_%s(code)\n", unit->stem,
                    texts ? "text" : "name", texts ? "text" : "name");
    writer_put(emitter->writer, "\n");
}

/* ---- the C file ---------------------------------------------------------- */

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

static bool is_code_of(const struct symbol *symbol, const struct unit *unit, bool own)
{
    return symbol->kind == SYMBOL_CODE && (symbol->unit == unit) == own;
}

/* A symbol for its number, whose bytes are MODULE.NAME: of two files with codes
 * of the same number the linker says which (rule 119). */
static void emit_number(struct emitter *emitter, const struct symbol *code)
{
    const char *name =
        arena_format(emitter->arena, "%s.%s", symbol_module_name(code->unit), code->name);
    uint32_t number = (uint32_t)code->number;

    writer_putf(emitter->writer,
                "extern const char chain_code_%08" PRIx32 "[];\nconst char chain_code_%08" PRIx32
                "[] = ",
                number, number);
    writer_put_c_string(emitter->writer, name, strlen(name));
    writer_put(emitter->writer, ";\n");
}

/* Without an escape there is nothing that C could say of the text. */
static void emit_row(struct emitter *emitter, const struct symbol *code, const char *name)
{
    const struct ast_c *text = code->code->text;
    bool escapes = text != NULL && strchr(text->text, '\\') != NULL;

    if (escapes)
        emit_line(emitter, text->span);
    writer_putf(emitter->writer, "    { %s, %s, %s },\n", code->c_name, name,
                text != NULL ? literal(emitter, text) : "NULL");
    if (escapes)
        emit_line_back(emitter);
}

static const char *name_of(struct emitter *emitter, const struct symbol *code, bool own)
{
    return own ? arena_format(emitter->arena, "chain_code_%08" PRIx32 " + %zu",
                              (uint32_t)code->number, strlen(symbol_module_name(code->unit)) + 1)
               : arena_format(emitter->arena, "\"%s\"", code->name);
}

/* The table is named after its first code, since several C files may be compiled
 * as one. */
static void emit_table(struct emitter *emitter, bool own)
{
    const struct program *program = emitter->program;
    const struct unit *unit = program->units;
    bool begun = false;

    for (const struct symbol *code = program->symbols; code != NULL; code = code->next) {
        if (!is_code_of(code, unit, own))
            continue;
        if (!begun)
            writer_putf(emitter->writer,
                        "static const struct chain__code_text chain__codes_%08" PRIx32
                        "[] CHAIN__CODES = {\n",
                        (uint32_t)code->number);
        begun = true;
        emit_row(emitter, code, name_of(emitter, code, own));
    }
    if (begun)
        writer_put(emitter->writer, "};\n\n");
}

void emit_own_codes(struct emitter *emitter)
{
    const struct program *program = emitter->program;

    for (const struct symbol *code = program->symbols; code != NULL; code = code->next)
        if (is_code_of(code, program->units, true))
            emit_number(emitter, code);
    emit_table(emitter, true);
}

void emit_imported_codes(struct emitter *emitter)
{
    emit_table(emitter, false);
}
