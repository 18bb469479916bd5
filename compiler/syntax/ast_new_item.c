/* ast_new_item.c - constructors of items, prototypes and their clauses, for the
 * grammar; those of steps: ast_new.c. */
#include "base/arena.h"
#include "base/intern.h"
#include "syntax/ast_new.h"
#include <string.h>

static struct ast_item *new_item(struct arena *arena, enum ast_item_kind kind, struct span span)
{
    struct ast_item *item = arena_new(arena, struct ast_item);

    item->kind = kind;
    item->span = span;
    return item;
}

struct ast_item *ast_new_c_item(struct arena *arena, enum ast_item_kind kind, struct span span,
                                struct ast_c *c)
{
    struct ast_item *item = new_item(arena, kind, span);

    item->u.c = c;
    return item;
}

/* The string's text without its quotes. */
struct ast_item *ast_new_string_item(struct arena *arena, enum ast_item_kind kind, struct span span,
                                     const struct ast_c *string)
{
    struct ast_item *item = new_item(arena, kind, span);
    size_t length = strlen(string->text);

    item->u.string.text = length >= 2 ? arena_copy(arena, string->text + 1, length - 2) : "";
    item->u.string.text_span = string->span;
    return item;
}

struct ast_item *ast_new_import(struct arena *arena, struct span span, const struct ast_c *string,
                                struct ast_name *as)
{
    struct ast_item *item = ast_new_string_item(arena, AST_IMPORT, span, string);

    item->u.string.as = as;
    return item;
}

const char *ast_import_qualifier(struct names *names, const char *string)
{
    const char *slash = strrchr(string, '/'), *name = slash != NULL ? slash + 1 : string + 1;

    return intern(names, name, strcspn(name, ".\""));
}

struct ast_item *ast_import_export(struct ast_item *import, struct span span)
{
    import->u.string.is_export = true;
    import->span = span;
    return import;
}

struct ast_item *ast_new_module(struct arena *arena, struct span span, struct ast_name *name)
{
    struct ast_item *item = new_item(arena, AST_MODULE, span);

    item->u.module = name;
    return item;
}

struct ast_item *ast_item_static(struct ast_item *item, struct span span)
{
    item->is_static = true;
    item->span = span;
    return item;
}

struct ast_item *ast_new_resource(struct arena *arena, struct span span, struct ast_name *name,
                                  struct ast_c *type, struct ast_name *releases)
{
    struct ast_item *item = new_item(arena, AST_RESOURCE, span);

    item->u.resource.name = name;
    item->u.resource.type = type;
    item->u.resource.releases = releases;
    return item;
}

struct ast_item *ast_new_codes(struct arena *arena, struct span span, pos brace,
                               struct ast_code *codes)
{
    struct ast_item *item = new_item(arena, AST_CODES, span);

    item->brace = brace;
    item->u.codes = codes;
    return item;
}

struct ast_code *ast_new_code(struct arena *arena, struct ast_name *name, struct ast_number *value,
                              struct ast_c *text)
{
    struct ast_code *code = arena_new(arena, struct ast_code);

    code->name = name;
    code->value = value;
    code->text = text;
    return code;
}

struct ast_item *ast_new_proto_item(struct arena *arena, struct span span, struct ast_proto *proto)
{
    struct ast_item *item = new_item(arena, AST_PROTO, span);

    item->u.proto = proto;
    return item;
}

struct ast_proto *ast_new_proto(struct arena *arena, struct span span, struct ast_c *type,
                                struct ast_name *name)
{
    struct ast_proto *proto = arena_new(arena, struct ast_proto);

    proto->span = span;
    proto->type = type;
    proto->name = name;
    return proto;
}

struct ast_proto *ast_proto_with(struct ast_proto *proto, enum ast_proto_kind kind, bool is_static,
                                 struct span span, struct ast_opclause *clauses)
{
    proto->kind = kind;
    proto->is_static = is_static;
    proto->span = span;
    proto->clauses = clauses;
    return proto;
}

struct ast_proto *ast_proto_extern(struct ast_proto *proto)
{
    proto->is_extern = true;
    return proto;
}

struct ast_proto *ast_proto_body(struct ast_proto *proto, struct ast_block *body)
{
    proto->body = body;
    return proto;
}

struct ast_opclause *ast_new_opclause(struct arena *arena, enum ast_opclause_kind kind,
                                      struct span span)
{
    struct ast_opclause *clause = arena_new(arena, struct ast_opclause);

    clause->kind = kind;
    clause->span = span;
    return clause;
}

struct ast_opclause *ast_new_fails(struct arena *arena, struct span span, struct ast_c *condition,
                                   struct ast_c *code)
{
    struct ast_opclause *clause = ast_new_opclause(arena, AST_FAILS, span);

    clause->condition = condition;
    clause->code = code;
    return clause;
}

struct ast_opclause *ast_code_in_brackets(struct ast_opclause *fails)
{
    fails->code_in_brackets = true;
    return fails;
}

struct ast_opclause *ast_fails_message(struct ast_opclause *fails, struct span span,
                                       struct ast_c *message, bool says)
{
    fails->span = span;
    fails->message = message;
    fails->says = says;
    return fails;
}

struct ast_opclause *ast_fails_info(struct ast_opclause *fails, struct span span,
                                    struct ast_c *info, bool in_brackets)
{
    fails->span = span;
    fails->info = info;
    fails->info_in_brackets = in_brackets;
    return fails;
}

struct ast_opclause *ast_new_raises(struct arena *arena, struct span span, struct ast_name *codes)
{
    struct ast_opclause *clause = ast_new_opclause(arena, AST_RAISES, span);

    clause->codes = codes;
    return clause;
}

struct ast_opclause *ast_new_state(struct arena *arena, struct span span, struct ast_c *members)
{
    struct ast_opclause *clause = ast_new_opclause(arena, AST_STATE, span);

    clause->state = members;
    return clause;
}

struct ast_opclause *ast_new_count(struct arena *arena, enum ast_opclause_kind kind,
                                   struct span span, struct ast_number *count)
{
    struct ast_opclause *clause = ast_new_opclause(arena, kind, span);

    clause->count = count;
    return clause;
}

struct ast_opclause *ast_new_on(struct arena *arena, struct span span, struct ast_name *pool,
                                struct ast_number *threads)
{
    struct ast_opclause *clause = ast_new_opclause(arena, AST_ON, span);

    clause->name = pool;
    clause->count = threads;
    return clause;
}
