/* Handles of spawned chains (rules 148-150): all orders of a few steps with two
 * slots, three handles and two that wait, and the moments that a program cannot
 * make. */
#include "mini.h"

#include <errno.h>

enum { SLOTS = 2, HANDLES = 3, WAITERS = 2, DEPTH = 5 };

/* ---- an instance: waits for one operation -------------------------------- */

struct guest {
    struct chain__instance instance;
    struct {
        union mini_area area; /* first in the frame */
        const struct chain_caller *caller;
        struct chain_deferred done;
    } frame;
};

static struct guest *guest_of(struct chain_strand *strand)
{
    return (struct guest *)(void *)((char *)strand - offsetof(struct guest, instance.strand));
}

static struct chain_strand *guest_resume(struct chain_strand *strand, struct chain_loop *loop)
{
    struct guest *guest = guest_of(strand);

    if (strand->op.at == 1 || strand->op.code != 0)
        return chain__end(strand, loop, guest->frame.caller);
    chain__begin(strand, 1);
    guest->frame.done = ext_done(&guest->frame.area.ext);
    strand->op.at = 1;
    return chain__suspend(loop);
}

static void guest_cancel(struct chain_strand *strand, struct chain_loop *loop)
{
    (void)loop;
    chain__acknowledge(guest_of(strand)->frame.done);
}

static const struct chain_type guest_type = { .resume = guest_resume,
                                              .cancel = guest_cancel,
                                              .name = "guest",
                                              .caller = offsetof(struct guest, frame.caller)
                                                        - offsetof(struct guest, frame) };

/* ---- who spawns: a chain whose instances outlive it, as this is not looked at here ---- */

struct host {
    struct chain_root root;
    struct chain__spawn op; /* first in the frame */
    const struct chain_caller *caller;
    struct chain_handle handle;
};

/* ---- who waits: for the end of one instance ------------------------------ */

struct waiter {
    struct chain_root root;
    union {
        struct chain__handle_wait wait; /* first in the frame */
        struct chain_failure failure;
    } u;
    const struct chain_caller *caller;
    struct chain_handle handle;
    bool asks;
    char name;
};
CHAIN_STATIC_ASSERT(sizeof(struct chain__handle_wait) <= sizeof(struct chain_failure),
                    "a frame needs no room to wait for a handle");
CHAIN_STATIC_ASSERT(sizeof(struct chain_handle) <= 16, "a handle is a small value");

static struct all { /* copied as a whole to come back to a state */
    struct world world;
    struct chain__pool pool;
    struct chain__nursery nursery;
    struct guest slots[SLOTS];
    struct host host;
    struct waiter waiters[WAITERS];
    struct chain_handle handles[HANDLES];
    struct { /* what should be */
        unsigned spawned, of[HANDLES], live[SLOTS];
        unsigned waits[WAITERS], order[WAITERS]; /* for whose end; who came before whom */
    } model;
} it;
static struct world other;

static struct chain_strand *host_resume(struct chain_strand *strand, struct chain_loop *loop)
{
    struct host *host =
        (struct host *)(void *)((char *)strand - offsetof(struct host, root.strand));
    struct guest *guest;

    chain__begin(strand, 1);
    chain__spawn_pooled(&host->op, &it.pool);
    assert_true(chain__settled_at_once(strand));
    guest = (struct guest *)(void *)((char *)host->op.instance - offsetof(struct guest, instance));
    guest->frame.caller = &chain__handled_caller;
    host->handle = chain__spawned_as(strand, loop, &host->op, &it.nursery, &guest_type);
    return chain__end(strand, loop, host->caller);
}
static const struct chain_type host_type = { .resume = host_resume, .name = "host" };

static struct chain_handle spawn_on(struct world *where)
{
    memset(&it.host, 0, sizeof it.host);
    assert_int_equal(chain__run(&it.host.root, &where->loop, &host_type, &it.host.caller), 0);
    chain_loop_turn(&where->loop, false);
    assert_int_equal(chain_root_outcome(&it.host.root), CHAIN_OUTCOME_VALUE);
    return it.host.handle;
}

static struct waiter *waiter_of(struct chain_strand *strand)
{
    return (struct waiter *)(void *)((char *)strand - offsetof(struct waiter, root.strand));
}

static struct chain_strand *waiter_resume(struct chain_strand *strand, struct chain_loop *loop)
{
    struct waiter *waiter = waiter_of(strand);

