/* timer_wheel.c - timers in a radix wheel: arming and disarming are O(1), and
 * each timer moves at most once per level until it fires. The order is exact:
 * by deadline, then by arming order (rules 15, 88).
 *
 * `cursor` is a time up to which all timers are in the list `due`. Another one
 * is at the level of the highest digit in which its deadline differs from
 * `cursor`, in the slot that this digit of the deadline names:
 *
 *     digits of BITS bits      level 2   level 1   level 0
 *     cursor                      3         7         2
 *     deadline                    3         9         5        ->  level 1, slot 9
 *
 * So everything in a lower level is earlier than everything in a higher one,
 * and in a level the slots are in the order of time. When the first slot is
 * due, `cursor` moves into it, and its timers move to lower levels, which are
 * empty, or into `due`. A list has its latest timer first, and is turned round
 * before it is moved: what was armed first stays first.
 *
 * With a million timers almost every step of such a walk is a cache miss.
 * Therefore a timer remembers, in `ahead`, what comes some steps later, for a
 * prefetch and nothing else: it is never followed, so nobody keeps it true. */
#include "core.h"
#include "timer.h"

#if CHAIN_TIMER_WHEEL

enum { BITS = CHAIN__TIMER_BITS, AHEAD = CHAIN__TIMER_AHEAD };

/* `bits` is not 0. */
static unsigned lowest_bit(uint64_t bits)
{
#ifdef __GNUC__
    return (unsigned)__builtin_ctzll(bits);
#else
    unsigned n = 0;

    for (; (bits & 1) == 0; bits >>= 1)
        n++;
    return n;
#endif
}

static unsigned highest_bit(uint64_t bits)
{
#ifdef __GNUC__
    return 63 - (unsigned)__builtin_clzll(bits);
#else
    unsigned n = 0;

    while ((bits >>= 1) != 0)
        n++;
    return n;
#endif
}

static void fetch(const void *memory)
{
#ifdef __GNUC__
    __builtin_prefetch(memory, 1);
#else
    (void)memory;
#endif
}

static unsigned digit(uint64_t time, unsigned level)
{
    return (unsigned)(time >> (level * BITS)) & (CHAIN__TIMER_SLOTS - 1);
}

void chain__timers_init(struct chain_loop *loop)
{
    loop->timers.due.last = &loop->timers.due.first;
    loop->timers.cursor = loop->now;
}

/* ---- the lists ----------------------------------------------------------- */

static void push(struct chain_timer **list, struct chain_timer *timer)
{
    timer->next = *list;
    if (timer->next != NULL)
        timer->next->link = &timer->next;
    timer->link = list;
    *list = timer;
}

static void append_due(struct chain__timers *timers, struct chain_timer *timer)
{
    timer->next = NULL;
    timer->link = timers->due.last;
    *timers->due.last = timer;
    timers->due.last = &timer->next;
}

/* A deadline that is past has its place among the others that are: few, unless
 * a host arms many timers for times of its own. */
static void insert_due(struct chain__timers *timers, struct chain_timer *timer)
{
    struct chain_timer **list = &timers->due.first;

    if (timers->due.latest <= timer->deadline || timers->due.first == NULL) {
        timers->due.latest = timer->deadline;
        append_due(timers, timer);
        return;
    }
    while (*list != NULL && (*list)->deadline <= timer->deadline)
        list = &(*list)->next;
    if (*list == NULL)
        append_due(timers, timer);
    else
        push(list, timer);
}

/* In the wheel; its deadline is later than the cursor. */
static void place(struct chain__timers *timers, struct chain_timer *timer)
{
    unsigned level = highest_bit(timer->deadline ^ timers->cursor) / BITS;
    unsigned n = digit(timer->deadline, level);
    struct chain__timer_slot *slot = &timers->slots[level][n];
    struct chain__timer_trail *trail = &timers->trails[n];

    if (slot->newest == NULL || timer->deadline < slot->bound)
        slot->bound = timer->deadline;
    push(&slot->newest, timer);
    timers->used[level] |= (uint64_t)1 << n;
    timers->levels |= (uint64_t)1 << level;
    timer->ahead = trail->last[trail->at % AHEAD];
    trail->last[trail->at++ % AHEAD] = timer;
}

