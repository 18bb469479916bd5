/* compile.c - the passes in their order. */
#include "compile.h"

#include <stdlib.h>
#include <string.h>

#include "driver/size_probe.h"
#include "frame/frame.h"
#include "syntax/ast.h"

/* ---- dumps --------------------------------------------------------------- */

static void dump_tree(struct compilation *compilation, struct writer *out,
                      const struct ast_file *file)
{
    if (compilation->options->dump == DUMP_AST)
        ast_dump(out, file, &compilation->sources, true);
    else
        ast_print(out, file);
}

static void dump_chain(struct compilation *compilation, struct writer *out,
                       const struct ir_chain *chain)
{
    if (compilation->options->dump == DUMP_CHECKED)
        checked_dump(out, chain->checked, &compilation->sources);
    else if (compilation->options->dump == DUMP_IR)
        ir_dump(out, chain, &compilation->sources);
    else
        frame_dump(out, chain);
}

/* ---- the report ---------------------------------------------------------- */

/* The folder that a path leads to. */
static const char *folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? "." : arena_format(arena, "%.*s", (int)(slash - path + 1), path);
}

static const char *c_compiler(const struct options *options)
{
    const char *cc = options->cc != NULL ? options->cc : getenv("CC");
    return cc == NULL || *cc == '\0' ? "cc" : cc;
}

/* The header as it would be written, and after it what asks for the sizes of what is in it. */
static void print_report(struct compilation *compilation, const struct ir_chain *chains,
                         struct writer *out)
{
    struct arena *arena = &compilation->arena;
    const struct program *program = &compilation->program;
    struct emit_options options = { .header_name = "size_probe.h",
                                    .source_name = "probe",
                                    .vendored = compilation->options->vendored };
    struct report *report = report_new(program, chains);
    struct writer text;
    struct probe probe = { .cc = c_compiler(compilation->options),
                           .include_dirs = program->include_dirs,
                           .source_dir = folder_of(arena, program->units->path),
                           .text = &text };
    const char *assembler;

    if (program->data_dir != NULL)
        probe.runtime_dir = arena_format(arena, "%s/../../include", program->data_dir);
    writer_init(&text, arena);
    emit_h(&text, program, chains, &options);
    report_probe(&text, report);
    assembler = size_probe_compile(arena, &probe, &compilation->problem);
    if (assembler != NULL && !report_read(report, assembler))
        compilation->problem =
            arena_format(arena,
                         "'%s' does not say all sizes: it must know the inline assembler of gcc",
                         probe.cc);
    if (compilation->problem == NULL)
        report_print(out, report, compilation->options->dump == DUMP_REPORT_JSON);
}

/* ---- the passes ---------------------------------------------------------- */

static struct ir_chain *machine(struct compilation *compilation, struct checked_chain *checked)
{
    struct arena *arena = &compilation->arena;
    struct ir_chain *chain = lower_chain(arena, checked);
    const struct liveness *live;

    simplify(arena, chain);
    live = liveness(arena, chain);
    layout(arena, chain, live, failure_room(arena, chain, live), locals(arena, chain, live));
    c_names(arena, &compilation->program, chain);
    if (chain->state_count + chain->site_count >= UINT16_MAX) /* both are counted in 16 bits */
        diag_report(&compilation->diags, D_TOO_MANY_STATES, chain->symbol->span,
                    chain->symbol->name);
    return chain;
}

static struct ir_chain *machines(struct compilation *compilation, struct checked_chain *checked)
{
    struct ir_chain *first = NULL, **last = &first;

    for (; checked != NULL; checked = checked->next) {
        *last = machine(compilation, checked);
        last = &(*last)->next;
    }
    return first;
}

