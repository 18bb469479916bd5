/* pool.c - where spawned instances come from: pools in static storage, and the
 * slabs of a loop (rule 79).
 *
 * Memory that was an instance of a chain stays one, so a deferred that comes
 * too late finds a header with another generation (rule 4). Loops on several
 * threads may share a pool: its lock guards the list of free slots and the list
 * of steps that wait for one. */
#include "pool.h"

#include "core.h"

/* ---- lists of those who wait --------------------------------------------- */

void chain__wait_in(struct chain__waiting *list, struct chain__wait *wait)
{
    wait->next = NULL;
    wait->link = list->last;
    *list->last = wait;
    list->last = &wait->next;
}

void chain__wait_no_more(struct chain__waiting *list, struct chain__wait *wait)
{
    *wait->link = wait->next;
    if (wait->next != NULL)
        wait->next->link = wait->link;
    else
        list->last = wait->link;
    wait->link = NULL;
}

/* ---- what is free -------------------------------------------------------- */

static struct chain__instance *take(struct chain__pool *pool)
{
    struct chain__instance *instance = pool->free;

    if (instance != NULL)
        pool->free = instance->next;
    else if (pool->fresh < pool->end) {
        instance = (struct chain__instance *)(void *)pool->fresh;
        instance->pool = pool;
        pool->fresh += pool->size;
    }
    return instance;
}

/* It may wait on another loop, which may have been ended: then it is not there to take anything. */
static bool hand_over(struct chain__spawn *op)
{
    struct chain_deferred done = chain__deferred(op);

    if (!chain__is_current(done.tag))
        return chain__post_begin(done) != NULL && chain__post_end(done, 0) == CHAIN_OK;
    chain__settle(done, 0);
    return true;
}

void chain__give_back(struct chain__instance *instance)
{
    struct chain__pool *pool = instance->pool;
    struct chain__spawn *op;

    do {
        chain__lock(&pool->lock);
        op = (struct chain__spawn *)(void *)pool->waiting.first;
        if (op != NULL) {
            chain__wait_no_more(&pool->waiting, &op->wait);
            op->instance = instance;
        } else {
            instance->next = pool->free;
            pool->free = instance;
        }
        chain__unlock(&pool->lock);
    } while (op != NULL && !hand_over(op));
}

/* ---- spawn --------------------------------------------------------------- */

static bool is_refused(struct chain__spawn *op, struct chain__pool *pool)
{
    op->wait.link = NULL;
    op->pool = pool;
    op->instance = NULL;
    if (!chain_loop_of(op)->ending)
        return false;
    chain__reject(chain__deferred(op), CHAIN_ECLOSED, "the loop is ending", 0);
    return true;
}

/* As long as somebody waits nothing is free, so nobody is overtaken. */
void chain__spawn_pooled(struct chain__spawn *op, struct chain__pool *pool)
{
    struct chain__instance *instance;

    if (is_refused(op, pool))
        return;
    chain__lock(&pool->lock);
    instance = op->instance = take(pool);
    if (instance == NULL)
        chain__wait_in(&pool->waiting, &op->wait);
    chain__unlock(&pool->lock);
    if (instance != NULL)
        chain__settle(chain__deferred(op), 0);
}

/* If it waits no longer, an instance is on its way to it, and it is settled by that. */
void chain__spawn_cancel(struct chain__spawn *op)
{
    bool waited;

    chain__lock(&op->pool->lock);
    waited = op->wait.link != NULL;
    if (waited)
        chain__wait_no_more(&op->pool->waiting, &op->wait);
    chain__unlock(&op->pool->lock);
    if (waited)
        chain__acknowledge(chain__deferred(op));
}

void chain__not_spawned(struct chain__spawn *op)
{
    if (op->instance != NULL)
        chain__give_back(op->instance);
}

/* ---- slabs --------------------------------------------------------------- */

/* Memory for several instances, which follow. */
struct slab {
    _Alignas(max_align_t) struct slab *next;
    size_t size;
};

/* The instances of one chain on one loop. */
struct chain__slabs {
    struct chain__pool pool;
    struct chain__slabs *next;
    const struct chain_type *type;
    struct slab *slabs;
};

static void *allocate(struct chain_loop *loop, size_t size)
{
    return loop->port->allocate == NULL ? NULL : loop->port->allocate(loop, size);
}

static struct chain__slabs *slabs_of(struct chain_loop *loop, const struct chain_type *type,
                                     size_t size)
{
    struct chain__slabs *slabs = loop->slabs;

    while (slabs != NULL && slabs->type != type)
        slabs = slabs->next;
    if (slabs != NULL)
        return slabs;
    slabs = allocate(loop, sizeof *slabs);
    if (slabs == NULL)
        return NULL;
    slabs->pool.size = size;
    slabs->pool.waiting.last = &slabs->pool.waiting.first;
    slabs->type = type;
    slabs->next = loop->slabs;
    loop->slabs = slabs;
    return slabs;
}

/* How many bytes are missing at a place to the next multiple of an alignment. */
static size_t missing(uintptr_t place, size_t alignment)
{
    return (size_t)(0 - place) & (alignment - 1);
}

/* One more slab, whose instances are fresh. A frame is aligned, its header
 * stands directly before it; 1: as it comes. */
static bool grow(struct chain_loop *loop, struct chain__slabs *slabs, size_t alignment)
{
    size_t count = slabs->pool.size < CHAIN_SLAB_SIZE ? CHAIN_SLAB_SIZE / slabs->pool.size : 1;
    size_t size = sizeof(struct slab) + (alignment - 1) + count * slabs->pool.size;
    struct slab *slab = allocate(loop, size);
    char *first;

    if (slab == NULL)
        return false;
    slab->size = size;
    slab->next = slabs->slabs;
    slabs->slabs = slab;
    first = (char *)(slab + 1) + missing((uintptr_t)(slab + 1), alignment);
    slabs->pool.fresh = first + missing(sizeof(struct chain__instance), alignment);
    slabs->pool.end = first + count * slabs->pool.size;
    return true;
}

void chain__spawn_allocated(struct chain__spawn *op, const struct chain_type *type, size_t size)
{
    chain__spawn_aligned(op, type, size, 1);
}

void chain__spawn_aligned(struct chain__spawn *op, const struct chain_type *type, size_t size,
                          size_t alignment)
{
    struct chain_loop *loop = chain_loop_of(op);
    struct chain__slabs *slabs;

    if (is_refused(op, NULL))
        return;
    slabs = slabs_of(loop, type, size);
    if (slabs != NULL)
        op->instance = take(&slabs->pool);
    if (slabs != NULL && op->instance == NULL && grow(loop, slabs, alignment))
        op->instance = take(&slabs->pool);
    if (op->instance == NULL)
        chain__reject(chain__deferred(op), ENOMEM, "no memory for an instance", 0);
    else
        chain__settle(chain__deferred(op), 0);
}

void chain__slabs_fini(struct chain_loop *loop)
{
    while (loop->slabs != NULL) {
        struct chain__slabs *slabs = loop->slabs;
        loop->slabs = slabs->next;
        while (slabs->slabs != NULL) {
            struct slab *slab = slabs->slabs;
            slabs->slabs = slab->next;
            loop->port->release(loop, slab, slab->size);
        }
        loop->port->release(loop, slabs, sizeof *slabs);
    }
}
