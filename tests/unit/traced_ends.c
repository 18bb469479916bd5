/* The tests of ends.c in a traced build: what happens after the end of a loop
 * is told to nobody. And the text of events. */
#define TRACED 1
#define main ends_main
#include "ends.c"
#undef main

static unsigned told;
static char last[200], first_cancel[200];

static void keep(struct chain_loop *loop, const struct chain_event *event)
{
    (void)loop;
    told++;
    chain_trace_text(event, last, sizeof last);
    if (event->kind == CHAIN_EVENT_CANCEL && first_cancel[0] == '\0')
        strcpy(first_cancel, last);
}

static void nothing_is_told_after_the_end(void **state)
{
    struct chain_deferred done;

    (void)state;
    run(&asked_type);
    world.loop.on_trace = keep;
    done = a.done;
    assert_int_equal(chain_loop_fini(&world.loop), 1);
    told = 0;
    chain_root_cancel(&a.root);
    chain__trace_retry(&a.root.strand.op, 1);
    chain__trace_begin(CHAIN_EVENT_BRANCH, &a.root.strand.op, NULL);
    chain__trace_start(&a.root.strand.op, 1);
    chain__trace_settled(done.tag, done.op, 0);
    assert_int_equal(chain__late(done), CHAIN_LATE);
    assert_int_equal(told, 0);
}

/* Numbers go on where those of the loops before have ended, but are told from 1. */
static void numbers_begin_at_one(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        run(&mini_type);
        world.loop.on_trace = keep;
        told = 0;
        ext_resolve(a.done, 1);
        assert_string_equal(last, "1000.000000 #2 value mini ext mini.chain:2");
        assert_int_equal(ext_resolve(a.done, 2), CHAIN_LATE);
        assert_string_equal(last, "1000.000000 #2 late - - -");
        chain_loop_turn(&world.loop, false);
        assert_int_equal(told, 3);
        world_close(&world);
    }
}

/* The header of a request is not used, so nothing is told of it. */
static void a_request_has_no_number(void **state)
{
    struct chain_cancel_request request = { .busy = 0 };

    (void)state;
    run(&asked_type);
    assert_int_equal(chain_root_post_cancel(&request, &a.root), CHAIN_OK);
    world.loop.on_trace = keep;
    told = 0;
    chain_loop_turn(&world.loop, false);
    assert_int_equal(told, 2); /* the chain's cancel, and its operation's */
    assert_string_equal(last, "1000.000000 #2 cancel asked ext mini.chain:2");
    ext_resolve(a.done, 1);
    chain_loop_turn(&world.loop, false);
    world_close(&world);
}

static void resolve_and_cancel(struct mini *mini)
{
    ext_resolve(ext_done(&mini->area.ext), 1);
    chain_root_cancel(&mini->root);
}

/* In a start that has settled the header says only that; where the strand is, the loop knows. */
static void a_cancel_in_a_start_knows_its_place(void **state)
{
    (void)state;
    world_open(&world);
    world.loop.on_trace = keep;
    mini_init(&a, 'a', 1);
    a.start = resolve_and_cancel;
    mini_run(&a, &world.loop);
    told = 0;
    first_cancel[0] = '\0';
    chain_loop_turn(&world.loop, false);
    assert_string_equal(first_cancel, "1000.000000 #1 cancel mini ext mini.chain:2");
    world_close(&world);
}

static void a_text_fits_in_what_there_is(void **state)
{
    struct chain_event event = {
        .kind = CHAIN_EVENT_REJECTION, .code = 12345, .time = UINT64_C(1234567890), .number = 7
    };
    char whole[100], part[100];
    size_t length;

    (void)state;
    event.type = &mini_type;
    event.state = 1;
    length = chain_trace_text(&event, whole, sizeof whole);
    assert_int_equal(length, strlen(whole));
    assert_non_null(strstr(whole, " #7 rejection mini ext mini.chain:2 12345"));
    for (size_t size = 0; size < sizeof part; size++) {
        memset(part, 'x', sizeof part);
        assert_int_equal(chain_trace_text(&event, part, size), length);
        if (size == 0) {
            assert_int_equal(part[0], 'x');
            continue;
        }
        assert_int_equal(strlen(part), size <= length ? size - 1 : length);
        assert_memory_equal(part, whole, strlen(part));
        for (size_t i = size; i < sizeof part; i++)
            assert_int_equal(part[i], 'x');
    }
    event.state = 2; /* there is none */
    event.code = EIO;
    chain_trace_text(&event, whole, sizeof whole);
    assert_non_null(strstr(whole, " #7 rejection mini - - EIO"));
    event.type = &bare_type;
    event.state = 0;
    event.kind = CHAIN_EVENT_TIMEOUT;
    chain_trace_text(&event, whole, sizeof whole);
    assert_non_null(strstr(whole, " #7 timeout bare - -"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_told_after_the_end),
        cmocka_unit_test(numbers_begin_at_one),
        cmocka_unit_test(a_request_has_no_number),
        cmocka_unit_test(a_cancel_in_a_start_knows_its_place),
        cmocka_unit_test(a_text_fits_in_what_there_is),
    };
    return ends_main() + cmocka_run_group_tests(tests, NULL, NULL);
}