    if (strand->op.at == 0) {
        chain__begin(strand, 1);
        (waiter->asks ? chain__handle_end : chain__handle_await)(&waiter->u.wait, waiter->handle);
        if (chain__waits(strand, 1))
            return chain__suspend(loop);
    }
    note("%c%d ", waiter->name, strand->op.code);
    return chain__end(strand, loop, waiter->caller);
}

static void waiter_cancel(struct chain_strand *strand, struct chain_loop *loop)
{
    (void)loop;
    chain__handle_wait_cancel(&waiter_of(strand)->u.wait);
}

static const struct chain_type waiter_type = { .resume = waiter_resume,
                                               .cancel = waiter_cancel,
                                               .name = "waiter" };

static void wait_on(struct world *where, unsigned number, struct chain_handle handle, bool asks)
{
    struct waiter *waiter = &it.waiters[number];

    memset(waiter, 0, sizeof *waiter);
    waiter->name = (char)('a' + number);
    waiter->handle = handle;
    waiter->asks = asks;
    assert_int_equal(chain__run(&waiter->root, &where->loop, &waiter_type, &waiter->caller), 0);
    chain_loop_turn(&where->loop, false);
}

static void end_guest(struct chain_handle handle)
{
    struct guest *guest =
        (struct guest *)(void *)((char *)handle.instance - offsetof(struct guest, instance));

    ext_resolve(guest->frame.done, 1);
    chain_loop_turn(chain__loop_of_tag(guest->frame.done.tag), false);
}

static int open_worlds(void **state)
{
    (void)state;
    memset(&it, 0, sizeof it);
    diary[0] = '\0';
    world_open(&it.world);
    world_open(&other);
    it.pool = (struct chain__pool)CHAIN__POOL(it.pool, it.slots);
    chain__nursery_init(&it.nursery);
    return 0;
}

static int close_worlds(void **state)
{
    (void)state;
    assert_null(it.nursery.first);
    world_close(&it.world);
    world_close(&other);
    return 0;
}

/* ---- all orders ---------------------------------------------------------- */

static unsigned live_count(void)
{
    unsigned count = 0;

    for (unsigned slot = 0; slot < SLOTS; slot++)
        count += it.model.live[slot] != 0;
    return count;
}

/* The slot of a serial number; SLOTS: it has ended, or never was. */
static unsigned slot_with(unsigned serial)
{
    unsigned slot = 0;

    while (slot < SLOTS && (serial == 0 || it.model.live[slot] != serial))
        slot++;
    return slot;
}

static void expect(char *text, unsigned waiter, int code)
{
    snprintf(text + strlen(text), 20, "%c%d ", 'a' + (char)waiter, code);
    it.model.waits[waiter] = 0;
}

static void expect_end(char *text, unsigned serial)
{
    unsigned first = it.model.order[0] <= it.model.order[1] ? 0 : 1;

    it.model.live[slot_with(serial)] = 0;
    for (unsigned i = 0; i < WAITERS; i++)
        if (it.model.waits[first ^ i] == serial)
            expect(text, first ^ i, 0);
}

static bool try_spawn(unsigned handle)
{
    if (live_count() == SLOTS)
        return false;
    it.handles[handle] = spawn_on(&it.world);
    it.model.of[handle] = ++it.model.spawned;
    it.model.live[it.model.live[0] == 0 ? 0 : 1] = it.model.spawned;
    return true;
}

static bool try_wait(char *text, unsigned waiter, unsigned handle, bool asks)
{
    unsigned serial = it.model.of[handle];

    if (it.model.waits[waiter] != 0)
        return false;
    it.model.waits[waiter] = serial;
    it.model.order[waiter] = it.model.order[waiter ^ 1] + 1;
    if (slot_with(serial) == SLOTS)
        expect(text, waiter, 0);
    else if (asks)
        expect_end(text, serial);
    wait_on(&it.world, waiter, it.handles[handle], asks);
    return true;
}

static bool try_cancel_waiter(char *text, unsigned waiter)
{
    if (it.model.waits[waiter] == 0)
        return false;
    expect(text, waiter, CHAIN_CODE_CANCELLED);
    chain_root_cancel(&it.waiters[waiter].root);
    chain_loop_turn(&it.world.loop, false);
    return true;
}

static bool try_end(char *text, unsigned handle, bool asks)
{
    bool live = slot_with(it.model.of[handle]) != SLOTS;

    if (!live && !asks)
        return false;
    if (live)
        expect_end(text, it.model.of[handle]);
    if (asks) {
        chain_handle_cancel(it.handles[handle]);
        chain_loop_turn(&it.world.loop, false);
    } else
        end_guest(it.handles[handle]);
    return true;
}

