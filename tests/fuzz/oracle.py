"""The rules of docs/semantics.md as an interpreter: strands are generators, a rejection is an exception.

It shares nothing with the compiler or the runtime but the rules. What it reproduces to the letter is the order of things that
happen in one instant (rules 14-20, S1-S8), so that the whole trace of a run is known beforehand.
"""

import heapq
from array import array
from collections import deque
from zlib import crc32

MS = 1000000
START, HOOK, NOTE, SEEN, SUPPRESSED, CAUSE, ENDED, STUCK, UNHANDLED, INFO = range(1, 11)
KINDS = ["", "start", "cancel", "note", "seen", "suppressed", "cause", "ended", "stuck", "unhandled", "info"]
PLACES = 16
EPERM, EIO, EBUSY, ETIMEDOUT = 1, 5, 16, 110
CHAIN_ECLOSED, CHAIN_EEND, CHAIN_EALL, OWN, OTHER = 0x3f02, 0x3f03, 0x3f04, 0x4000, 0x4001
NEVER = 255
ACKNOWLEDGES, ARGUES, IGNORES = range(3)
TWICE, AGAIN, POSTS = 1, 2, 4
BY_CHAIN, BY_POST, BY_LOOP = range(3)
EAGAIN, ECANCELED = 11, 125
INFINITY, GAMMA = float("inf"), 0x9e3779b97f4a7c15
BUDGET = 256


class Reject(Exception):
    def __init__(self, code, causes=(), info=0):
        self.code, self.causes, self.info = code, causes, info
        self.attempt = 0

    def again(self):
        """The same once more, as what gets it may change its copy."""
        other = Reject(self.code, tuple(cause.again() for cause in self.causes), self.info)
        other.attempt = self.attempt
        return other

    def tried(self, attempt):
        """It comes to a retry; the first one counts, which is the innermost around the step that rejected, or around an `await`."""
        self.attempt = self.attempt or min(attempt, 255)
        for cause in self.causes:
            cause.tried(attempt)


class Cancelled(Exception):
    pass


class Jump(Exception):
    """break, continue, return: to a loop's or a call's mark."""

    def __init__(self, target, word, value):
        self.target, self.word, self.value = target, word, value


class Mark:
    """Of a loop or a call, among what surrounds a step."""


class TooLong(Exception):
    """The run has more events than a run should have."""


class Env:
    """The names of one activation of a chain; `frames` beyond the first belong to the items of each."""
    __slots__ = ("frames",)

    def __init__(self, frames):
        self.frames = frames


class Timer:
    __slots__ = ("armed", "fire")

    def __init__(self, fire):
        self.fire = fire
        self.armed = None


class Strand:
    """One line of execution. `code` is -1 when it has been cancelled and is not shielded; `reject` a rejection that its
    step ended with and that it has not seen yet."""
    __slots__ = ("world", "gen", "join", "code", "reject", "cancelled", "shield", "wait", "starting", "at_once", "in_child",
                 "alive", "cleanups", "value", "nurseries", "reached", "defers", "promises", "waits")

    def __init__(self, world, join):
        self.world = world
        self.join = join
        self.code = 0
        self.reject = None
        self.cancelled = False
        self.shield = 0
        self.wait = None
        self.starting = self.at_once = self.in_child = False
        self.alive = True
        self.cleanups = []
        self.value = None
        self.nurseries = []      # of the chains it is in
        self.promises = []       # of the blocks it is in, in the order of their starts
        self.reached = False     # an instance: by a cancel
        self.waits = []          # an instance: those who wait for its end
        self.defers = False      # the next outcome is that of a step with an undo

    def check(self):
        """A boundary: an outer cancel wins (rules 67, 69)."""
        if self.code:
            self.wait = None
            raise Cancelled

    def take(self):
        """The outcome of what was waited for. For an undo a value counts although a cancel came after it (rule 42a)."""
        wait, self.wait = self.wait, None
        defers, self.defers = self.defers, False
        if self.code and not (defers and wait.has_value):
            raise Cancelled
        if self.reject is not None:
            reject, self.reject = self.reject, None
            raise reject

    def cancel(self):
        """Delivers a cancel, once (rules 63, 66, 68)."""
        was = self.cancelled
        self.cancelled = True
        if was or self.shield:
            return
        if not self.deliver():
            self.world.reach_promises(self)
        for nursery in reversed(self.nurseries):
            self.world.reach(nursery)

    def deliver(self):
        """Whether what it waits for is asked later, when its start has returned: its promises are asked after that (rules 66, 142)."""
        wait = self.wait
        decided = self.code or self.reject is not None or (wait is not None and wait.decided)
        if self.reject is not None:
            self.world.suppress(self.reject)
            self.reject = None
        self.code = -1
        if wait is None or wait.done or decided:
            return False
        if self.starting or (wait.forking and not self.in_child):
            self.world.interrupt(self)
            return True
        wait.ask()
        return False


