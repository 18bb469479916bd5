/* inside.c - see inside.chain: a libuv loop as a guest, on chain_poll. */
#include <chain_reactor.h>

#include "inside.h"

#include <stddef.h>
#include <uv.h>

/* One round without a wait, and then the time until the next one is due. */
static void run(struct inside *op)
{
    int64_t ms;
    bool is_alive = uv_run(op->loop, UV_RUN_NOWAIT) != 0;

    chain_timer_disarm(chain_loop_of(op), &op->due);
    if (!is_alive) {
        chain_poll_stop(&op->poll);
        inside_resolve(inside_done(op));
        return;
    }
    ms = uv_backend_timeout(op->loop);
    if (ms >= 0)
        chain_timer_arm(chain_loop_of(op), &op->due,
                        chain_loop_deadline(chain_loop_of(op), ms * 1000000));
}

static void on_ready(struct chain_poll *poll, unsigned what, int error)
{
    struct inside *op = (struct inside *)(void *)((char *)poll - offsetof(struct inside, poll));

    (void)what;
    if (error == 0) {
        run(op);
        return;
    }
    chain_timer_disarm(chain_loop_of(op), &op->due);
    inside_reject(inside_done(op), error, "the loop has lost its descriptor", 0);
}

static void on_due(struct chain_timer *due, struct chain_loop *loop)
{
    (void)loop;
    run((struct inside *)(void *)((char *)due - offsetof(struct inside, due)));
}

void inside_start(struct inside *op, uv_loop_t *loop)
{
    int code;

    op->loop = loop;
    op->poll.ready = on_ready;
    op->due = (struct chain_timer){ .fire = on_due };
    code = chain_poll_start(chain_loop_of(op), &op->poll, uv_backend_fd(loop), CHAIN_POLL_READ);
    if (code != 0)
        inside_reject(inside_done(op), code, "the loop has no descriptor to wait for", 0);
    else
        chain_timer_arm(chain_loop_of(op), &op->due, chain_loop_of(op)->now); /* the first round */
}

void inside_cancel(struct inside *op)
{
    chain_poll_stop(&op->poll);
    chain_timer_disarm(chain_loop_of(op), &op->due);
    inside_cancelled(inside_done(op));
}