enum { STEPS = 3 * HANDLES + WAITERS + 2 * WAITERS * HANDLES };

/* Whether it is possible now. */
static bool try_step(char *text, unsigned step)
{
    if (step < HANDLES)
        return try_spawn(step);
    step -= HANDLES;
    if (step < 2 * HANDLES)
        return try_end(text, step % HANDLES, step >= HANDLES);
    step -= 2 * HANDLES;
    if (step < WAITERS)
        return try_cancel_waiter(text, step);
    step -= WAITERS;
    return try_wait(text, step % WAITERS, step / WAITERS % HANDLES, step >= WAITERS * HANDLES);
}

static unsigned long tried;

static void try_all(unsigned depth)
{
    const struct all before = it;

    for (unsigned step = 0; step < STEPS; step++) {
        char text[100] = "";

        if (try_step(text, step)) {
            tried++;
            assert_diary(text);
            for (unsigned i = 0; i < HANDLES; i++)
                assert_int_equal(chain_handle_alive(it.handles[i]),
                                 slot_with(it.model.of[i]) != SLOTS);
            assert_int_equal(it.world.loop.instances, live_count());
            if (depth > 1)
                try_all(depth - 1);
        }
        it = before;
    }
}

static void rule_149_all_orders(void **state)
{
    (void)state;
    try_all(DEPTH);
    print_message("handles: %lu steps, each after all others\n", tried);
    assert_true(tried > 100000);
}

/* ---- moments ------------------------------------------------------------- */

static void rule_149_of_another_loop(void **state)
{
    struct chain_handle handle = spawn_on(&it.world);
    (void)state;

    wait_on(&other, 0, handle, false);
    wait_on(&other, 1, handle, true);
    assert_int_equal(chain_root_rejection(&it.waiters[0].root).code, EINVAL);
    assert_int_equal(chain_root_rejection(&it.waiters[1].root).code, EINVAL);
    assert_true(chain_handle_alive(handle));
    assert_diary("a22 b22 ");
    end_guest(handle);
}

/* The slot of a stale handle belongs to another loop now, whose numbers are the same. */
static void rule_149_used_by_another_loop(void **state)
{
    struct chain_handle mine = spawn_on(&it.world), others;
    (void)state;

    end_guest(mine);
    it.nursery.last = &it.nursery.first;
    others = spawn_on(&other);
    assert_ptr_equal(mine.instance, others.instance);
    assert_false(chain_handle_alive(mine));
    chain_handle_cancel(mine);
    wait_on(&it.world, 0, mine, true);
    assert_diary("a0 ");
    assert_true(chain_handle_alive(others));
    end_guest(others);
    assert_false(chain_handle_alive(others));
}

static void rule_149_zeroed(void **state)
{
    const struct chain_handle zeroed = { 0 };
    (void)state;

    assert_false(chain_handle_alive(zeroed));
    chain_handle_cancel(zeroed);
    wait_on(&it.world, 0, zeroed, false);
    wait_on(&it.world, 1, zeroed, true);
    assert_diary("a0 b0 ");
}

/* Number 2^48 - 1, then 0. */
static void rule_149_numbers_begin_anew(void **state)
{
    struct chain_handle last, first;
    (void)state;

    it.world.loop.numbers = (UINT64_C(1) << 48) - 2;
    last = spawn_on(&it.world);
    assert_true(chain_handle_alive(last));
    end_guest(last);
    first = spawn_on(&it.world);
    assert_ptr_equal(first.instance, last.instance);
    assert_true(chain_handle_alive(first));
    assert_false(chain_handle_alive(last));
    end_guest(first);
    assert_false(chain_handle_alive(first));
}

/* A cancel of the owner reaches an instance whose handle is in use, and the handle still fits. */
static void rule_149_asked_by_its_owner(void **state)
{
    struct chain_handle handle = spawn_on(&it.world);
    (void)state;

    wait_on(&it.world, 0, handle, false);
    handle.instance->is_reached = true;
    assert_true(chain_handle_alive(handle));
    end_guest(handle);
    assert_diary("a0 ");
    assert_ptr_equal(handle.instance->pool, &it.pool);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_worlds, close_worlds)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rule_149_all_orders),           TEST(rule_149_of_another_loop),
        TEST(rule_149_used_by_another_loop), TEST(rule_149_zeroed),
        TEST(rule_149_numbers_begin_anew),   TEST(rule_149_asked_by_its_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
