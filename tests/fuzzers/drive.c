/* drive.c - the compiler's passes as compile() calls them. */
#include "drive.h"

#include <string.h>

static const char *include_dirs[] = { "lib", NULL };
static const struct options options = { .include_dirs = include_dirs, .data_dir = "share" };
static const struct diags settings;

bool drive_parse(struct driven *d, const char *text, size_t length)
{
    struct compilation *c = &d->base;

    compile_begin(c, &options, &settings);
    d->chains = NULL;
    d->file =
        parse(&c->arena, &c->names, &c->diags, source_add(&c->sources, "main.chain", text, length));
    return c->diags.errors == 0;
}

static struct ir_chain *machine(struct compilation *c, struct checked_chain *checked)
{
    struct ir_chain *chain = lower_chain(&c->arena, checked);
    const struct liveness *live;

    simplify(&c->arena, chain);
    verify_machine(chain);
    live = liveness(&c->arena, chain);
    layout(&c->arena, chain, live, failure_room(&c->arena, chain, live),
           locals(&c->arena, chain, live));
    c_names(&c->arena, &c->program, chain);
    verify_layout(chain, live);
    return chain;
}

bool drive_check(struct driven *d)
{
    struct compilation *c = &d->base;
    struct ir_chain **last = &d->chains;
    struct checked_chain *checked;

    resolve(&c->program, d->file);
    checked = check(&c->program);
    if (c->diags.errors != 0)
        return false;
    branch_room(&c->program);
    carries(&c->program);
    raises(&c->program, checked);
    if (c->diags.errors != 0)
        return false;
    for (; checked != NULL; checked = checked->next) {
        *last = machine(c, checked);
        last = &(*last)->next;
    }
    return true;
}

void drive_emit(struct driven *d, struct writer *source, struct writer *header, bool lines)
{
    struct emit_options emit = d->base.emit;

    emit.lines = lines;
    emit.digest = emit_h(header, &d->base.program, d->chains, &emit);
    emit_c(source, &d->base.program, d->chains, &emit);
}

void drive_skeleton(struct driven *d, struct writer *writer)
{
    struct emit_options emit = d->base.emit;

    emit.vendored = true;
    emit_skeleton(writer, &d->base.program, d->chains, &emit);
}

/* What a C compiler would answer: some offset and size for each question. */
static const char *answer_probe(struct arena *arena, const struct writer *probe)
{
    struct writer answers;
    size_t number = 0;

    writer_init(&answers, arena);
    for (const char *at = probe->text; (at = strstr(at, "->chain ")) != NULL; at++, number++)
        writer_putf(&answers, "->chain %zu %zu %zu\n", number, number % 7 * 4, number % 5 * 4);
    return answers.text == NULL ? "" : answers.text;
}

static void print_report(struct driven *d, struct writer *writer)
{
    struct arena *arena = &d->base.arena;
    struct report *report = report_new(&d->base.program, d->chains);
    struct writer probe;

    writer_init(&probe, arena);
    report_probe(&probe, report);
    must(report_read(report, answer_probe(arena, &probe)),
         "the report does not understand the answers");
    report_print(writer, report, false);
    report_print(writer, report, true);
}

void drive_dumps(struct driven *d, struct writer *writer)
{
    const struct sources *sources = &d->base.sources;

    ast_dump(writer, d->file, sources, true);
    ast_print(writer, d->file);
    for (const struct ir_chain *chain = d->chains; chain != NULL; chain = chain->next) {
        checked_dump(writer, chain->checked, sources);
        ir_dump(writer, chain, sources);
        frame_dump(writer, chain);
    }
    print_report(d, writer);
}

void drive_end(struct driven *d)
{
    compile_end(&d->base);
}
