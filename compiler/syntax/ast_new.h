/* ast_new.h - the constructors that the grammar's actions call, and the lists they fill. */
#ifndef AST_NEW_H
#define AST_NEW_H

#include "syntax/ast.h"

struct arena;

/* A list under construction: left-recursive rules add at the end in constant time. */
#define LIST_OF(node)                                                                             \
    struct node##_list {                                                                          \
        struct node *first, *last;                                                                \
    };                                                                                            \
    static inline struct node##_list node##_list_add(struct node##_list list, struct node *added) \
    {                                                                                             \
        if (list.last)                                                                            \
            list.last->next = added;                                                              \
        else                                                                                      \
            list.first = added;                                                                   \
        if (added)                                                                                \
            list.last = added;                                                                    \
        return list;                                                                              \
    }

LIST_OF(ast_item)
LIST_OF(ast_code)
LIST_OF(ast_name)
LIST_OF(ast_opclause)
LIST_OF(ast_var)
LIST_OF(ast_branch)
LIST_OF(ast_args)
LIST_OF(ast_param)

#undef LIST_OF

/* names, numbers, C text */
struct ast_name *ast_new_name(struct arena *arena, struct span span, const char *name);
struct ast_number *ast_new_number(struct arena *arena, struct span span, const char *text);
struct ast_number *ast_number_in_brackets(struct ast_number *number);
struct ast_duration *ast_new_time(struct arena *arena, struct span span, struct ast_c *time);
struct ast_duration *ast_new_duration(struct arena *arena, struct span span, struct ast_c *count,
                                      enum ast_unit unit);
struct ast_c *ast_new_c(struct arena *arena, struct span span, const char *text);

/* forms */
struct ast_form *ast_new_form(struct arena *arena, enum ast_form_kind kind, struct span span);
struct ast_form *ast_new_call(struct arena *arena, enum ast_form_kind kind, struct span span,
                              const struct ast_name *name);
struct ast_form *ast_call_with(struct ast_form *call, struct span span, struct ast_args *args);
struct ast_form *ast_new_expr(struct arena *arena, struct span span, struct ast_c *c);
struct ast_form *ast_new_do(struct arena *arena, struct span span, struct ast_c *type,
                            struct ast_c *body);
struct ast_form *ast_new_block_form(struct arena *arena, enum ast_form_kind kind, struct span span,
                                    struct ast_block *block);
struct ast_form *ast_new_branches(struct arena *arena, enum ast_form_kind kind, struct span span,
                                  struct ast_branch *branches);
struct ast_form *ast_new_each_in(struct arena *arena, struct ast_name *name, struct ast_c *low,
                                 struct ast_c *high);
struct ast_form *ast_new_each_from(struct arena *arena, struct ast_name *name,
                                   struct ast_form *source);
struct ast_form *ast_each_limit(struct ast_form *each, struct ast_number *limit,
                                struct ast_duration *stagger);
struct ast_form *ast_each_do(struct ast_form *each, struct span span, enum ast_form_kind manner,
                             struct ast_block *body);
struct ast_form *ast_each_as(struct ast_form *each, struct span span, struct ast_c *as_type,
                             struct ast_name *as, struct ast_block *settled);
struct ast_form *ast_new_if(struct arena *arena, struct span span, struct ast_c *condition,
                            struct ast_block *yes, struct ast_form *no);
struct ast_form *ast_new_while(struct arena *arena, struct span span, struct ast_c *condition,
                               struct ast_block *body);
struct ast_form *ast_new_delay(struct arena *arena, struct span span,
                               struct ast_duration *duration);
struct ast_form *ast_new_return(struct arena *arena, struct span span, struct ast_form *value);
struct ast_form *ast_new_reject(struct arena *arena, struct span span, bool given,
                                struct ast_args *args);
struct ast_form *ast_reject_says(struct ast_form *reject, struct ast_c *says);
struct ast_form *ast_reject_because(struct ast_form *reject, struct span span);

/* prefixes get the form they stand before at the end */
struct ast_form *ast_new_timeout(struct arena *arena, struct span span, struct ast_duration *limit);
struct ast_form *ast_new_retry(struct arena *arena, struct span span, struct ast_number *attempts);
struct ast_form *ast_retry_backoff(struct ast_form *retry, struct ast_duration *backoff,
                                   struct ast_duration *to);
struct ast_form *ast_retry_pause(struct ast_form *retry, struct ast_duration *pause);
struct ast_form *ast_retry_jitter(struct ast_form *retry, struct ast_number *jitter);
/* codes NULL: any; condition NULL: none */
struct ast_form *ast_retry_on(struct ast_form *retry, struct ast_name *codes,
                              struct ast_c *condition);