void chain_timer_arm(struct chain_loop *loop, struct chain_timer *timer, uint64_t deadline)
{
    struct chain__timers *timers = &loop->timers;

    CHAIN__CHECK(timer->link == NULL);
    timer->deadline = deadline;
    loop->armed++;
    if (deadline == UINT64_MAX)
        push(&timers->never, timer);
    else if (deadline <= timers->cursor)
        insert_due(timers, timer);
    else
        place(timers, timer);
}

void chain_timer_disarm(struct chain_loop *loop, struct chain_timer *timer)
{
    if (timer->link == NULL)
        return;
    loop->armed--;
    *timer->link = timer->next;
    if (timer->next != NULL)
        timer->next->link = timer->link;
    else if (loop->timers.due.last == &timer->next)
        loop->timers.due.last = timer->link;
    timer->link = NULL;
}

/* ---- the earliest -------------------------------------------------------- */

/* The first slot with a timer, and its level; NULL if there is none. What
 * disarming has emptied is forgotten here. */
static struct chain__timer_slot *first_slot(struct chain__timers *timers, unsigned *level)
{
    while (timers->levels != 0) {
        *level = lowest_bit(timers->levels);
        while (timers->used[*level] != 0) {
            unsigned n = lowest_bit(timers->used[*level]);
            if (timers->slots[*level][n].newest != NULL)
                return &timers->slots[*level][n];
            timers->used[*level] &= timers->used[*level] - 1;
        }
        timers->levels &= timers->levels - 1;
    }
    return NULL;
}

uint64_t chain__timer_next(struct chain_loop *loop)
{
    const struct chain__timer_slot *slot;
    unsigned level;

    if (loop->timers.due.first != NULL)
        return loop->timers.due.first->deadline;
    slot = first_slot(&loop->timers, &level);
    return slot == NULL ? UINT64_MAX : slot->bound;
}

/* Turns the list round, and finds the earliest and the latest deadline. */
static struct chain_timer *turn_round(struct chain_timer *newest, uint64_t *first, uint64_t *last)
{
    struct chain_timer *passed[AHEAD] = { NULL }, *oldest = NULL;

    *first = UINT64_MAX;
    *last = 0;
    for (unsigned i = 0; newest != NULL; i++) {
        struct chain_timer *timer = newest;
        newest = timer->next;
        fetch(timer->ahead);
        if (timer->deadline < *first)
            *first = timer->deadline;
        if (timer->deadline > *last)
            *last = timer->deadline;
        timer->next = oldest;
        oldest = timer;
        timer->ahead = passed[i % AHEAD];
        passed[i % AHEAD] = timer;
    }
    return oldest;
}

/* The slot is due, perhaps: its earliest timer may have been disarmed. The cursor
 * moves to its first timer, but no further than `now`. */
static void open_slot(struct chain__timers *timers, struct chain__timer_slot *slot, uint64_t now)
{
    uint64_t first, last;
    struct chain_timer *timer = turn_round(slot->newest, &first, &last), *next;

    slot->newest = NULL;
    timers->cursor = first < now ? first : now;
    timers->due.latest = timers->cursor;
    for (; timer != NULL; timer = next) {
        next = timer->next;
        fetch(timer->ahead);
        if (timer->deadline == timers->cursor)
            append_due(timers, timer);
        else
            place(timers, timer);
    }
}

struct chain_timer *chain__timer_due(struct chain_loop *loop, uint64_t now)
{
    struct chain__timers *timers = &loop->timers;
    struct chain__timer_slot *slot;
    struct chain_timer *timer;
    unsigned level;

    while (timers->due.first == NULL) {
        slot = first_slot(timers, &level);
        if (slot == NULL || slot->bound > now) {
            /* Where all timers are stays right while the cursor does not reach the slot. */
            if (slot == NULL || (now >> (level * BITS)) < (slot->bound >> (level * BITS)))
                timers->cursor = now > timers->cursor ? now : timers->cursor;
            return NULL;
        }
        open_slot(timers, slot, now);
    }
    timer = timers->due.first;
    if (timer->deadline > now)
        return NULL;
    fetch(timer->ahead);
    chain_timer_disarm(loop, timer);
    return timer;
}

#endif
