/* chain_reactor.h - a loop with a clock, sockets and wake-ups, for hosted
 * systems.
 *
 * A reactor is a chain_loop and the file descriptors that operations wait for.
 * Open one on a thread, run chains on its loop (chain.h) from that thread,
 * close it there. What chain.h says about functions, "unless a function says
 * otherwise", holds here, too. The second half of this file is for those who
 * write operations on descriptors of their own; runtime/ops/net.c is an
 * example. */
#ifndef CHAIN_REACTOR_H
#define CHAIN_REACTOR_H

#include "chain.h"

#ifdef __cplusplus
extern "C" {
#endif

struct chain_reactor;

/* Makes a reactor and its loop. The caller owns it, and closes it with
 * chain_reactor_close(). The hooks on_unhandled, on_left and on_failed of its
 * loop print to stderr, and may be changed. Returns 0; ENOMEM; EMFILE or ENFILE
 * if there is no descriptor left, EMFILE also when CHAIN_LOOPS_MAX loops exist.
 * After an error *reactor is NULL. Thread: any; the reactor is then used on one
 * thread. */
int chain_reactor_open(struct chain_reactor **reactor);

/* Ends the loop as chain_loop_fini() does, frees the reactor, and returns the
 * number of chains that were still running, roots and instances. Their structs
 * are left as they are. Of the descriptors only the reactor's own are closed.
 * It may block: first it removes the work that waits for a thread, waits for
 * the blocking functions that run, and joins the threads. Not from inside a
 * turn. NULL is allowed. */
size_t chain_reactor_close(struct chain_reactor *reactor);

/* The loop to run chains on. It belongs to the reactor and is never NULL. */
struct chain_loop *chain_reactor_loop(struct chain_reactor *reactor);

/* A function for `on_trace` that prints each event to stderr, as
 * chain_trace_text() writes it. Thread: any. */
void chain_trace_print(struct chain_loop *loop, const struct chain_event *event);

/* A `line` for chain_loop_dump() that prints to a FILE:
 * chain_loop_dump(loop, chain_dump_print, stderr). Thread: any. */
void chain_dump_print(void *file, const char *text);

/* From now on `signal`, such as SIGUSR1, makes the loop print its dump to
 * stderr, as chain_loop_dump() writes it: at its next wait, while none of its
 * chains runs. `signal` 0 ends that, and so does the end of the loop; the
 * signal then keeps its handler, which does nothing. Several loops may ask for
 * the same signal, and each prints its own chains. A child process has to call
 * this function itself. The program must not use the signal otherwise.
 *
 * Returns 0; ENOTSUP if `loop` is not a reactor's; EINVAL if `signal` cannot be
 * handled; the codes of eventfd(2) and of chain_io_wait(). After an error the
 * loop does not wait for the signal. */
int chain_loop_dump_on_signal(struct chain_loop *loop, int signal);

/* Sets how many threads a pool of a reactor's loop has at most (rules 104, 167);
 * without this call as many as `on NAME N` says, else 4. `pool` is the name after
 * `on`, and is copied; NULL: the pool of functions without `on`. Call it before
 * the first use of the pool. Returns 0; EINVAL for 0 threads; EBUSY if the pool
 * has threads already; ENOTSUP if `loop` is not a reactor's; ENOMEM. A thread is
 * started when there is work and no idle thread, and joined by
 * chain_reactor_close(). It blocks all signals but those of faults, such as
 * SIGSEGV, and of abort(). */
int chain_reactor_threads(struct chain_loop *loop, const char *pool, unsigned threads);

/* ---- in the loop of a host -------------------------------------------------
 *
 * A program that has a loop already, the host's, can run the chains in it,
 * without a thread and without polling:
 *
 * 1. Before each wait the host calls chain_reactor_prepare(), and waits for its
 *    own events, for chain_reactor_fd() to be readable (level-triggered), and no
 *    longer than the result.
 * 2. If the descriptor is readable or the time is over, it calls
 *    chain_loop_turn(loop, false): one turn, which never blocks and is bounded
 *    by CHAIN_BUDGET.
 *
 * Call both on the thread of the loop, and not from inside a turn. There are
 * adapters for libuv (chain_uv.h), GLib (chain_glib.h), libevent
 * (chain_libevent.h), libev (chain_ev.h) and sd-event (chain_sd_event.h). */

/* The descriptor. It belongs to the reactor: only wait for it. In a child
 * process that was made by fork(2) it is another one, and the host has to ask
 * again. -1 if the loop cannot wait any more. */
int chain_reactor_fd(struct chain_reactor *reactor);

/* How long the host may wait, in ns; 0: not at all, a turn is due; < 0: until
 * the descriptor is readable. Round up to a coarser unit, so that no turn comes
 * for nothing. From now until the next turn, whatever happens on other threads
 * (a post, the end of a blocking function, chain_root_post_cancel()) makes the
 * descriptor readable. What happens on this thread does not: when C code of the
 * host has run or cancelled a chain, settled an operation or armed a timer,
 * outside of a turn, prepare again before the wait.
 *
 * If `left` is not NULL, *left is set to whether anything is left to do, as
 * chain_loop_turn() returns it: if not, the loop is no reason for the host to
 * go on. */
int64_t chain_reactor_prepare(struct chain_reactor *reactor, bool *left);

/* ---- for operations on descriptors --------------------------------------- */

/* An operation on a descriptor tries its system call at once and waits only if
 * that would block. The reactor registers a descriptor with the system once,
 * edge-triggered, when an operation first has to wait for it, and keeps a table
 * of descriptors by number. So a descriptor that is used here must be closed
 * with chain_io_close(), not with close(2). Everything here is called on the
 * thread of the loop. A descriptor may be in blocking mode if its attempts do
 * not block.
 *
 * The system reports a change once, so only EAGAIN proves that a descriptor has
 * no more data. A short read, write or batch does not: data after an urgent
 * byte, a control message or the border of a record may have arrived already,
 * and no event would report it again. */

/* READ: something to read, urgent data (MSG_OOB), the end of the stream. WRITE:
 * room to write, the end of a connect(2). Errors and a connection that is gone
 * are reported to both. */
enum chain_io_direction { CHAIN_IO_READ, CHAIN_IO_WRITE };

enum chain_io_attempt {
    CHAIN_IO_AGAIN, /* the system call failed with EAGAIN: nothing was settled, keep waiting */
    CHAIN_IO_ENDED  /* the operation was settled, or does not want to wait any more */
};

struct chain_io_link {
    struct chain_io_link *next, *prev;
};

struct chain__entry;

/* A wait for a descriptor: the first member of the operation's own state. It
 * must not move while it waits. Several operations may wait for one direction
 * of a descriptor; they are served in order. C code that has one outside of an
 * operation zeroes it before its first use. */
struct chain_io {
    struct chain_io_link link; /* first; next is NULL while it does not wait */
    /* Set by the operation before it starts. Makes the system call and settles
     * the operation, or returns CHAIN_IO_AGAIN. If `error` is not 0, the
     * operation does not wait any more: the descriptor was closed or forgotten
     * (ECANCELED), or cannot be waited for any more (another code). It then
     * rejects with that code and returns CHAIN_IO_ENDED. No chain runs inside.
     * It must not touch the operation's struct after it has settled the
     * operation. It may call everything below, for this operation, for others
     * and for the descriptor:
     * - chain_io_stop(io): `io` does not wait, whatever the attempt returns,
     *   and may be freed.
     * - chain_io_start(io), chain_io_wait(io): `io` waits anew, whatever the
     *   attempt returns, and is tried before the loop waits the next time: no
     *   attempt is made inside another one.
     * - chain_io_close(), chain_io_forget(): the attempts of others that wait
     *   are called with ECANCELED at once; that of `io` is called with
     *   ECANCELED if it returns CHAIN_IO_AGAIN. An attempt that is called with
     *   ECANCELED cannot start anything on that descriptor: ECANCELED.
     */
    enum chain_io_attempt (*attempt)(struct chain_io *io, int error);
    struct chain__entry *entry; /* of the table, while it waits: the reactor's own */
};

/* Tries `io`, and lets it wait for the descriptor if that would block or if
 * others wait already. `fd` stays the caller's. Returns 0: `io` waits, or its
 * attempt has ended. Another result is a code with which the operation should
 * reject, and `io` was not started: EALREADY if `io` waits already, for
 * whatever descriptor; EBADF; EMFILE if the number is beyond the table; EBUSY
 * if another reactor knows the descriptor; ECANCELED if the descriptor is just
 * being closed; ENOTSUP if `loop` is not a reactor's; ENOMEM, ENOSPC, EPERM of
 * epoll_ctl(2), the last for files that one cannot wait for; the code that
 * on_failed got, if the loop cannot wait any more. */
int chain_io_start(struct chain_loop *loop, struct chain_io *io, int fd,
                   enum chain_io_direction direction);

/* The same, with the same results, without trying at once: for a descriptor
 * that is known not to be ready, such as one that is being connected. */
int chain_io_wait(struct chain_loop *loop, struct chain_io *io, int fd,
                  enum chain_io_direction direction);

/* Ends a wait without settling anything: for the `_cancel` of the operation. No
 * effect if `io` does not wait. */
void chain_io_stop(struct chain_io *io);

/* Forgets a descriptor and leaves it open: the operations that wait for it
 * reject with ECANCELED, and its chain_poll ends with that code. Call it for a
 * number that the system has just given out, in case its former owner closed it
 * otherwise; before a descriptor moves to another reactor; and before you close
 * one whose open file another process goes on to use. */
void chain_io_forget(int fd);

/* The same, and closes the descriptor. */
void chain_io_close(int fd);

/* ---- for libraries with descriptors of their own -------------------------- */

/* A library that owns sockets says which of them it waits for, and wants to
 * hear that one is ready until it is not: level-triggered, without a proof that
 * it has read everything. A struct chain_poll is such a watch. It reports in
 * every turn of the loop, while the loop waits, as long as the descriptor is
 * ready. Everything here is called on the thread of the loop.
 *
 * A descriptor has at most one chain_poll (a duplicate by dup(2) may have
 * another), and operations may wait for it at the same time, with chain_io:
 * they are tried first. That costs a system call for each report. Without
 * operations the watch ends with chain_poll_stop(), and the library may close
 * the descriptor as it likes after that. examples/libraries has modules for
 * libcurl, hiredis, libpq and c-ares. */

enum {
    CHAIN_POLL_READ = 1,   /* something to read, the end of the stream */
    CHAIN_POLL_WRITE = 2,  /* room to write, the end of a connect(2) */
    CHAIN_POLL_URGENT = 4, /* urgent data, a change of a file in sysfs: POLLPRI of poll(2) */
    /* Not a condition: while this is set, the loop has something left to do, as
     * if an operation waited: chain_loop_turn() returns true and may block. */
    CHAIN_POLL_KEEPS = 8
};

/* A watch. Embed it in a struct of your own; it must not move while it watches. */
struct chain_poll {
    /* Set before chain_poll_start(). `what`: the conditions that are met, of
     * those that are waited for. An error, and a connection that is gone, count
     * as all of them; if none is waited for, nothing is reported. A report may
     * be outdated, if code that ran since has used the descriptor: it should be
     * in non-blocking mode.
     *
     * If `error` is not 0, `what` is 0 and the watch has ended: the descriptor
     * was closed with chain_io_close() or forgotten (ECANCELED), or cannot be
     * waited for any more (another code).
     *
     * No chain runs inside. It may call everything in this header and settle
     * operations; it may change, stop, start again and free this watch or
     * others, and close the descriptor. A watch that is stopped is not called
     * any more, nor is its struct touched. */
    void (*ready)(struct chain_poll *poll, unsigned what, int error);
    int fd;          /* these two are the reactor's, to be read */
    unsigned wanted; /* the CHAIN_POLL_… of the last start or change */
};

/* Watches `fd` for the conditions in `wanted`; without any it only reserves the
 * descriptor. `fd` stays the caller's. Nothing is called inside. Returns 0.
 * Another result is a code, and nothing was started: EALREADY if `poll` watches
 * already, whatever descriptor; EEXIST if another chain_poll watches this one;
 * EINVAL for other bits; EBADF; EMFILE if the number is beyond the table; EBUSY
 * if another reactor knows the descriptor; ECANCELED if the descriptor is just
 * being closed; ENOTSUP if `loop` is not a reactor's; ENOMEM, ENOSPC, EPERM of
 * epoll_ctl(2), the last for files that one cannot wait for; the code that
 * on_failed got, if the loop cannot wait any more. */
int chain_poll_start(struct chain_loop *loop, struct chain_poll *poll, int fd, unsigned wanted);

/* Watches for other conditions; without any the watch pauses. Returns 0. Another
 * result is a code, and nothing has changed: EINVAL for other bits, or if `poll`
 * does not watch; ECANCELED if the watch has ended inside the call, in a child
 * process that cannot go on with it; the codes of epoll_ctl(2), such as EBADF if
 * somebody has closed the descriptor. */
int chain_poll_change(struct chain_poll *poll, unsigned wanted);

/* Ends the watch; `ready` is not called any more. Call it before the descriptor
 * is closed. No effect if `poll` does not watch. */
void chain_poll_stop(struct chain_poll *poll);

#ifdef __cplusplus
}
#endif

#endif
