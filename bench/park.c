/* park.c - W3: very many chains wait in step 3 of 5 with four values of 8
 * bytes. What one takes, by sizeof and in the memory of the process, and how
 * often the heap was asked between the first start and the last end.
 *
 *     park CHAINS       a line per variant: name, sizeof, resident bytes per chain, allocations, checksum
 */
#define _GNU_SOURCE
#include "near.h"
#include "work.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- the heap, counted: the linker leads here what the objects of this program call ---- */

static unsigned long allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    allocations++;
    return __real_realloc(old, size);
}

/* ---- measuring ----------------------------------------------------------- */

static size_t resident(void)
{
    unsigned long total, pages;
    FILE *file = fopen("/proc/self/statm", "r");

    if (file == NULL || fscanf(file, "%lu %lu", &total, &pages) != 2)
        abort();
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void *zeroed(size_t size)
{
    void *place = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (place == MAP_FAILED)
        abort();
    return place;
}

extern struct near_parked *near_parked_first; /* near.chain */

static struct work work;

static void report(const char *name, size_t size, size_t chains, size_t before, size_t parked,
                   unsigned long heap)
{
    printf("%s\t%zu\t%.1f\t%lu\t%016lx\n", name, size, (double)(parked - before) / (double)chains,
           heap, work.sum);
}

/* ---- chains -------------------------------------------------------------- */

static uint64_t port_now(struct chain_loop *loop)
{
    (void)loop;
    return 1;
}

static void port_wait(struct chain_loop *loop, uint64_t deadline)
{
    (void)loop;
    (void)deadline;
}

static const struct chain_port port = { .now = port_now, .wait = port_wait };
static struct chain_loop loop;

static void turns(void)
{
    while (loop.ready.first != NULL)
        chain_loop_turn(&loop, false);
}

static void settle_all(void)
{
    struct near_parked *op = near_parked_first, *next;

    near_parked_first = NULL;
    for (; op != NULL; op = next) {
        next = op->next;
        near_parked_resolve(near_parked_done(op), 7);
    }
}

static void ended(struct chain_root *root)
{
    work_ended(&work, root->outcome == CHAIN_OUTCOME_VALUE
                          ? parked_near_value((struct parked_near *)(void *)root)
                          : -1);
}

struct bare {
    struct chain_strand strand;
    struct parked_near_frame frame;
};

static struct chain_strand *bare_ended(struct chain_strand *strand, struct chain_loop *its_loop)
{
    struct bare *bare = (struct bare *)(void *)strand;

    chain_bare_ended(strand, its_loop);
    work_ended(&work, chain_bare_outcome(strand) == CHAIN_OUTCOME_VALUE ? bare->frame.u.value : -1);
    return chain_bare_next(its_loop);
}

static const struct chain_type bare_type = { .resume = bare_ended, .name = "bare" };
static const struct chain_caller bare_caller = { &bare_type, 0 };

static void run_root(void *place, size_t i)
{
    struct parked_near *chain = (struct parked_near *)place + i;

    chain->root.on_settled = ended;
    parked_near_run(chain, &loop, (long)i, (long)i + 1);
}

static void run_bare(void *place, size_t i)
{
    struct bare *bare = (struct bare *)place + i;

    parked_near_start(&bare->frame, (long)i, (long)i + 1);
    bare->frame.caller = &bare_caller;
    chain_bare_run(&bare->strand, &loop, &parked_near_type);
}

static void park_chains(const char *name, size_t size, size_t chains,
                        void (*run)(void *place, size_t i))
{
    size_t before = resident(), parked;
    unsigned long heap = allocations;
    void *place = zeroed(chains * size);

    work.sum = 0;
    if (chain_loop_init(&loop, &port) != 0)
        abort();
    for (size_t i = 0; i < chains; i++)
        run(place, i);
    turns();
    parked = resident();
    settle_all();
    turns();
    if (chain_loop_fini(&loop) != 0)
        abort();
    munmap(place, chains * size);
    report(name, size, chains, before, parked, allocations - heap);
}

/* ---- the peer: bench/peer.h's machine with the four values, and told of its end by its list ---- */

struct peer {
    struct peer *next;
    void (*resume)(struct peer *peer);
    long value;
    int error, state;
    long a, b, c, d;
};

static struct peer *peer_first;

static void peer_resume(struct peer *m)
{
    switch (m->state) {
    case 0:
        m->c = work_step(m->a);
        m->d = work_step(m->b);
        m->state = 3;
        m->next = peer_first;
        peer_first = m;
        return;
    case 3:
        if (m->error == 0)
            m->value = m->a + m->b + m->c + m->d + work_step(work_step(m->value));
    }
    work_ended(&work, m->error == 0 ? m->value : -1);
}

static void park_peers(size_t chains)
{
    size_t before = resident(), parked;
    unsigned long heap = allocations;
    struct peer *place = zeroed(chains * sizeof *place), *peer, *next;

    work.sum = 0;
    for (size_t i = 0; i < chains; i++) {
        place[i].resume = peer_resume;
        place[i].a = (long)i;
        place[i].b = (long)i + 1;
        place[i].resume(&place[i]);
    }
    parked = resident();
    for (peer = peer_first, peer_first = NULL; peer != NULL; peer = next) {
        next = peer->next;
        peer->value = 7;
        peer->resume(peer);
    }
    munmap(place, chains * sizeof *place);
    report("peer", sizeof *place, chains, before, parked, allocations - heap);
}

int main(int argc, char **argv)
{
    size_t chains = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;

    if (chains == 0) {
        fprintf(stderr, "usage: park CHAINS\n");
        return 2;
    }
    park_peers(chains);
    park_chains("chain, bare", sizeof(struct bare), chains, run_bare);
    park_chains("chain", sizeof(struct parked_near), chains, run_root);
    return 0;
}
