/* Runs the chain of 07_three_states.chain and looks at it: pending, resolved, rejected. */
#include "07_three_states.h"

#include <chain_reactor.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The question that is open: the right to settle it, once. */
static question_deferred open_question;

void question_start(struct question *op)
{
    open_question = question_done(op);
}

/* `open_question` is stale after that: to settle it does nothing. */
void question_cancel(struct question *op)
{
    question_cancelled(question_done(op));
}

static void show(const char *when, struct double_the_answer *promise)
{
    switch (chain_root_outcome(&promise->root)) {
    case CHAIN_OUTCOME_PENDING: printf("%s: pending\n", when); break;
    case CHAIN_OUTCOME_VALUE:
        printf("%s: resolved, value %d\n", when, double_the_answer_value(promise));
        break;
    case CHAIN_OUTCOME_REJECTED:
        printf("%s: rejected, %s\n", when,
               chain_code_name(chain_root_rejection(&promise->root).code));
        break;
    case CHAIN_OUTCOME_CANCELLED: printf("%s: cancelled\n", when); break;
    }
}

static void resolve(int value)
{
    printf("resolve(%d): %s\n", value,
           question_resolve(open_question, value) == CHAIN_OK ? "done" : "late, nothing changed");
}

static void reject(int code)
{
    enum chain_settled settled = question_reject(open_question, code, "no answer", 0);

    printf("reject(%s): %s\n", chain_code_name(code),
           settled == CHAIN_OK ? "done" : "late, nothing changed");
}

int main(void)
{
    static struct double_the_answer promise; /* zeroed once; used twice */
    struct chain_reactor *reactor;
    struct chain_loop *loop;
    int code = chain_reactor_open(&reactor);

    if (code != 0) {
        fprintf(stderr, "cannot open the reactor: %s\n", strerror(code));
        return 1;
    }
    loop = chain_reactor_loop(reactor);

    double_the_answer_run(&promise, loop);
    chain_loop_turn(loop, false);
    show("asked", &promise);
    if (chain_root_outcome(&promise.root) != CHAIN_OUTCOME_PENDING)
        /* the loop cannot wait: nobody was asked */
        return chain_reactor_close(reactor) == 0 ? 1 : 2;
    resolve(21);
    show("answered, the loop has not turned", &promise);
    chain_loop_turn(loop, false);
    show("answered", &promise);
    resolve(1);
    reject(EIO);
    show("answered again", &promise);

    double_the_answer_run(&promise, loop);
    chain_loop_turn(loop, false);
    show("asked once more", &promise);
    reject(EIO);
    chain_loop_turn(loop, false);
    show("refused", &promise);

    return chain_reactor_close(reactor) == 0 ? 0 : 1;
}
