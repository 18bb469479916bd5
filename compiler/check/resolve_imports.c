/* resolve_imports.c - part of resolve: files import each other in an order.
 *
 *     a.chain: import "b.chain";  b.chain: import "a.chain";     ->     error: a circle of imports: a.chain -> b.chain -> a.chain
 *
 * The generated header of a file includes those of its imports, and a frame contains those of what it calls: of two headers that
 * include each other one would be read before what it needs.
 */
#include "base/arena.h"
#include "base/diag.h"
#include "check/resolve.h"

static struct unit *imported_by(const struct program *program, const struct ast_item *item)
{
    struct unit *unit = item->kind == AST_IMPORT && item->u.string.file != NULL ? program->units : NULL;

    while (unit != NULL && unit->file != item->u.string.file)
        unit = unit->next;
    return unit;
}

/* From `first` along what is being followed. */
static void report_circle(struct program *program, struct unit *first, const struct unit *last)
{
    const char *names = first->path;
    const struct unit *unit = first;
    struct diag *diag;

    do {
        unit = imported_by(program, unit->followed);
        names = arena_format(program->arena, "%s -> %s", names, unit->path);
    } while (unit != first);
    diag = diag_report(program->diags, D_IMPORT_CIRCLE, last->followed->u.string.text_span, names);
    if (first != last)
        diag_note(program->diags, diag, first->followed->u.string.text_span, "it begins here");
}

static void follow(struct program *program, struct unit *unit)
{
    unit->visit = 1;
    for (const struct ast_item *item = unit->file->items; item != NULL; item = item->next) {
        struct unit *imported = imported_by(program, item);
        if (imported == NULL)
            continue;
        unit->followed = item;
        if (imported->visit == 1)
            report_circle(program, imported, unit);
        else if (imported->visit == 0)
            follow(program, imported);
    }
    unit->visit = 2;
}

void resolve_imports(struct program *program)
{
    follow(program, program->units); /* it imports all others */
}
