/* Counters at their limits: they wrap without harm, stop, or are wide enough
 * (rules 4, 17, 35, 68, 91). */
#define _GNU_SOURCE
#include "mini.h"

#include "../../runtime/backends/entries.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static struct world world;

/* ---- generations --------------------------------------------------------- */

static void settle_now(struct mini *mini)
{
    mini_keep(mini);
    ext_resolve(mini->done, mini->rounds);
}

/* The generation is counted in the upper 48 bits of a tag. It goes from the
 * last one to the first. */
static void rule_04_generations_wrap(void **state)
{
    static struct mini a;
    struct chain_deferred stale[8];

    (void)state;
    world_open(&world);
    for (unsigned start = 2; start <= 12; start += 2) {
        mini_init(&a, 'a', 8);
        a.root.strand.op.tag = UINT64_MAX << 16;
        /* even, and so many before the end */
        a.root.strand.op.tag -= (start - 1) * CHAIN__GENERATION;
        mini_run(&a, &world.loop);
        chain_loop_turn(&world.loop, false);
        for (int i = 0; i < 8; i++) {
            stale[i] = a.done;
            for (int k = 0; k < i; k++)
                assert_int_equal(ext_resolve(stale[k], 99), CHAIN_LATE);
            assert_int_equal(ext_resolve(a.done, i), CHAIN_OK);
            assert_int_equal(ext_resolve(a.done, i), CHAIN_LATE);
            chain_loop_turn(&world.loop, false);
        }
        assert_diary("a0 a1 a2 a3 a4 a5 a6 a7 ");
        assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_VALUE);
        assert_int_equal(a.root.strand.op.tag >> 8 & 0xff, world.loop.id);
    }
    mini_init(&a, 'b', 3);
    a.start = settle_now;
    a.root.strand.op.tag = UINT64_MAX << 17;
    mini_run(&a, &world.loop);
    chain_loop_turn(&world.loop, false);
    assert_diary("b2 b1 b0 ");
    world_close(&world);
}

/* ---- the place of a step ------------------------------------------------- */

/* A branch that is one operation has 16 bits for its place. */
static void rule_35_places_beyond_the_last(void **state)
{
    static const unsigned sites[] = { 0,     1,     254,   255,   256,     65533,
                                      65534, 65535, 65536, 70000, UINT_MAX };
    static struct mini parent;
    static struct {
        struct chain_op op;
        union mini_area area;
    } branch;

    (void)state;
    world_open(&world);
    for (size_t i = 0; i < sizeof sites / sizeof *sites; i++) {
        unsigned mark = sites[i] < 65535 ? sites[i] + 1 : 0;
        branch.op = (struct chain_op){ 0 }; /* only what is not pending is started */
        assert_true(chain__branch_at(&parent.root.strand, &branch.op, 64, 0, sites[i]));
        assert_int_equal(branch.op.flags | branch.op.site_high << 8, mark);
    }
    world_close(&world);
}

/* ---- attempts ------------------------------------------------------------ */

static void rule_35_attempts(void **state)
{
    static const int attempts[] = { 0, 1, 253, 254, 255, 256, 65535, 65536, INT_MAX - 1, INT_MAX };
    struct {
        struct chain_op op;
        struct chain__retried storage;
        uint32_t guard;
    } strand = { .guard = 7 };
    struct chain__kept kept;

    (void)state;
    world_open(&world);
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        struct chain_error error = {
            .code = EIO, .attempt = attempts[i], .message = "m", .info = 5
        };
        strand.op.attempt = 0;
        chain__raise_again(&strand.op, &error);
        assert_int_equal(chain__attempt(&strand.op, chain__failure(&strand.op)), attempts[i]);
        for (int shielded = 0; shielded < 2; shielded++) {
            strand.op.flags = shielded ? CHAIN__SHIELDED : 0;
            chain__keep(&strand.op, &kept);
            assert_int_equal(strand.op.flags, CHAIN__SHIELDED);
            memset(&strand.storage, 0x55, sizeof strand.storage);
            strand.op.attempt = 3;
            chain__restore(&strand.op, &world.loop, &kept);
            assert_int_equal(strand.op.flags, shielded ? CHAIN__SHIELDED : 0);
        }
        error = chain__error(&strand.op, chain__failure(&strand.op));
        assert_int_equal(error.attempt, attempts[i]);
        assert_int_equal(error.info, 5);
    }
    assert_int_equal(strand.guard, 7);
    /* what programs without a retry have */
    assert_int_equal(sizeof(struct chain_failure), 3 * sizeof(void *));
    assert_int_equal(sizeof(struct chain__kept), sizeof(struct chain_failure) + 8);
    assert_int_equal(sizeof(struct chain__decision),
                     sizeof(struct chain_failure) + 2 * sizeof(void *));
    world_close(&world);
}

