/* frame.h - the layout of a chain's frame: which variables share a field, which fields share storage, and what needs no field. */
#ifndef FRAME_H
#define FRAME_H

#include "machine/ir.h"

/* The variables that share a place, and those that are needed when one of them is, by index. */
struct sharing {
    uint64_t *members, *conflicts; /* NULL: the place has no sharing */
};

/* Variables of one scope that are never needed at the same time: one field, or a union of fields. */
struct field {
    struct field *next, *next_in_scope;
    struct scope *scope;
    struct ir_strand *strand;    /* of the variables, if they may share */
    struct sharing sharing;      /* [layout] */
    bool gives_way;              /* a failure may overwrite all of them: it stands in one place with that */
    struct field_part *parts, **last_part;
};

/* One name and type of a field; several variables may stand behind it. */
struct field_part {
    struct field_part *next;
    struct ctype type;
    const char *name;            /* as written */
    const char *field;           /* [name] */
    struct variable *variable;   /* the first */
};

/* What is never needed after a wait stands in a struct of the resume function: variables of one name and type, of which no two are
 * needed at the same time, in one member. */
struct local {
    struct local *next;
    struct ctype type;
    struct variable *variable;   /* the first */
    struct sharing sharing;      /* [layout] */
    const char *name;            /* [name] */
};

struct frame {
    struct field *fields, **last_field;
    struct local *locals, **last_local;
    bool overlaid;               /* some fields give way */
};

/* Whether it is what one item of an each keeps: that stands in its slot, not in the scope around it. */
bool frame_scope_is_item(const struct scope *scope);

/* Whether a block keeps anything, itself or inside. */
bool frame_scope_is_empty(struct scope *scope);

/* How many blocks of a strand directly inside this one keep something: more than one share storage, in a union. */
unsigned frame_scope_siblings(const struct scope *scope, const struct ir_strand *strand);

/* The name of that union. */
const char *frame_scope_union(const struct scope *scope, const struct ir_strand *strand);

/* The member for the branches of a called chain. */
const char *c_names_callee_member(struct arena *arena, const struct ir_strand *strand, const struct symbol *op);

void frame_dump(struct writer *writer, const struct ir_chain *chain);

#endif
