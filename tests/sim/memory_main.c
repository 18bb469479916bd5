#include "memory.h"

#include <chain_sim.h>
#include <stdlib.h>

CHAIN_SIM_OPERATION(fetch, (int)value, EIO)

void fetch_start(struct fetch *op, int key)
{
    (void)key;
    chain_sim_start(op, &fetch_operation);
}

void fetch_cancel(struct fetch *op)
{
    chain_sim_cancel(op);
}

static unsigned allocations;

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    allocations++;
    return __libc_realloc(memory, size);
}
#endif

int main(void)
{
    static struct busy u;
    struct chain_sim_options options = {
        .seed = 1,
        .odds = { .at_once = 20,
                  .rejects = 20,
                  .twice = 10,
                  .again = 10,
                  .argues = 10,
                  .slow = 20,
                  .early = 20 },
        .memory = 1 << 20,
    };
    struct chain_sim_report report;
    struct chain_sim *sim;
    enum chain_sim_end end;

    if (chain_sim_open(&sim, &options) != 0)
        return 2;
    busy_run(&u, chain_sim_loop(sim), 4000);
    allocations = 0;
    end = chain_sim_run(sim);
    printf("%u allocations\n", allocations);
    if (!chain_sim_close(sim, &report) || end != CHAIN_SIM_QUIET || report.starts < 5000
        || report.late != report.planned_late) {
        char text[200];
        printf("not well: %d starts, end %d, %s\n", (int)report.starts, (int)end,
               chain_sim_complaint(&report, text, sizeof text));
    }
    return 0;
}