/* Doubling stops at the longest pause, however many attempts there were. */
static void rule_91_pauses(void **state)
{
    (void)state;
    world_open(&world);
    for (int attempt = INT_MAX; attempt > 0; attempt /= 2) {
        int64_t pause = attempt > 62 ? INT64_MAX / 2 : INT64_C(1) << (attempt - 1);
        assert_int_equal(chain__backoff(&world.loop, attempt, 1, INT64_MAX, 0), pause);
        assert_int_equal(chain__backoff(&world.loop, attempt, 1, 1000, 0),
                         pause < 1000 ? pause : 1000);
        assert_int_equal(chain__backoff(&world.loop, attempt, 0, INT64_MAX, 100), 0);
        assert_int_equal(chain__backoff(&world.loop, attempt, INT64_MAX / 2, INT64_MAX, 100),
                         INT64_MAX / 2);
        assert_int_equal(chain__backoff(&world.loop, attempt, INT64_MAX / 2, 5, 0), 5);
    }
    world_close(&world);
}

/* From the pause itself to as many percent more, rounded down, both included. */
static void rule_91_jitter(void **state)
{
    static const struct {
        int64_t pause, most; /* without jitter; with all of it */
        unsigned percent;
    } cases[] = { { 10, 11, 10 },
                  { 10, 10, 9 },
                  { 10, 19, 100 }, /* but for the last ns */
                  { INT64_MAX / 5 * 2, INT64_MAX / 5 * 2 + INT64_MAX / 250, 1 },
                  { INT64_MAX / 5 * 2, INT64_MAX / 2, 100 } };

    (void)state;
    world_open(&world);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t least = INT64_MAX, most = 0, tenth = (cases[i].most - cases[i].pause) / 10;
        for (int times = 0; times < 1000; times++) {
            int64_t pause =
                chain__backoff(&world.loop, 1, cases[i].pause, INT64_MAX, cases[i].percent);
            least = pause < least ? pause : least;
            most = pause > most ? pause : most;
        }
        assert_in_range(least, cases[i].pause, cases[i].pause + tenth);
        assert_in_range(most, cases[i].most - tenth, cases[i].most);
    }
    world_close(&world);
}

/* ---- loops --------------------------------------------------------------- */

/* A number is given back by a loop that ends, unless chains still ran on it. */
static void loops_are_numbered(void **state)
{
    static struct world worlds[CHAIN_LOOPS_MAX + 1];
    static struct mini left;

    (void)state;
    for (int times = 0; times < 1000; times++) {
        world_open(&world);
        assert_int_equal(world.loop.id, 0);
        world_close(&world);
    }
    for (int times = 0; times < 3; times++) {
        for (int i = 0; i < CHAIN_LOOPS_MAX; i++)
            world_open(&worlds[i]);
        assert_int_equal(chain_loop_init(&worlds[CHAIN_LOOPS_MAX].loop, &world_port), EMFILE);
        world_close(&worlds[5 + times]);
        world_open(&worlds[5 + times]);
        assert_int_equal(worlds[5 + times].loop.id, 5 + times);
        for (int i = 0; i < CHAIN_LOOPS_MAX; i++)
            world_close(&worlds[i]);
    }
    world_open(&world);
    mini_init(&left, 'l', 1);
    mini_run(&left, &world.loop);
    chain_loop_turn(&world.loop, false);
    assert_int_equal(chain_loop_fini(&world.loop), 1);
    world_open(&worlds[0]);
    assert_int_equal(worlds[0].loop.id, 1);
    world_close(&worlds[0]);
}

/* ---- the budget ---------------------------------------------------------- */