/* The header first: it says what the C file looks for in it. */
static void emit(struct compilation *compilation, const struct ir_chain *chains)
{
    const struct program *program = &compilation->program;

    if (compilation->options->skeleton) {
        emit_skeleton(&compilation->c, program, chains, &compilation->emit);
        return;
    }
    compilation->emit.digest = emit_h(&compilation->h, program, chains, &compilation->emit);
    emit_c(&compilation->c, program, chains, &compilation->emit);
}

static void compile_tree(struct compilation *compilation, struct ast_file *file)
{
    struct checked_chain *checked;
    struct ir_chain *chains;

    if (!resolve(&compilation->program, file))
        return;
    checked = check(&compilation->program);
    if (compilation->diags.errors != 0)
        return;
    branch_room(&compilation->program);
    carries(&compilation->program);
    pools(&compilation->program);
    raises(&compilation->program, checked);
    if (compilation->diags.errors != 0 || compilation->options->check_only)
        return;
    chains = machines(compilation, checked);
    if (compilation->options->dump >= DUMP_REPORT)
        print_report(compilation, chains, &compilation->c);
    else if (compilation->options->dump != DUMP_NONE)
        for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next)
            dump_chain(compilation, &compilation->c, chain);
    else if (compilation->diags.errors == 0)
        emit(compilation, chains);
}

void compile(struct compilation *compilation, const struct source *source)
{
    struct arena *arena = &compilation->arena;
    struct names *names = &compilation->names;
    struct diags *diags = &compilation->diags;
    struct ast_file *file;

    if (compilation->options->dump == DUMP_TOKENS) {
        parse_dump_tokens(&compilation->c, arena, names, diags, source, &compilation->sources);
        return;
    }
    file = parse(arena, names, diags, source);
    if (diags->errors != 0)
        return;
    if (compilation->options->dump == DUMP_AST || compilation->options->dump == DUMP_SOURCE)
        dump_tree(compilation, &compilation->c, file);
    else
        compile_tree(compilation, file);
}

/* ---- a compilation ------------------------------------------------------- */

void compile_begin(struct compilation *compilation, const struct options *options,
                   const struct diags *settings)
{
    struct arena *arena = &compilation->arena;
    struct program *program = &compilation->program;
    static const char *const no_dirs[] = { NULL };

    *compilation = (struct compilation){
        .names.arena = arena, .sources.arena = arena, .diags = *settings, .options = options
    };
    compilation->diags.arena = arena;
    compilation->diags.sources = &compilation->sources;
    writer_init(&compilation->c, arena);
    writer_init(&compilation->h, arena);
    compilation->emit = (struct emit_options){ .c_name = "out.c",
                                               .h_name = "out.h",
                                               .header_name = "out.h",
                                               .source_name = "in.chain",
                                               .lines = !options->no_lines,
                                               .debug = options->debug,
                                               .vendored = options->vendored };
    *program = (struct program){ .arena = arena,
                                 .names = &compilation->names,
                                 .diags = &compilation->diags,
                                 .sources = &compilation->sources,
                                 .data_dir = options->data_dir,
                                 .data_problem = options->data_problem };
    program->include_dirs = options->include_dirs != NULL ? options->include_dirs : no_dirs;
    program->last_unit = &program->units;
    program->last_symbol = &program->symbols;
    program->last_chain = &program->chains;
}

struct given_text {
    struct compilation *compilation;
    const char *path, *text;
    size_t length;
};

static void compile_as_text(void *context)
{
    struct given_text *given = context;
    compile(given->compilation,
            source_add(&given->compilation->sources, given->path, given->text, given->length));
}

bool compile_text(struct compilation *compilation, const char *path, const char *text,
                  size_t length)
{
    return arena_guard(&compilation->arena, compile_as_text,
                       &(struct given_text){ compilation, path, text, length });
}

bool compile_has_errors(const struct compilation *compilation)
{
    const struct diags *diags = &compilation->diags;
    return diags->errors != 0 || (diags->warnings_are_errors && diags->warnings != 0);
}

void compile_end(struct compilation *compilation)
{
    arena_release(&compilation->arena);
}
