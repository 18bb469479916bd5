/* `all`: rules 18, 44, 46, 53, 55, S3, S5. A hand-written
 *
 *     chain int sum(void)
 *     {
 *         all (ext() as a, ext() as b, { ext() then ext() } as c)
 *         then (a + b + c)
 *     }
 */
#include "mini.h"

#include <errno.h>

struct single {
    struct chain_op op;
    union mini_area area;
};

struct branch {
    struct chain_strand strand;
    union mini_area area;
};

struct sum {
    struct chain_root root;
    union {
        struct chain__decision join;
        struct chain_failure failure;
        int value;
    } area;
    const struct chain_caller *caller;
    struct single a, b;
    struct branch c;
    void (*start)(struct sum *sum, char name, void *operation);
    unsigned site_of_b;
    struct chain_deferred done_a, done_b, done_c;
};

enum { SUM_START, SUM_JOINED, SUM_C_START, SUM_C_ONE, SUM_C_TWO };

static struct world world;
static struct sum sum;

static void keep(struct sum *s, char name, void *operation)
{
    struct chain_deferred done = chain__deferred(operation);

    note("%c ", name);
    if (name == 'a')
        s->done_a = done;
    else if (name == 'b')
        s->done_b = done;
    else
        s->done_c = done;
}

static struct chain_strand *branch_c(struct sum *s, struct chain_strand *strand,
                                     struct chain_loop *loop)
{
    if (strand->op.at == SUM_C_ONE)
        goto one;
    if (strand->op.at == SUM_C_TWO)
        goto two;
    chain__begin(strand, SUM_C_ONE);
    s->start(s, 'c', &s->c.area);
    if (!chain__settled_at_once(strand)) {
        strand->op.at = SUM_C_ONE;
        return chain__suspend(loop);
    }
one:
    if (strand->op.code != 0)
        goto end;
    chain__begin(strand, SUM_C_TWO);
    s->start(s, 'd', &s->c.area);
    if (!chain__settled_at_once(strand)) {
        strand->op.at = SUM_C_TWO;
        return chain__suspend(loop);
    }
two:
end:
    note("c-ends ");
    chain__branch_ended(&s->root.strand, strand, loop);
    return chain__suspend(loop);
}

static const struct chain_type sum_type;

static struct chain_strand *sum_resume(struct chain_strand *strand, struct chain_loop *loop)
{
    struct sum *s;

    if (strand->op.at >= SUM_C_START) {
        s = (struct sum *)(void *)((char *)strand - offsetof(struct sum, c.strand));
        return branch_c(s, strand, loop);
    }
    s = (struct sum *)(void *)((char *)strand - offsetof(struct sum, root.strand));
    if (strand->op.at == SUM_JOINED)
        goto joined;
    chain__fork(strand, CHAIN__ALL, 3, SUM_JOINED);
    chain__branch(strand, &s->a.op, 0);
    s->start(s, 'a', &s->a.area);
    chain__branch(strand, &s->b.op, s->site_of_b);
    s->start(s, 'b', &s->b.area);
    chain__strand_start(strand, &s->c.strand, loop, SUM_C_START);
    note("started ");
    if (!chain__join(strand, loop))
        return chain__suspend(loop);
joined:
    if (!chain__joined(strand, loop))
        return chain__suspend(loop);
    note("joined ");
    if (strand->op.code == 0)
        s->area.value = s->a.area.value + s->b.area.value + s->c.area.value;
    return chain__end(strand, loop, s->caller);
}

static struct chain_site sum_sites[301];
static const struct chain_type sum_type = {
    .resume = sum_resume, .name = "sum", .sites = sum_sites, .states = 301
};

static const struct chain_type placeless_type = { .resume = sum_resume, .name = "sum" };
static const struct chain_type *type_of_sum;

static void hear(struct chain_loop *loop, const struct chain_error *error)
{
    (void)loop;
    note("suppressed %d@%d ", error->code, error->origin != NULL ? error->origin->line : 0);
}