/* Calls and rounds that never wait may be more than the budget can count. */
static void rule_17_nothing_is_less_than_used_up(void **state)
{
    static struct mini a;

    (void)state;
    world_open(&world);
    mini_init(&a, 'a', 0);
    a.root.strand.type = &mini_type;
    for (int32_t budget = 0; budget >= -1; budget--) {
        world.loop.budget = budget;
        for (int i = 0; i < 1000; i++) {
            assert_ptr_equal(chain__continue(&a.root.strand, &world.loop), &a.root.strand);
            assert_false(chain__may_go_on(&world.loop));
            assert_in_range(world.loop.budget + 1, 0, 1);
        }
    }
    world.loop.spared = CHAIN_BUDGET;
    for (int i = 0; i < CHAIN_BUDGET; i++)
        assert_true(chain__may_go_on(&world.loop));
    for (int i = 0; i < 1000; i++)
        assert_false(chain__may_go_on(&world.loop));
    assert_int_equal(world.loop.spared, 0);
    world.loop.budget = CHAIN_BUDGET;
    world_close(&world);
}

/* ---- numbers of items ---------------------------------------------------- */

struct slot {
    struct chain_strand strand;
    char name;
    size_t number;
};

static void note_cancel(struct chain_strand *strand, struct chain_loop *loop)
{
    (void)loop;
    note("%c", ((struct slot *)(void *)strand)->name);
}

/* Items are asked in the order in which they began, also when their numbers go
 * from the last one to 0. */
static void rule_68_numbers_of_items_wrap(void **state)
{
    static const struct chain_type type = { .cancel = note_cancel };

    (void)state;
    world_open(&world);
    for (size_t first = SIZE_MAX - 5; first != 3; first++) {
        struct slot slots[4];
        memset(slots, 0, sizeof slots);
        for (unsigned i = 0; i < 4; i++) {
            struct slot *slot = &slots[(i + 1) % 4];
            slot->strand.type = &type;
            slot->strand.op.tag = CHAIN__GENERATION | (uint64_t)world.loop.id << 8;
            slot->strand.op.flags = CHAIN__UNENDED;
            slot->strand.op.at = 1;
            slot->name = (char)('a' + i);
            slot->number = first + i;
        }
        chain__cancel_slots(&slots[0].strand, sizeof slots[0], 4, offsetof(struct slot, number),
                            &world.loop);
        assert_diary("abcd");
    }
    world_close(&world);
}

/* ---- uses of a descriptor's number, and of the process ------------------- */

static int tries;

static enum chain_io_attempt try(struct chain_io *io, int error)
{
    (void)io;
    tries++;
    return error == 0 ? CHAIN_IO_AGAIN : CHAIN_IO_ENDED;
}

/* An event of a former use is ignored. One from 2^32 uses ago is not told from
 * another: it lets try once more, which does no harm. */
static void descriptors_are_used_again(void **state)
{
    struct chain_reactor *reactor;
    struct chain_io io = { .attempt = try };
    int pair[2], fd;

    (void)state;
    assert_int_equal(chain_reactor_open(&reactor), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    fd = pair[0];
    chain__entries[fd].generation = UINT32_MAX - 2;
    for (uint32_t generation = UINT32_MAX - 2; generation != 4; generation++) {
        assert_int_equal(chain__entries[fd].generation, generation);
        assert_int_equal(chain_io_start(chain_reactor_loop(reactor), &io, fd, CHAIN_IO_READ), 0);
        tries = 0;
        chain__io_event(reactor, fd, generation - 1, CHAIN__CAN_READ);
        chain__io_event(reactor, fd, generation + 1, CHAIN__CAN_READ);
        assert_int_equal(tries, 0);
        chain__io_event(reactor, fd, generation, CHAIN__CAN_READ);
        chain__io_event(reactor, fd, generation, CHAIN__CAN_READ);
        assert_int_equal(tries, 2);
        chain_io_forget(fd);
        assert_int_equal(tries, 3); /* told of its end */
    }
    chain_io_close(fd);
    close(pair[1]);
    assert_int_equal(chain_reactor_close(reactor), 0);
}

/* Only whether it is the same is looked at. */
static void processes_are_counted(void **state)
{
    struct chain_reactor *reactor;
    static struct mini a;

    (void)state;
    chain__forks = UINT_MAX;
    assert_int_equal(chain_reactor_open(&reactor), 0);
    mini_init(&a, 'a', 1);
    assert_int_equal(mini_run(&a, chain_reactor_loop(reactor)), 0);
    chain_loop_turn(chain_reactor_loop(reactor), false);
    chain__forks++; /* as fork(2) does in the child */
    assert_false(chain__reactor_is_sound(reactor));
    assert_int_equal(ext_post(a.done, 7), CHAIN_OK);
    chain_loop_run(chain_reactor_loop(reactor));
    assert_true(chain__reactor_is_sound(reactor));
    assert_diary("a7 ");
    assert_int_equal(chain_reactor_close(reactor), 0);
}

/* A descriptor that leaves the list of those to be tried looks at none but its
 * neighbours: the first one's entry is in a page that cannot be read. */
enum { LISTED = 4 };

static void list_all(struct chain_reactor *of, struct chain__entry *entries[LISTED])
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    for (unsigned i = 0; i < LISTED; i++) {
        uintptr_t offset = (i + 4) * page + sizeof(struct chain__entry) - 1;
        entries[i] = &chain__entries[offset / sizeof(struct chain__entry)];
        entries[i]->owner = of;
        chain__entry_try_later(entries[i]);
    }
}