struct ast_form *ast_prefix_with(struct ast_form *prefix, struct span span, struct ast_form *form);

/* steps, clauses, pipelines, blocks */
struct ast_step *ast_new_step(struct arena *arena, struct span span, struct ast_form *form);
struct ast_form *ast_new_start(struct arena *arena, struct span span, struct ast_form *form);
struct ast_form *ast_new_await(struct arena *arena, enum ast_form_kind kind, struct span span,
                               struct ast_name *name);
struct ast_step *ast_step_as(struct arena *arena, struct span span, struct ast_form *form,
                             struct ast_c *type, struct ast_name *name);
struct ast_step *ast_step_undo(struct ast_step *step, struct span span, struct ast_form *undo);
struct ast_clause *ast_new_clause(struct arena *arena, enum ast_clause_kind kind, struct span span,
                                  struct span keyword, struct ast_step *step);
struct ast_clause *ast_clause_else(struct ast_clause *clause, struct ast_step *step);
struct ast_clause *ast_clause_codes(struct ast_clause *clause, struct ast_name *codes);
struct ast_pipeline *ast_new_pipeline(struct arena *arena, struct ast_step *first);
struct ast_pipeline *ast_pipeline_add(struct ast_pipeline *pipeline, struct ast_clause *clause);
struct ast_branch *ast_new_branch(struct arena *arena, struct span span,
                                  struct ast_pipeline *pipeline, struct ast_block *winner);
struct ast_var *ast_new_var(struct arena *arena, struct span span, struct ast_c *declaration);
struct ast_block *ast_new_block(struct arena *arena, struct span span, struct ast_var *vars,
                                struct ast_pipeline *pipeline);

/* items */
struct ast_item *ast_new_c_item(struct arena *arena, enum ast_item_kind kind, struct span span,
                                struct ast_c *c);
struct ast_item *ast_new_string_item(struct arena *arena, enum ast_item_kind kind, struct span span,
                                     const struct ast_c *string);
struct ast_item *ast_new_import(struct arena *arena, struct span span, const struct ast_c *string,
                                struct ast_name *as);
struct ast_item *ast_import_export(struct ast_item *import, struct span span);
struct ast_item *ast_new_module(struct arena *arena, struct span span, struct ast_name *name);
struct ast_item *ast_item_static(struct ast_item *item, struct span span);
struct ast_item *ast_new_resource(struct arena *arena, struct span span, struct ast_name *name,
                                  struct ast_c *type, struct ast_name *releases);
struct ast_item *ast_new_codes(struct arena *arena, struct span span, pos brace,
                               struct ast_code *codes);
struct ast_code *ast_new_code(struct arena *arena, struct ast_name *name, struct ast_number *value,
                              struct ast_c *text);
struct ast_item *ast_new_proto_item(struct arena *arena, struct span span, struct ast_proto *proto);
struct ast_proto *ast_new_proto(struct arena *arena, struct span span, struct ast_c *type,
                                struct ast_name *name);
struct ast_proto *ast_proto_with(struct ast_proto *proto, enum ast_proto_kind kind, bool is_static,
                                 struct span span, struct ast_opclause *clauses);
struct ast_proto *ast_proto_extern(struct ast_proto *proto);
struct ast_proto *ast_proto_body(struct ast_proto *proto, struct ast_block *body);
struct ast_opclause *ast_new_opclause(struct arena *arena, enum ast_opclause_kind kind,
                                      struct span span);
struct ast_opclause *ast_new_fails(struct arena *arena, struct span span, struct ast_c *condition,
                                   struct ast_c *code);
struct ast_opclause *ast_code_in_brackets(struct ast_opclause *fails);
struct ast_opclause *ast_fails_message(struct ast_opclause *fails, struct span span,
                                       struct ast_c *message, bool says);
struct ast_opclause *ast_fails_info(struct ast_opclause *fails, struct span span,
                                    struct ast_c *info, bool in_brackets);
struct ast_opclause *ast_new_raises(struct arena *arena, struct span span, struct ast_name *codes);
struct ast_opclause *ast_new_state(struct arena *arena, struct span span, struct ast_c *members);
struct ast_opclause *ast_new_count(struct arena *arena, enum ast_opclause_kind kind,
                                   struct span span, struct ast_number *count);
/* threads NULL: how many is not said */
struct ast_opclause *ast_new_on(struct arena *arena, struct span span, struct ast_name *pool,
                                struct ast_number *threads);

#endif