class Operation:
    """A started operation or delay, awaited by a strand, or, as a branch, counted at a join."""
    __slots__ = ("world", "strand", "join", "done", "decided", "forking", "code", "reject", "value", "act", "place", "sort",
                 "timer", "alive", "has_value", "a", "handle")

    def __init__(self, world, strand, join, sort, place, act):
        self.world, self.strand, self.join, self.sort, self.place, self.act = world, strand, join, sort, place, act
        self.done = self.decided = self.forking = self.has_value = False
        self.code = 0
        self.reject = self.value = None
        self.timer = self.a = self.handle = None
        self.alive = True

    def ask(self):
        if self.sort == "delay":
            self.world.disarm(self.timer)
            self.settle(-1, None)
        elif self.sort == "work":
            self.world.withdraw(self)
        elif self.sort != "sure":
            self.world.hook(self)

    def cancel(self):
        """As a branch, by its join."""
        if not self.done and self.code == 0:
            self.code = -1
            self.ask()

    def settle(self, outcome, value, soon=False):
        """outcome: 0 a value, 1 a rejection with a code, -1 cancelled."""
        self.done = True
        self.has_value = outcome == 0
        if self.sort in ("own", "grab") and outcome == 0: # owned values are counted
            value = self.handle = self.world.handles
            self.world.handles += 1
        if self.join is not None:
            if self.code:
                if outcome > 0:
                    self.world.suppress(Reject(value))
            elif outcome > 0:
                self.reject = Reject(value)
            else:
                self.value = value
            self.join.outcome(self)
            self.join.counted()
            return
        strand = self.strand
        if outcome <= 0:
            self.value = value
        elif strand.code:
            self.world.suppress(Reject(value))
        else:
            strand.reject = Reject(value)
        if strand.starting and not soon:
            strand.at_once = True
        else:
            self.world.ready.append(strand)

    def post(self, outcome, value):
        """The same as if from another thread: the strand goes on when the loop has looked for posts (rules 99-102)."""
        self.done = True
        self.has_value = outcome == 0
        lost = None
        if outcome > 0 and self.strand.code:
            lost = Reject(value)
        elif outcome > 0:
            self.strand.reject = Reject(value)
        else:
            self.value = value
        self.world.posts.append((self.strand, lost))


class Thing:
    """What will happen in the simulated world."""
    __slots__ = ("kind", "due", "operation", "asked")

    def __init__(self, kind, due, operation):
        self.kind, self.due, self.operation, self.asked = kind, due, operation, False