static int open_world(void **state)
{
    (void)state;
    diary[0] = '\0';
    for (int i = 0; i <= 300; i++)
        sum_sites[i] = (struct chain_site){ "sum.chain", i + 1, 1, "ext" };
    world_open(&world);
    world.loop.on_suppressed = hear;
    memset(&sum, 0, sizeof sum);
    sum.start = keep;
    sum.site_of_b = 300;
    type_of_sum = &sum_type;
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static void run(void)
{
    assert_int_equal(chain__run(&sum.root, &world.loop, type_of_sum, &sum.caller), 0);
    chain_loop_turn(&world.loop, false);
}

static void turn(void)
{
    chain_loop_turn(&world.loop, false);
}

static void rule_44_all_values(void **state)
{
    (void)state;
    run();
    assert_diary("a b c started ");
    ext_resolve(sum.done_b, 20);
    ext_resolve(sum.done_a, 1);
    turn();
    assert_diary("");
    assert_int_equal(sum.root.strand.op.branches, 1);
    ext_resolve(sum.done_c, 5);
    turn();
    assert_diary("d ");
    ext_resolve(sum.done_c, 300);
    turn();
    assert_diary("c-ends joined ");
    assert_int_equal(chain_root_outcome(&sum.root), CHAIN_OUTCOME_VALUE);
    assert_int_equal(sum.area.value, 321);
}

/* The last one is a single operation: counted where it settles, and the parent is queued. */
static void s3_the_last_single_operation_queues_the_parent(void **state)
{
    (void)state;
    run();
    ext_resolve(sum.done_c, 5);
    turn();
    ext_resolve(sum.done_c, 3);
    ext_resolve(sum.done_b, 2);
    assert_diary("a b c started d ");
    turn();
    assert_diary("c-ends ");
    ext_resolve(sum.done_a, 1);
    assert_diary(""); /* rule 12 */
    assert_ptr_equal(world.loop.ready.first, &sum.root.strand);
    turn();
    assert_diary("joined ");
    assert_int_equal(sum.area.value, 6);
}

static void all_at_once(struct sum *s, char name, void *operation)
{
    (void)s;
    note("%c ", name);
    assert_int_equal(ext_resolve(chain__deferred(operation), name), CHAIN_OK);
}

/* Rule 18: every branch is started before any settlement counts; S3: then the
 * parent goes on at once. */
static void rule_18_settled_while_being_started(void **state)
{
    (void)state;
    sum.start = all_at_once;
    run();
    assert_diary("a b c d c-ends started joined ");
    assert_int_equal(sum.area.value, 'a' + 'b' + 'd');
}

static void first_two_at_once(struct sum *s, char name, void *operation)
{
    keep(s, name, operation);
    if (name == 'a')
        ext_resolve(s->done_a, 1);
    else if (name == 'b')
        chain__reject(s->done_b, EPIPE, "pipe", 7);
}

static void rule_18_a_rejection_while_being_started_waits_for_the_others(void **state)
{
    (void)state;
    sum.start = first_two_at_once;
    run();
    assert_diary("a b c started ");
    assert_int_equal(chain_root_outcome(&sum.root), CHAIN_OUTCOME_PENDING);
    ext_resolve(sum.done_c, 1);
    turn();
    ext_resolve(sum.done_c, 2);
    turn();
    assert_diary("d c-ends joined ");
    assert_int_equal(chain_root_rejection(&sum.root).code, EPIPE);
    assert_int_equal(chain_root_rejection(&sum.root).info, 7);
}

/* A place that has no entry, or a type that has none: nothing beside the table is taken for one. */
static void rule_35_branches_without_a_place(void **state)
{
    static const unsigned sites[] = { 301, 302, 65534, 65535, 70000, 0 };

    (void)state;
    for (size_t i = 0; i < sizeof sites / sizeof *sites; i++) {
        sum.site_of_b = sites[i];
        type_of_sum = sites[i] == 0 ? &placeless_type : &sum_type;
        run();
        chain__reject(sum.done_b, ETIMEDOUT, "first", 1);
        chain__reject(sum.done_a, EIO, "second", 2);
        chain__reject(sum.done_c, EPERM, "third", 3);
        turn();
        assert_int_equal(chain_root_rejection(&sum.root).code, ETIMEDOUT);
        assert_null(chain_root_rejection(&sum.root).origin);
        diary[0] = '\0';
    }
}

static void rule_46_the_first_rejection_decides(void **state)
{
    struct chain_error error;

    (void)state;
    run();
    chain__reject(sum.done_b, ETIMEDOUT, "first", 1);
    chain__reject(sum.done_a, EIO, "second", 2);
    assert_diary("a b c started suppressed 5@1 ");
    chain__reject(sum.done_c, EPERM, "third", 3);
    turn();
    assert_diary("c-ends suppressed 1@0 joined ");
    assert_int_equal(world.loop.suppressed, 2);
    error = chain_root_rejection(&sum.root);
    assert_int_equal(error.code, ETIMEDOUT);
    assert_string_equal(error.message, "first");
    assert_int_equal(error.info, 1);
    assert_int_equal(error.origin->line, 301);
}

static void rule_46_processed_not_settled(void **state)
{
    (void)state;
    run();
    /* but a strand's end is processed when it runs */
    chain__reject(sum.done_c, EPERM, "settled first", 3);
    chain__reject(sum.done_a, EIO, "processed first", 2);
    ext_resolve(sum.done_b, 1);
    turn();
    assert_diary("a b c started c-ends suppressed 1@0 joined ");
    assert_int_equal(chain_root_rejection(&sum.root).code, EIO);
}

/* Rules 53, 55: values after the decision change nothing, and all ends are awaited. */
static void rule_55_all_ends_are_awaited(void **state)
{
    (void)state;
    run();
    chain__reject(sum.done_a, EIO, NULL, 0);
    assert_int_equal(chain__reject(sum.done_a, EPERM, NULL, 0), CHAIN_LATE);
    ext_resolve(sum.done_b, 1);
    turn();
    assert_diary("a b c started ");
    assert_int_equal(chain_root_outcome(&sum.root), CHAIN_OUTCOME_PENDING);
    ext_resolve(sum.done_c, 1);
    turn();
    ext_resolve(sum.done_c, 1);
    turn();
    assert_diary("d c-ends joined ");
    assert_int_equal(chain_root_rejection(&sum.root).code, EIO);
    assert_int_equal(ext_resolve(sum.done_b, 1), CHAIN_LATE);
    assert_int_equal(ext_resolve(sum.done_c, 1), CHAIN_LATE);
}

static void rule_62_a_branch_that_was_not_asked_rejects(void **state)
{
    (void)state;
    run();
    chain__acknowledge(sum.done_a);
    chain__reject(sum.done_b, EIO, NULL, 0);
    ext_resolve(sum.done_c, 1);
    turn();
    ext_resolve(sum.done_c, 1);
    turn();
    assert_int_equal(chain_root_rejection(&sum.root).code, ECANCELED);
    assert_int_equal(world.loop.suppressed, 1);
    diary[0] = '\0';
}

static void rule_4_stale_deferreds_of_branches(void **state)
{
    struct chain_deferred a, c;

    (void)state;
    run();
    a = sum.done_a;
    c = sum.done_c;
    ext_resolve(a, 1);
    ext_resolve(sum.done_b, 1);
    ext_resolve(c, 1);
    turn();
    ext_resolve(sum.done_c, 1);
    turn();
    run(); /* the same frame again */
    assert_int_equal(ext_resolve(a, 9), CHAIN_LATE);
    assert_int_equal(ext_resolve(c, 9), CHAIN_LATE);
    ext_resolve(sum.done_a, 1);
    ext_resolve(sum.done_b, 1);
    ext_resolve(sum.done_c, 1);
    turn();
    ext_resolve(sum.done_c, 1);
    turn();
    assert_int_equal(sum.area.value, 3);
    assert_int_equal(chain_root_outcome(&sum.root), CHAIN_OUTCOME_VALUE);
    diary[0] = '\0';
}

/* A branch that settles after the loop has ended: the chain is not resumed any
 * more, and nothing is counted. */
static void rule_107_a_branch_outlives_its_loop(void **state)
{
    (void)state;
    run();
    assert_diary("a b c started ");
    assert_int_equal(chain_loop_fini(&world.loop), 1);
    assert_int_equal(ext_resolve(sum.done_a, 1), CHAIN_OK);
    assert_int_equal(chain__reject(sum.done_b, EIO, "too late to be told", 0), CHAIN_OK);
    assert_int_equal(ext_resolve(sum.done_b, 1), CHAIN_LATE);
    assert_diary("");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rule_44_all_values),
        TEST(s3_the_last_single_operation_queues_the_parent),
        TEST(rule_18_settled_while_being_started),
        TEST(rule_18_a_rejection_while_being_started_waits_for_the_others),
        TEST(rule_35_branches_without_a_place),
        TEST(rule_46_the_first_rejection_decides),
        TEST(rule_46_processed_not_settled),
        TEST(rule_55_all_ends_are_awaited),
        TEST(rule_62_a_branch_that_was_not_asked_rejects),
        TEST(rule_4_stale_deferreds_of_branches),
        cmocka_unit_test_setup(rule_107_a_branch_outlives_its_loop, open_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
