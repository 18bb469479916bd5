/* chain_reactor.h - a loop with a clock, sockets and wake-ups, for hosted
 * systems.
 *
 * A reactor is a chain_loop and the file descriptors that operations wait for.
 * Open one on a thread, run chains on its loop (chain.h) from that thread,
 * close it there. The second half of this file is for those who write
 * operations on descriptors of their own; runtime/ops/net.c is an example. */
#ifndef CHAIN_REACTOR_H
#define CHAIN_REACTOR_H

#include "chain.h"

#ifdef __cplusplus
extern "C" {
#endif

struct chain_reactor;

/* Makes a reactor and its loop; the caller owns it and closes it. Rejections
 * nobody looks at, and what is left, are printed to stderr when it is closed;
 * on_unhandled and on_left of chain_reactor_loop(r) may be changed. 0; ENOMEM;
 * EMFILE or ENFILE if there is no descriptor left, EMFILE also when
 * CHAIN_LOOPS_MAX loops exist. Thread: any; the reactor is then used on one
 * thread. */
int chain_reactor_open(struct chain_reactor **reactor);

/* Ends the loop as chain_loop_fini() does, and returns what that returns: how
 * many roots were still running. They are left as they are, as are descriptors;
 * only the reactor's own are closed. Blocking functions that run are awaited
 * first, those that wait for a thread are forgotten, and the threads are
 * joined. Not from inside a turn. NULL is allowed. */
size_t chain_reactor_close(struct chain_reactor *reactor);

/* The loop to run chains on. Owned by the reactor. Never NULL. */
struct chain_loop *chain_reactor_loop(struct chain_reactor *reactor);

/* An on_trace hook that prints each event to stderr, as chain_trace_text()
 * writes it. Thread: any. */
void chain_trace_print(struct chain_loop *loop, const struct chain_event *event);

/* How many threads at most run the blocking steps of a reactor's loop (rule
 * 104): those of functions declared `on` the pool, or, if `pool` is NULL, those
 * without `on`. Without this call 4; the name is copied. Threads are started
 * when there is work and no idle one, block all signals, and are joined by
 * chain_reactor_close(). Before the pool's first use: 0; EINVAL for 0 threads;
 * EBUSY if it has threads already; ENOTSUP if `loop` is not a reactor's;
 * ENOMEM. */
int chain_reactor_threads(struct chain_loop *loop, const char *pool, unsigned threads);

/* ---- for operations on descriptors --------------------------------------- */

/* An operation on a descriptor tries its system call at once and waits only if
 * that would block. A descriptor is made known to the system once,
 * edge-triggered, when something has to wait for it for the first time; what
 * was learned about it is kept in a table by number. Hence: what is used here
 * is closed with chain_io_close(), and nothing else. Everything here is called
 * on the thread of the loop. Descriptors may be in blocking mode if the
 * attempts are not.
 *
 * The system tells of a change once, so only EAGAIN says that a descriptor has
 * nothing more. A short read, write or batch does not: data after an urgent
 * byte, a control message or the border of a record may be there already, and
 * nothing would tell of it again. */

/* READ: something to read, urgent data (MSG_OOB), the end of the stream. WRITE:
 * room to write, the end of a connect(2). Errors and a connection that is gone
 * are told to both. */
enum chain_io_direction { CHAIN_IO_READ, CHAIN_IO_WRITE };

enum chain_io_attempt {
    CHAIN_IO_AGAIN, /* the system call said EAGAIN: nothing was settled, keep waiting */
    CHAIN_IO_ENDED  /* the operation was settled, or does not want to wait any more */
};

struct chain_io_link {
    struct chain_io_link *next, *prev;
};

struct chain__entry;

/* A wait for a descriptor: a member of the operation's own state, which stays
 * where it is while it waits. Several may wait for one direction of a
 * descriptor; they are served in order. In memory that was nothing before, such
 * as a struct of a library, it is zeroed first. */
struct chain_io {
    struct chain_io_link link; /* first; next is NULL while it does not wait */
    /* Set by the operation before it starts. Makes the system call and settles
     * the operation, or returns CHAIN_IO_AGAIN. If `error` is not 0, the
     * operation does not wait any more: the descriptor was closed or forgotten
     * (ECANCELED), or cannot be waited for any more (another code). It then
     * rejects with that code and returns CHAIN_IO_ENDED. No chain runs inside.
     * After settling, the operation's struct is not touched. Inside, everything
     * below may be called for this operation, for others and for the
     * descriptor:
     * - chain_io_stop(io): it does not wait, whatever the attempt returns, and may be freed.
     * - chain_io_start(io), chain_io_wait(io): it waits anew, whatever the attempt returns. No attempt is made inside another
     *   one: it comes before the loop waits the next time.
     * - chain_io_close(), chain_io_forget(): others that wait are told at once; `io` is told ECANCELED if its attempt returns
     *   CHAIN_IO_AGAIN. What an ECANCELED attempt starts on that descriptor is refused with ECANCELED.
     */
    enum chain_io_attempt (*attempt)(struct chain_io *io, int error);
    struct chain__entry *entry; /* of the table, while it waits: the reactor's own */
};

/* Tries `io`, and waits for the descriptor if that would block or if others
 * wait already. 0: it waits or is settled. Else nothing was started and the
 * operation should reject with what is returned: EALREADY if `io` waits
 * already, for whatever descriptor; EBADF; EMFILE if the number is beyond the
 * table; EBUSY if another reactor knows the descriptor; ECANCELED if the
 * descriptor is just being closed; ENOTSUP if `loop` is not a reactor's;
 * ENOMEM, ENOSPC, EPERM of epoll_ctl(2), the last for files that one cannot
 * wait for; what on_failed of the loop was told, if that cannot wait any more. */
int chain_io_start(struct chain_loop *loop, struct chain_io *io, int fd,
                   enum chain_io_direction direction);

/* The same without trying at once: for a descriptor that is known not to be
 * ready, such as one that is being connected. */
int chain_io_wait(struct chain_loop *loop, struct chain_io *io, int fd,
                  enum chain_io_direction direction);

/* Ends a wait without settling anything, for a cancel hook. No effect if it does not wait. */
void chain_io_stop(struct chain_io *io);

/* Forgets a descriptor and leaves it open: its waiting operations reject with
 * ECANCELED. For a number that was just given out by the system, in case its
 * former owner closed it otherwise; before a descriptor moves to another
 * reactor; and before one is closed whose open file another process goes on to
 * use. */
void chain_io_forget(int fd);

/* Forgets and closes a descriptor. */
void chain_io_close(int fd);

#ifdef __cplusplus
}
#endif

#endif