class Join:
    """What a strand that waits for branches waits for."""
    __slots__ = ("strand", "kind", "count", "alive", "done", "decided", "deciding", "forking", "winner", "branches", "jump", "pulling",
                 "has_value")

    def __init__(self, strand, kind, count):
        self.strand, self.kind = strand, kind
        self.count, self.alive = count, count + 1
        self.done = self.decided = self.deciding = self.has_value = False
        self.forking = True
        self.winner = self.jump = None
        self.branches = []
        strand.wait = self

    def ask(self):
        for branch in self.branches:
            if branch.alive:
                branch.cancel()

    def item_begins(self, branch):
        """A slot of an each takes an item: that is the last to have begun (rule 68)."""
        self.branches.remove(branch)
        self.branches.append(branch)

    def decide(self, branch, reject):
        strand = self.strand
        self.decided = True
        self.winner = branch
        if not strand.code and strand.reject is None:
            strand.reject = reject
        if not self.forking and self.alive > 1:
            self.deciding = True
            strand.world.ready.append(strand)

    def outcome(self, branch):
        strand, reject = self.strand, branch.reject
        decided = strand.code or strand.reject is not None or self.decided
        if decided:
            if reject is not None and self.kind != "settle":
                strand.world.suppress(reject)
        elif branch.code:
            pass
        elif self.kind == "race" or (reject is not None if self.kind == "all" else self.kind == "any" and reject is None):
            self.decide(branch, reject)

    def counted(self):
        queued = self.deciding
        self.alive -= 1
        if self.alive == 0:
            self.complete()
            if not queued:
                self.strand.world.ready.append(self.strand)

    def complete(self):
        strand = self.strand
        if self.kind == "any" and not self.decided and not strand.code and strand.reject is None:
            causes = [branch.reject for branch in self.branches]
            strand.reject = Reject(CHAIN_EALL, causes, len(causes))
        self.has_value = not strand.code and strand.reject is None or self.winner is not None and self.winner.reject is None
        self.decided = self.deciding = self.forking = False
        self.done = True

    def joined(self):
        """All branches have been started: whether all have ended."""
        self.forking = False
        if self.alive == 1:
            self.alive = 0
            self.complete()
            return True
        if self.decided:
            return self.cancel_rest()
        self.alive -= 1
        return False

    def cancel_rest(self):
        if self.deciding:
            self.deciding = False
            self.alive += 1
        self.strand.world.ask(self)
        self.alive -= 1
        if self.alive:
            return False
        self.complete()
        return True

    def fire(self):
        """The timer of a timeout (rules 81-83)."""
        strand = self.strand
        if self.alive == 0 or strand.code or strand.reject is not None or self.decided:
            return
        strand.reject = Reject(ETIMEDOUT)
        self.decided = self.deciding = True
        strand.world.ready.append(strand)


class Pool:
    """Where instances of a chain come from; without a limit there is always one (rule 79)."""

    def __init__(self, limit):
        self.free = limit
        self.waiting = deque()

    def take(self, wait):
        if self.free == 0:
            self.waiting.append(wait)
            return
        self.free -= 1
        wait.given = True
        wait.settle(0)

    def give_back(self):
        if self.waiting:
            wait = self.waiting.popleft()
            wait.given = True
            wait.settle(0)
        else:
            self.free += 1


class Nursery:
    """The instances that a chain owns (rule 77)."""
    __slots__ = ("instances", "joins")

    def __init__(self):
        self.instances = []
        self.joins = deque()

    def end_joins(self):
        while self.joins:
            self.joins.popleft().settle(0)


class Wait:
    """For a slot of a pool, or for the end of instances: in a list, first come first served."""
    __slots__ = ("strand", "list", "done", "decided", "forking", "given", "has_value")

    def __init__(self, strand, waiting):
        self.strand, self.list = strand, waiting
        self.done = self.decided = self.forking = self.given = self.has_value = False

    def ask(self):
        if self in self.list and not self.decided:
            self.list.remove(self)
            self.settle(-1)

    def settle(self, outcome):
        self.done = True
        self.has_value = outcome == 0
        if self.strand.starting:
            self.strand.at_once = True
        else:
            self.strand.world.ready.append(self.strand)


