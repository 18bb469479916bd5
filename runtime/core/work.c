/* work.c - steps that block (rule 104). The workers of the loop run them. The
 * core has no threads: without workers such a step is rejected. */
#include "core.h"

static int submit(struct chain_loop *loop, struct chain_work *work)
{
    return loop->workers == NULL ? ENOTSUP : loop->workers->submit(loop, work);
}

/* Once it is submitted, a thread may settle it at any moment. */
void chain__work_start(struct chain_work *work, void *call, int (*run)(struct chain_work *work),
                       const char *pool)
{
    struct chain_deferred done = chain__deferred(call);
    int code;

    work->run = run;
    work->pool = pool;
    work->done = done;
    code = submit(chain__loop_of_tag(done.tag), work);
    if (code != 0)
        chain__reject(done, code,
                      code == ENOTSUP ? "this loop has no threads"
                                      : "no thread for a blocking step",
                      0);
}

void chain_work_end(struct chain_work *work, int code)
{
    struct chain_deferred done = work->done;
    const struct chain_failure *said = chain__failure(done.op);

    if (code < 0) /* chain__work_fails() */
        (void)chain__post_reject(done, -code, said->message, said->info);
    else if (code != 0)
        (void)chain__post_reject(done, code, NULL, 0);
    else if (chain__post_begin(done) != NULL)
        (void)chain__post_end(done, 0);
}

void chain__work_cancel(struct chain_work *work)
{
    struct chain_loop *loop = chain__loop_of_tag(work->done.tag);

    if (loop->workers->withdraw(loop, work))
        chain__acknowledge(work->done);
}
