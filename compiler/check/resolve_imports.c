/* resolve_imports.c - part of resolve: files import each other in an order.
 *
 *     a.chain: import "b.chain";  b.chain: import "a.chain";     ->     error: a circle of imports: a.chain -> b.chain -> a.chain
 *
 * The generated header of a file includes those of its imports, because a frame
 * contains the frames of called chains. Of two headers that include each other,
 * the C compiler would read one before the declarations that it needs. */
#include "base/diag.h"
#include "base/way.h"
#include "check/resolve.h"

/* From `first` along what is being followed. */
static void report_circle(struct program *program, const struct unit *first,
                          const struct unit *last)
{
    const struct unit *unit = first;
    struct way way = { .count = 0 };
    struct diag *diag;

    way_add(&way, first->path);
    do {
        unit = unit->followed->u.string.unit;
        way_add(&way, unit->path);
    } while (unit != first);
    diag = diag_report(program->diags, D_IMPORT_CIRCLE, last->followed->u.string.text_span,
                       way_text(&way, program->arena));
    if (first != last)
        diag_note(program->diags, diag, first->followed->u.string.text_span, "it begins here");
}

/* The import of a unit that comes after the one it has followed; NULL: all have been. */
static const struct ast_item *next_import(const struct unit *unit)
{
    const struct ast_item *item = unit->followed == NULL ? unit->file->items : unit->followed->next;

    while (item != NULL && item->kind != AST_IMPORT)
        item = item->next;
    return item;
}

/* Its imports have all been left before. */
static void leave(struct unit *unit)
{
    unit->visit = 2;
    for (const struct ast_item *item = unit->file->items; item != NULL; item = item->next)
        unit->knows_codes |= item->kind == AST_CODES
                             || (item->kind == AST_IMPORT && item->u.string.unit->knows_codes);
}

/* Follows the imports of the compiled file, which imports all others, and of
 * what they import, without recursion. */
void resolve_imports(struct program *program)
{
    struct unit *unit = program->units;

    unit->visit = 1;
    while (unit != NULL) {
        struct unit *imported;
        unit->followed = next_import(unit);
        if (unit->followed == NULL) {
            leave(unit);
            unit = unit->follower;
            continue;
        }
        imported = unit->followed->u.string.unit;
        if (imported->visit == 1)
            report_circle(program, imported, unit);
        else if (imported->visit == 0) {
            imported->visit = 1;
            imported->follower = unit;
            unit = imported;
        }
    }
}