static void descriptors_leave_the_list_at_once(void **state)
{
    struct chain_reactor *reactor;
    struct chain__entry *entries[LISTED];
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    void *first_page;

    (void)state;
    assert_int_equal(chain_reactor_open(&reactor), 0);
    list_all(reactor, entries);
    first_page = (void *)((uintptr_t)entries[0] / page * page);
    /* small entries share the page */
    bool apart = (uintptr_t)entries[1] >= (uintptr_t)first_page + page;
    if (apart)
        assert_int_equal(mprotect(first_page, page, PROT_NONE), 0);
    chain__entry_unlist(entries[3]);
    chain__entry_unlist(entries[2]);
    if (apart)
        assert_int_equal(mprotect(first_page, page, PROT_READ | PROT_WRITE), 0);
    assert_ptr_equal(reactor->again, entries[0]);
    assert_ptr_equal(reactor->last_again, &entries[1]->again);
    chain__entry_unlist(entries[0]);
    assert_ptr_equal(reactor->again, entries[1]);
    chain__entry_unlist(entries[1]);
    chain__entry_unlist(entries[1]);
    assert_null(reactor->again);
    assert_ptr_equal(reactor->last_again, &reactor->again);
    list_all(reactor, entries);
    for (int i = 0; i < LISTED; i++) {
        assert_ptr_equal(reactor->again, entries[i]);
        chain__entry_unlist(entries[i]);
        entries[i]->owner = NULL;
    }
    assert_ptr_equal(reactor->last_again, &reactor->again);
    assert_int_equal(chain_reactor_close(reactor), 0);
}

/* Each reactor is in the list of those that fork(2) holds, the last one first,
 * until it is closed. */
static void reactors_are_listed_for_a_fork(void **state)
{
    struct chain_reactor *a, *b, *c;

    (void)state;
    assert_int_equal(chain_reactor_open(&a), 0);
    assert_int_equal(chain_reactor_open(&b), 0);
    assert_int_equal(chain_reactor_open(&c), 0);
    assert_ptr_equal(c->link.next, &b->link);
    assert_ptr_equal(b->link.link, &c->link.next);
    assert_ptr_equal(b->link.next, &a->link);
    assert_int_equal(chain_reactor_close(b), 0);
    assert_ptr_equal(c->link.next, &a->link);
    assert_ptr_equal(a->link.link, &c->link.next);
    assert_int_equal(chain_reactor_close(c), 0);
    assert_int_equal(chain_reactor_close(a), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule_04_generations_wrap),
        cmocka_unit_test(rule_35_places_beyond_the_last),
        cmocka_unit_test(rule_35_attempts),
        cmocka_unit_test(rule_91_pauses),
        cmocka_unit_test(rule_91_jitter),
        cmocka_unit_test(loops_are_numbered),
        cmocka_unit_test(rule_17_nothing_is_less_than_used_up),
        cmocka_unit_test(rule_68_numbers_of_items_wrap),
        cmocka_unit_test(descriptors_are_used_again),
        cmocka_unit_test(descriptors_leave_the_list_at_once),
        cmocka_unit_test(processes_are_counted),
        cmocka_unit_test(reactors_are_listed_for_a_fork),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
