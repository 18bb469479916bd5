/* What happens only while a poster wakes a loop: here the moment is made, inside
 * the functions that the mailbox calls. */
#define _GNU_SOURCE
#include "../../runtime/core/core.h"
#include "mini.h"

#include <sys/wait.h>
#include <unistd.h>

/* Called once, by the poster that has seen that the loop sleeps. */
static void (*meanwhile)(void);

static void add_word(uint32_t *place, uint32_t value, int order)
{
    void (*now)(void) = meanwhile;

    meanwhile = NULL;
    if (now != NULL)
        now();
    chain__add_word(place, value, order);
}

#define chain__add_word add_word
#include "../../runtime/core/mailbox.c"
#undef chain__add_word

static struct world world;
static struct mini minis[2];
static unsigned wakes;
static int status; /* of the child process */

static void post(int number)
{
    assert_int_equal(ext_post(minis[number].done, number), CHAIN_OK);
}

static void count_wakes(struct chain_loop *loop)
{
    (void)loop;
    wakes++;
}

static void open_with(const struct chain_port *port)
{
    wakes = 0;
    world_open(&world);
    world.loop.port = port;
    for (int i = 0; i < 2; i++) {
        mini_init(&minis[i], (char)('a' + i), 1);
        mini_run(&minis[i], &world.loop);
    }
    chain_loop_turn(&world.loop, false);
}

/* ---- two posters --------------------------------------------------------- */

static void post_the_second(void)
{
    post(1);
}

static void post_twice(struct world *asleep)
{
    (void)asleep;
    meanwhile = post_the_second;
    post(0);
}

/* Both have seen that the loop sleeps. */
static void rule_99_one_of_two_posters_wakes(void **state)
{
    static const struct chain_port port = { .now = world_now,
                                            .wait = world_wait,
                                            .wake = count_wakes };

    (void)state;
    open_with(&port);
    world.idle = post_twice;
    chain_loop_turn(&world.loop, true);
    assert_int_equal(wakes, 1);
    assert_diary("a0 b1 ");
    world_close(&world);
}

/* ---- a fork -------------------------------------------------------------- */

/* The parent's poster is inside `wake`, and is not in the child. */
static void fork_inside(struct chain_loop *loop)
{
    pid_t child = fork();

    wakes++;
    if (child == 0) {
        alarm(10);
        chain__mailboxes_forked();
        chain__mailbox_close(loop, true); /* returns: there is nobody to wait for */
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
}

static void post_once(struct world *asleep)
{
    (void)asleep;
    post(0);
    post(1);
}

/* The first loop and the last one: each has a mailbox. */
static void nobody_wakes_a_loop_in_a_child(void **state)
{
    static const struct chain_port port = { .now = world_now,
                                            .wait = world_wait,
                                            .wake = fork_inside };
    static struct chain_loop others[CHAIN_LOOPS_MAX];

    (void)state;
    for (unsigned id = 0; id<CHAIN_LOOPS_MAX; id += CHAIN_LOOPS_MAX> 1 ? CHAIN_LOOPS_MAX - 1 : 1) {
        for (unsigned i = 0; i < id; i++)
            assert_int_equal(chain_loop_init(&others[i], &world_port), 0);
        open_with(&port);
        assert_int_equal(world.loop.id, id);
        world.idle = post_once;
        status = -1;
        chain_loop_turn(&world.loop, true);
        assert_int_equal(wakes, 1);
        assert_int_equal(status, 0);
        assert_diary("a0 b1 ");
        world_close(&world);
        for (unsigned i = 0; i < id; i++)
            assert_int_equal(chain_loop_fini(&others[i]), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule_99_one_of_two_posters_wakes),
        cmocka_unit_test(nobody_wakes_a_loop_in_a_child),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
