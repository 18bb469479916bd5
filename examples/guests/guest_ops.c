/* guest_ops.c - the C code of guest.chain: a blocking function, a thread that
 * settles, a thread that cancels. The same for every host. */
#define _POSIX_C_SOURCE 200809L
#include "guest_ops.h"

#include "guest.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

static struct guest first;
static struct patient second;
static struct short_one third;
static struct chain_cancel_request request;
static pthread_t thread;
static void (*when_ended)(int wrong);
static struct chain_loop *chains;
static int wrong, ticks, running;

static void pause_ms(long ms)
{
    struct timespec pause = { 0, ms * 1000000 };

    nanosleep(&pause, NULL);
}

/* ---- operations ---------------------------------------------------------- */

int guest_slow(int number)
{
    pause_ms(5);
    return number;
}

static guest_ask_deferred asked;
static int answer;

static void *give_answer(void *unused)
{
    pause_ms(4);
    guest_ask_post_resolve(asked, answer);
    return unused;
}

void guest_ask_start(struct guest_ask *op, int number)
{
    asked = guest_ask_done(op);
    answer = number;
    if (pthread_create(&thread, NULL, give_answer, NULL) != 0)
        guest_ask_reject(asked, EAGAIN, NULL, 0);
    else
        pthread_detach(thread);
}

void guest_ask_cancel(struct guest_ask *op)
{
    (void)op; /* the answer is on its way */
}

/* ---- the host's side ----------------------------------------------------- */

static void check_end(void)
{
    if (--running > 0)
        return;
    printf("a chain that the host's timer has run %s\n",
           chain_root_outcome(&third.root) == CHAIN_OUTCOME_VALUE ? "has ended" : "was rejected");
    when_ended(wrong);
}

static void *cancel_second(void *unused)
{
    pause_ms(5); /* so that the host waits */
    chain_root_post_cancel(&request, &second.root);
    return unused;
}

static void first_ended(struct chain_root *root)
{
    if (chain_root_outcome(root) == CHAIN_OUTCOME_VALUE)
        printf("the chain has ended with %d\n", guest_value(&first));
    else
        printf("the chain was rejected: %s\n", guest_code_text(chain_root_rejection(root).code));
    if (pthread_create(&thread, NULL, cancel_second, NULL) != 0)
        patient_cancel(&second);
    else
        pthread_detach(thread);
    check_end();
}

static void second_ended(struct chain_root *root)
{
    bool cancelled = chain_root_outcome(root) == CHAIN_OUTCOME_CANCELLED;

    wrong += !cancelled;
    printf("the other one was %s\n", cancelled ? "cancelled by a thread" : "not cancelled");
    check_end();
}

static void third_ended(struct chain_root *root)
{
    wrong += chain_root_outcome(root) != CHAIN_OUTCOME_VALUE;
    check_end();
}

void guest_tick(void)
{
    if (ticks++ == 0)
        wrong += short_one_run(&third, chains) != 0;
}

int guest_begin(struct chain_loop *loop, void (*ended)(int wrong))
{
    chains = loop;
    when_ended = ended;
    running = 3;
    first.root.on_settled = first_ended;
    second.root.on_settled = second_ended;
    third.root.on_settled = third_ended;
    if (patient_run(&second, loop) == 0 && guest_run(&first, loop) == 0)
        return 0;
    fputs("cannot run the chains\n", stderr);
    return 1;
}