class World:
    """One run: clock, queue, timers, scripts and trace."""

    def __init__(self, acts, cancel, seed, early, longest=2000):
        self.acts = acts
        self.taken = [0] * len(acts)
        self.cancel_ms, self.cancel_event, self.cancel_how = cancel
        self.now = 0
        self.ready = deque()
        self.timers = []
        self.order = 0
        self.budget = self.least = BUDGET
        self.spared = 0
        self.interrupted = None
        self.reached = deque()
        self.pools = {}
        self.handles = 0
        self.trace = []
        self.longest = 3 * longest
        self.started = []
        self.things = []
        self.posts = []
        self.early = early
        self.seed = seed
        self.random = self.seeded()
        self.root = None
        self.over = self.ending = False

    # ---- the trace ----

    def event(self, kind, place, value):
        trace = self.trace
        trace += (kind + place * PLACES, value, self.now // 1000)
        if len(trace) > self.longest:
            raise TooLong
        if len(trace) == 3 * self.cancel_event and kind != SUPPRESSED and kind != STUCK and not self.over:
            self.cancel_by_host()

    def cancel_by_host(self):
        if self.cancel_how == BY_POST:
            self.posts.append((self.request(), None))
            return
        self.ending = self.cancel_how == BY_LOOP
        self.cancel()

    def request(self):
        """A cancel that is posted (rule 66): in the ready queue it is like a strand."""
        def perform():
            if not self.over:
                self.cancel()
            return
            yield
        strand = Strand(self, None)
        strand.gen = perform()
        return strand

    def suppress(self, reject):
        self.event(SUPPRESSED, 0, reject.code)

    def sum(self):
        return len(self.trace) // 3, crc32(array("i", self.trace).tobytes())

    # ---- timers ----

    def arm(self, timer, ns):
        deadline = self.now + max(ns, 0)
        timer.armed = (deadline, self.order)
        heapq.heappush(self.timers, (deadline, self.order, timer))
        self.order += 1

    def disarm(self, timer):
        if timer is not None:
            timer.armed = None

    def first_timer(self):
        timers = self.timers
        while timers and timers[0][2].armed != timers[0][:2]:
            heapq.heappop(timers)
        return timers[0] if timers else None

    # ---- operations ----

    def act(self, place):
        acts = self.acts[place]
        n = self.taken[place]
        self.taken[place] = n + 1
        return acts[n % len(acts)]

    def begin(self, operation, a):
        if operation.sort == "work":
            return self.submit(operation, a)
        act = operation.act = self.act(operation.place)
        self.started.append(operation)
        self.event(START, operation.place, a)
        self.seed += 3 * GAMMA # a plan is drawn, though nobody wants it
        rejects, when = act[0], act[1]
        if when <= 1:
            self.end(operation, rejects, act[4], when == 1 and not rejects and operation.sort != "mail")
        else:
            self.add("ends", when, operation)
        return None

    def end(self, operation, outcome, value, soon=False):
        code = operation.strand.code if operation.join is None else operation.code
        if outcome < 0 and not code: # nobody has asked (rule 62)
            outcome, value = 1, ECANCELED
        faults = operation.act[5]
        if faults & POSTS:
            operation.post(outcome, value)
        else:
            operation.settle(outcome, value, soon)
        if faults & AGAIN:
            self.add("again", 1 + operation.act[6], operation)

    def hook(self, operation):
        self.event(HOOK, operation.place, 0)
        self.stop(operation)

    def stop(self, operation):
        """Asks what is pending in the world."""
        thing = next(t for t in self.things if t.operation is operation and t.kind in ("ends", "acknowledges"))
        rejects, _, answer, late, outcome, _, _ = operation.act
        thing.asked = True
        if answer == IGNORES:
            return
        if answer == ACKNOWLEDGES and late:
            thing.kind, thing.due = "acknowledges", self.now + late * MS
            return
        self.remove(thing)
        self.end(operation, rejects if answer == ARGUES else -1, outcome)

    # ---- calls that block ----

    def submit(self, operation, a):
        act = operation.act = self.act(0)
        operation.a = a
        self.seed += 3 * GAMMA
        if act[0]:
            operation.settle(1, EAGAIN)
        else:
            self.add("works", max(act[1], 1), operation)

    def withdraw(self, operation):
        for thing in self.things:
            if thing.operation is operation and thing.kind == "works" and operation.act[2] != IGNORES and not operation.act[3]:
                self.remove(thing)
                operation.settle(-1, None)
                return

    def work(self, operation):
        rejects, _, _, _, outcome, _, _ = self.act(operation.place)
        self.event(NOTE, operation.place, operation.a)
        operation.post(rejects, outcome)

    # ---- what happens in the world ----

    def seeded(self):
        """The simulation's generator, splitmix64."""
        self.seed = x = self.seed + GAMMA & 0xffffffffffffffff
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9 & 0xffffffffffffffff
        x = (x ^ x >> 27) * 0x94d049bb133111eb & 0xffffffffffffffff
        return x ^ x >> 31

    def is_early(self):
        return self.early and self.seeded() % 100 < self.early

    def add(self, kind, when, operation):
        self.things.append(Thing(kind, INFINITY if when == NEVER else self.now + (when - 1) * MS, operation))

    def remove(self, thing):
        things = self.things
        last = things.pop()
        if last is not thing:
            things[things.index(thing)] = last

    def happen(self, thing):
        self.remove(thing)
        operation = thing.operation
        if thing.kind == "ends":
            self.end(operation, operation.act[0], operation.act[4])
        elif thing.kind == "acknowledges":
            self.end(operation, -1, None)
        elif thing.kind == "works":
            self.work(operation)
        elif thing.kind == "cancels" and not self.over:
            self.cancel()

    def wait(self):
        """Until something happens, or a timer is due. False if nothing ever will."""
        deadline = 0
        if not self.ready and not self.posts:
            first = self.first_timer()
            deadline = first[0] if first is not None else INFINITY
        if deadline > self.now:
            if self.is_early():
                return True
            following = deadline
            for thing in self.things:
                if thing.due < following:
                    following = thing.due
            if following == INFINITY:
                return False
            if following > self.now:
                self.now = following
        while self.things:
            due = [thing for thing in self.things if thing.due <= self.now]
            if not due:
                return True
            self.happen(due[self.seeded() % len(due)])
            if self.is_early():
                return True
        return True

    def take_posts(self):
        posts, self.posts = self.posts, []
        for strand, lost in posts:
            if lost is not None:
                self.suppress(lost)
            self.ready.append(strand)

    # ---- strands ----

    def resume(self, strand):
        next(strand.gen, None)
        if self.interrupted is not None:
            asked, self.interrupted = self.interrupted, None
            if asked.wait is not None and asked.code:
                if not asked.wait.done:
                    self.ask(asked.wait)
                self.ask_promises(asked)
            self.restore_budget()

    # ---- cancels; instances are asked after the operations that their owner waits for, and what they own before the next (rule 77) ----

    def cancel(self):
        outer = self.begin_reach()
        self.root.cancel()
        self.finish_reach(outer)

    def ask(self, wait):
        outer = self.begin_reach()
        wait.ask()
        self.finish_reach(outer)

    def ask_strand(self, strand):
        outer = self.begin_reach()
        strand.cancel()
        self.finish_reach(outer)

    def reach_promises(self, strand):
        """Of the blocks that a strand is in, those of a called chain before those of its caller (rule 142)."""
        for promise in sorted(strand.promises, key=lambda promise: -promise.depth):
            if not promise.ended:
                promise.strand.cancel()

    def ask_promises(self, strand):
        """When a start has returned during which a cancel came."""
        outer = self.begin_reach()
        self.reach_promises(strand)
        self.finish_reach(outer)

    def cancel_instances(self, nursery):
        outer = self.begin_reach()
        self.reach(nursery)
        self.finish_reach(outer)

    def reach(self, nursery):
        for instance in nursery.instances:
            if not instance.reached:
                instance.reached = True
                self.reached.append(instance)

    def begin_reach(self):
        outer, self.reached = self.reached, deque()
        return outer

    def finish_reach(self, outer):
        while self.reached:
            instance = self.reached.popleft()
            rest = self.begin_reach()
            instance.cancel()
            self.reached.extend(rest)
        self.reached = outer

    def interrupt(self, strand):
        self.interrupted = strand
        self.set_budget_aside()

    def set_budget_aside(self):
        """Nobody else is resumed until the running strand waits; its loops go round on what is set aside (rules 18, 57)."""
        self.spared += max(self.budget, 0)
        self.budget = 0

    def restore_budget(self):
        self.budget, self.spared = self.spared, 0

    def may_go_on(self):
        if self.budget > 0:
            self.budget -= 1
        elif self.spared > 0:
            self.spared -= 1
        else:
            return False
        return True

    def drain(self):
        ready = self.ready
        while self.budget > 0 and ready:
            strand = ready.popleft()
            self.budget -= 1
            self.resume(strand)

    def start_branch(self, join, strand):
        parent = join.strand
        join.branches.append(strand)
        if parent.code:
            strand.code = -1
            strand.alive = False
            join.alive -= 1
            return
        self.run_inside(parent, strand)

    def run_inside(self, parent, strand):
        """Starts a strand where its parent stands: it runs until it waits."""
        parent.in_child = True
        budget, interrupted, self.interrupted = self.budget, self.interrupted, None
        self.set_budget_aside()
        self.resume(strand)
        parent.in_child = False
        self.interrupted = interrupted
        self.set_budget_aside()
        if budget > 0:
            self.restore_budget()

    def branch_gen(self, strand, body):
        try:
            strand.value = yield from body
            strand.check()
        except Reject as reject:
            strand.reject = reject
        except Cancelled:
            strand.code = -1
        except Jump as jump: # checked before it left
            strand.join.jump = jump
            strand.join.decide(strand, None)
        strand.wait = None
        strand.alive = False
        strand.join.outcome(strand)
        strand.join.counted()

    def root_gen(self, strand, body):
        try:
            strand.check()
            value = yield from body
            strand.check()
            ended = 1, value
        except Reject as reject:
            ended = 2, reject.code
        except Cancelled:
            ended = 3, 0
        if self.interrupted is strand:
            self.interrupted = None
            self.restore_budget()
        self.over = True
        self.event(ENDED, *ended)

    # ---- the loop ----

    def unstick(self):
        self.event(STUCK, 0, 0)
        if not self.root.cancelled:
            self.cancel()
            return
        for operation in self.started:
            if not operation.done:
                self.stop(operation)
                return
        raise AssertionError("the oracle hangs")

    def run(self, body):
        """body: a function of the root's strand that gives a generator."""
        root = self.root = Strand(self, None)
        root.gen = self.root_gen(root, body(root))
        if self.cancel_ms >= 0:
            self.add("cancels", 1 + self.cancel_ms, None)
        self.ready.append(root)
        if self.cancel_ms == -2:
            self.cancel_by_host()
        while not self.over:
            self.turn()

    def turn(self):
        if not self.wait():
            self.unstick()
            return
        if self.posts:
            self.take_posts()
        self.budget = BUDGET
        self.drain()
        while True:
            first = self.first_timer()
            if first is None or first[0] > self.now:
                break
            first[2].armed = None
            first[2].fire()
            self.drain()
            if self.budget <= 0:
                break
            self.budget -= 1
        self.least = min(self.least, self.budget)

    # ---- jitter ----

    def random_bits(self):
        x = self.random
        x ^= x >> 12
        x ^= (x << 25) & 0xffffffffffffffff
        x ^= x >> 27
        self.random = x
        return x * 0x2545f4914f6cdd1d & 0xffffffffffffffff

    def backoff(self, attempt, first, most, percent):
        """Rule 91. What is random is taken from the same generator in the same way."""
        pause = min(most, first << (attempt - 1))
        part = pause * (0xffffffff if percent == 100 else percent * 42949673) >> 32
        return pause + ((part + 1) * (self.random_bits() >> 32) >> 32) if part else pause


# ---- instances ----

def spawn(strand, nursery, name, limit, body):
    """body: a function of the instance's strand that gives a generator."""
    world = strand.world
    strand.check()
    if world.ending:
        strand.wait = None
        raise Reject(CHAIN_ECLOSED)
    pool = world.pools.setdefault(name, Pool(-1 if limit is None else limit))
    wait = strand.wait = Wait(strand, pool.waiting)
    strand.starting, strand.at_once = True, False
    pool.take(wait)
    strand.starting = False
    if not strand.at_once:
        yield
    strand.at_once = False
    if strand.code and wait.given:
        pool.give_back()
    strand.take()
    instance = Strand(world, None)
    instance.gen = instance_gen(instance, nursery, pool, body(instance))
    nursery.instances.append(instance)
    world.ready.append(instance)
    return instance


def instance_gen(strand, nursery, pool, body):
    rejection = None
    try:
        strand.check()
        yield from body
    except Reject as reject:
        rejection = reject
    except Cancelled:
        pass
    strand.alive = False
    while strand.waits:
        strand.waits.pop(0).settle(0)
    if strand.world.interrupted is strand:
        strand.world.interrupted = None
        strand.world.restore_budget()
    if rejection is not None:
        strand.world.event(UNHANDLED, 0, rejection.code)
    nursery.instances.remove(strand)
    pool.give_back()
    if not nursery.instances:
        nursery.end_joins()


def await_instance(strand, instance, stops):
    """Of a handle (rules 148, 149); `stops`: it is asked to stop first."""
    strand.check()
    if instance.alive:
        strand.wait = Wait(strand, instance.waits)
        instance.waits.append(strand.wait)
        if stops:
            strand.starting = True
            strand.world.ask_strand(instance)
            strand.starting = False
        yield
        strand.take()


def join_instances(strand, nursery):
    strand.check()
    if nursery.instances:
        strand.wait = Wait(strand, nursery.joins)
        nursery.joins.append(strand.wait)
        yield
    strand.take()


def close(strand, nursery, outcome):
    """The end of a chain that was rejected or cancelled: its instances are cancelled and awaited first (rule 77)."""
    if nursery.instances:
        strand.wait = Wait(strand, nursery.joins)
        strand.wait.decided = True
        nursery.joins.append(strand.wait)
        if isinstance(outcome, Reject):
            strand.reject = outcome
        else:
            strand.code = -1
        strand.world.cancel_instances(nursery)
        yield
        strand.take()
    raise outcome


# ---- what programs are made of uses these ----

def wait_for(strand):
    """Suspends until the operation the strand waits for has settled."""
    wait = strand.wait
    if not strand.at_once:
        yield
    strand.at_once = False
    strand.take()
    return wait.value


def start(strand, sort, place, a):
    """An operation that the strand itself waits for."""
    return start_operation(strand, Operation(strand.world, strand, None, sort, place, None), a)


def start_operation(strand, operation, a):
    strand.check()
    strand.wait = operation
    strand.starting, strand.at_once = True, False
    strand.world.begin(operation, a)
    strand.starting = False
    return (yield from wait_for(strand))


def pause(strand, ns):
    world = strand.world
    operation = strand.wait = Operation(world, strand, None, "delay", 0, None)
    operation.timer = Timer(lambda: operation.settle(0, None))
    world.arm(operation.timer, ns)
    strand.at_once = False
    yield
    strand.take()


def may_jump(strand):
    parent, join = strand.join.strand, strand.join
    if not (parent.code or parent.reject is not None or join.decided or strand.code):
        return True
    strand.code = -1
    return False


def leave(strand, jump):
    """Goes on with a jump: the first branch to leave its combinator decides, another ends as if cancelled (rule 93)."""
    for mark in reversed(strand.cleanups):
        if mark == "finally" or mark is jump.target:
            raise jump
        if mark == "branch":
            if may_jump(strand):
                raise jump
            raise Cancelled
    raise jump


def other_round(strand):
    """Between two rounds others may have to run first (rule 17)."""
    if not strand.world.may_go_on():
        strand.wait = None
        strand.world.ready.append(strand)
        yield
        strand.check()


def wait_for_branches(strand, join):
    if not join.joined():
        yield
        while not (join.done or join.cancel_rest()):
            yield


def shielded(strand, body):
    """What finally and undo run in (rule 40)."""
    strand.shield += 1
    strand.code = 0
    try:
        yield from body
    finally:
        strand.shield -= 1


def cancel_came(strand):
    """After a shield: whether a cancel waits."""
    return strand.cancelled and not strand.shield
