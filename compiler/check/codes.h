/* codes.h - sets of codes with which something can be rejected, for raises. */
#ifndef CODES_H
#define CODES_H

#include <stdbool.h>

struct arena;
struct ast_name;
struct mark;
struct names;
struct node;

struct code_list {
    struct code_list *next;
    const char *name; /* its C name, interned */
    const struct node *from;
};

/* A set of codes; `any` is all of them, brought by `from`. The holder of a set
 * may add to it, so two sets never share a list. */
struct codes {
    const struct node *any_from; /* NULL: only those listed */
    struct code_list *list, *last;
    bool of_handle; /* steps wait for handles: EINVAL and EDEADLK are breaches (rule 149) */
};

/* Remembers one set, so that sets are joined without going over one for each
 * code of the other. */
struct code_marks {
    struct arena *arena;
    struct names *names;
    struct mark *table; /* uthash, by name */
    unsigned set;       /* counts the sets that were marked */
};

/* From here on codes_marked() and codes_add() are about this set. */
void codes_mark(struct code_marks *marks, const struct codes *set);

/* The code as it stands in the set that was marked last; NULL: it is not there. */
const struct code_list *codes_marked(struct code_marks *marks, const char *name);

/* Whether nothing can reject. */
bool codes_are_none(const struct codes *set);

/* To the set that was marked last. */
void codes_add(struct code_marks *marks, struct codes *set, const char *name,
               const struct node *from);

/* A code that the runtime or errno.h has; it marks the set. */
void codes_add_builtin(struct code_marks *marks, struct codes *set, const char *name,
                       const struct node *from);

/* What is in either; `a` is used up. */
struct codes codes_both(struct code_marks *marks, struct codes a, struct codes b);

/* All codes. */
struct codes codes_any(const struct node *from);

/* Those of a list in the source. */
struct codes codes_listed(struct code_marks *marks, const struct ast_name *names,
                          const struct node *from);

/* A copy of a set, each code from `from`; NULL: from where it was. */
struct codes codes_copy(struct code_marks *marks, const struct codes *set, const struct node *from);

/* What is in `set` and not in `taken`; `set` is used up. */
struct codes codes_without(struct code_marks *marks, const struct codes *set,
                           const struct codes *taken);

#endif
