/* chain/private/carry.h - the functions that generated code calls where
 * rejections carry texts or causes (rules 123-132). Private: part of
 * chain/private/gen.h, which includes it. */
#ifndef CHAIN_PRIVATE_CARRY_H
#define CHAIN_PRIVATE_CARRY_H

#include "chain/private/gen.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The storage of a strand whose rejection carries something: the failure, what
 * the runtime may write after it while it is under way, and the place, which is
 * as large as the chain asks for. */
struct chain__rejected {
    struct chain__close close;
    struct chain__carried head;
};

/* What a rejection carries stays where it is until the chain runs something
 * else. Before that these copy it to a place of the chain's own.
 *
 * Moves what `failure`, the rejection with this code, carries to `to`. */
void chain__carry(int code, struct chain_failure *failure, struct chain__carried *to, size_t room);

/* `err` of a handler, with a copy of what it carries. */
struct chain_error chain__error_kept(const struct chain_op *op, const struct chain_failure *failure,
                                     struct chain__carried *to, size_t room);

/* After chain__raise_again(): what the error carried goes back to the storage of the strand. */
void chain__carry_again(struct chain_op *op, struct chain__carried *from, struct chain__carried *to,
                        size_t room);

/* The arguments `to` and `room` of these, for the place that a chain has in a struct. */
#define CHAIN__ROOM(place) &(place).chain__head, sizeof(place)

/* Makes a place of `room` bytes that has a text: at most `size` bytes with its 0. */
void chain__say(struct chain__carried *to, size_t room, size_t size, const char *text);

/* After that, for `fails`: what the clause has found out, with its info. */
static inline void chain__told(struct chain__fault *fault, struct chain__carried *to, intptr_t info)
{
    to->info = info;
    fault->message = chain__carries;
    fault->info = (intptr_t)to;
}

/* reject(code, message, info) says (text) */
int chain__raise_saying(struct chain_op *op, struct chain__carried *to, size_t room, size_t size,
                        int code, const char *message, intptr_t info, const char *text);

/* reject(code, message, info) because: in a handler of `cause`, which carries `of_cause`. */
int chain__raise_because(struct chain_op *op, struct chain__carried *to, size_t room,
                         const struct chain_error *cause, const struct chain__carried *of_cause,
                         int code, const char *message, intptr_t info);
int chain__raise_saying_because(struct chain_op *op, struct chain__carried *to, size_t room,
                                const struct chain_error *cause,
                                const struct chain__carried *of_cause, size_t size, int code,
                                const char *message, intptr_t info, const char *text);

/* The errors of the branches of an any: a place for `count` of them, and
 * chain__cause() with a copy there of what it carries. */
void chain__gather(struct chain__carried *to, size_t room, unsigned count);
struct chain_error chain__cause_kept(const struct chain_op *op, const struct chain_failure *failure,
                                     struct chain__carried *to);

/* NAME_reject_text() of an operation with `text SIZE`, and of a posted one. */
enum chain_settled chain__reject_text(struct chain_deferred done, int code, const char *text,
                                      intptr_t info, size_t size);
enum chain_settled chain__shared_reject_text(struct chain_deferred done, int code, const char *text,
                                             intptr_t info, size_t size);
enum chain_settled chain__post_reject_text(struct chain_deferred done, int code, const char *text,
                                           intptr_t info, size_t size);

/* The causes of a rejection, as chain_error_print() writes them, with `end` before each. */
size_t chain__causes_text(const struct chain_error *error, const char *end, char *bytes,
                          size_t size);

#ifdef __cplusplus
}
#endif

#endif
