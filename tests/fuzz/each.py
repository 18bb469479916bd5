"""Loops over items (rules 95-98), in their four manners (rules 151-155)."""

from collections import deque

from nodes import Node, branch_strand, perform
from oracle import CHAIN_EALL, CHAIN_EEND, MS, Cancelled, Env, Join, Reject, Strand, Timer, leave, may_jump, wait_for_branches


class ItemsJoin(Join):
    """`rejected`: items of an any, of which it goes on; `items`: whether one has begun."""
    __slots__ = ("manner", "rejected", "items", "turns")

    def __init__(self, strand, manner, count, stagger):
        Join.__init__(self, strand, "all", count)
        self.manner = manner
        self.turns = None if stagger is None else Turns(strand.world, stagger * MS)
        self.rejected = 0
        self.items = False

    def is_decided(self):
        return self.decided or self.strand.code or self.strand.reject is not None

    def outcome(self, slot):
        """Of a slot that has ended. What it has is that of its last item; if it ended without, it decides nothing (rule 155)."""
        reject, item = slot.reject, slot.value
        if self.is_decided():
            if reject is not None:
                self.strand.world.suppress(reject)
        elif not slot.code and (reject is not None or item is not None and self.manner in ("any", "race")):
            self.decide(slot, reject)

    def complete(self):
        strand = self.strand
        if self.manner == "any" and not self.is_decided():
            strand.reject = Reject(CHAIN_EALL, (), self.rejected)
        Join.complete(self)


class Turns:
    """When the next item may begin, if items are staggered (rule 154): the slot that has it waits, one at a time."""

    def __init__(self, world, pause):
        self.world, self.pause = world, pause
        self.due = 0
        self.turn = None

    def wait(self, strand):
        if self.world.now < self.due:
            self.turn = Turn(strand, self.due)
            yield
            strand.take()
        self.turn = None
        self.due = self.world.now + self.pause

    def hurry(self):
        """An item was rejected: another may begin at once."""
        self.due = 0
        if self.turn is not None and not self.turn.done:
            self.turn.end(True)


class Turn:
    """What a slot waits for."""
    __slots__ = ("strand", "timer", "done", "decided", "forking", "has_value")

    def __init__(self, strand, due):
        self.strand, self.timer = strand, Timer(lambda: self.end(True))
        self.done = self.decided = self.forking = self.has_value = False
        strand.wait = self
        strand.world.arm(self.timer, due - strand.world.now)

    def ask(self):
        self.end(False)

    def end(self, has_value):
        self.strand.world.disarm(self.timer)
        self.done, self.has_value = True, has_value
        self.strand.world.ready.append(self.strand)


class Items(Node):
    """manner: all, any, race or settle; children: the source if there is one, the body, and after a settle the block of the outcome,
    whose name is `outcome`. The names of both blocks are one level deeper."""

    @property
    def settles(self):
        return True

    def head(self):
        """`each (…) limit n`, with what stands before it."""
        raise NotImplementedError

    def src(self):
        blocks = self.children[self.sources:]
        head = self.head() if self.stagger is None else "%s stagger %dms" % (self.head(), self.stagger)
        text = "%s %s" % (head, blocks[0].src())
        return ("" if self.manner == "all" else self.manner + " ") + (text if self.manner != "settle" else
                                                                      "%s as %s %s" % (text, self.outcome[2], blocks[1].src()))

    def perform_item(self, strand, env):
        """What happens to one item. Returns whether the slot goes on; else its value is what this gave."""
        join, body = strand.join, self.children[self.sources]
        join.items = True
        if self.manner == "settle":
            yield from self.settled(strand, body, env)
            return True
        try:
            value = yield from body.run(strand, env, None)
            strand.check()
        except Reject:
            if self.manner != "any" or join.is_decided():
                raise
            join.rejected += 1
            if join.turns is not None:
                join.turns.hurry()
            return True
        if self.manner in ("any", "race"):
            strand.value = (value,)
            return False
        return True

    def settled(self, strand, body, env):
        try:
            value = yield from body.run(strand, Env(env.frames[:-1] + [dict(env.frames[-1])]), None)
            strand.check()
            outcome = 0, value
        except Reject as reject:
            outcome = 1, reject.code
        env.frames[-1][self.outcome[2]] = outcome
        yield from self.children[-1].run(strand, env, None)

    def ended(self, strand, join):
        """The value of the each."""
        strand.take()
        if join.jump is not None:
            strand.check()
            leave(strand, join.jump)
        if self.manner == "race" and not join.items:
            raise Reject(CHAIN_EEND)
        return join.winner.value[0] if join.winner is not None and join.winner.value is not None else None

    def run_in_turn(self, strand, env, items):
        """One slot after another is started, each by the item before it."""
        join = ItemsJoin(strand, self.manner, 1, self.stagger)
        join.pulling = True
        branch_strand(join, lambda slot: self.slot_in_turn(slot, join, items, env))
        yield from wait_for_branches(strand, join)
        return self.ended(strand, join)

    def slot_in_turn(self, strand, join, items, outer):
        world = strand.world
        while True:
            if not may_jump(strand):
                raise Cancelled
            join.item_begins(strand)
            env = Env(outer.frames + [{}])
            if not (yield from self.take_item(strand, env, items)):
                return None
            if join.turns is not None:
                yield from join.turns.wait(strand)
            if not may_jump(strand):
                raise Cancelled
            join.pulling = self.pull_next(join, items, outer)
            if not (yield from self.perform_item(strand, env)):
                return strand.value
            if join.pulling:
                return None
            join.pulling = True
            if not world.may_go_on():
                strand.wait = None
                world.ready.append(strand)
                yield

    def pull_next(self, join, items, outer):
        """A free slot asks for the next item, when the ready queue comes to it."""
        if join.alive - join.forking >= self.limit:
            return False
        world = join.strand.world
        slot = Strand(world, join)
        slot.cleanups.append("branch")
        slot.gen = world.branch_gen(slot, self.slot_in_turn(slot, join, items, outer))
        join.branches = [other for other in join.branches if other.alive] + [slot]
        join.alive += 1
        world.ready.append(slot)
        return True


class Each(Items):
    """each (i in 0 .. n) limit m"""
    sources = 0

    def __init__(self, name, count, limit, body, manner="all", outcome=None, after=None, stagger=None):
        self.name, self.count, self.limit, self.manner, self.outcome, self.stagger = name, count, limit, manner, outcome, stagger
        self.children = [body] if after is None else [body, after]
        self.has = manner in ("any", "race") and body.has

    def head(self):
        return "each (%s in 0 .. (size_t)(%s)) limit %d" % (self.name[2], self.count.src(), self.limit)

    def run(self, strand, env, it):
        strand.check()
        high = self.count.value(env, it)
        if high <= 0:
            if self.manner in ("any", "race"):
                raise Reject(CHAIN_EALL) if self.manner == "any" else Reject(CHAIN_EEND)
            return None
        if self.stagger is not None:
            return (yield from self.run_in_turn(strand, env, [0, high]))
        items, slots = [0, 0], min(high, self.limit)
        join = ItemsJoin(strand, self.manner, slots, None)
        made = []
        for _ in range(slots): # the first items start before anything is looked at (rules 18, 95)
            items[1] = items[0] + 1
            made.append(branch_strand(join, lambda slot: self.slot(slot, items, env, True)))
        items[1] = high
        for slot in made: # those that are free again take more
            if items[0] < items[1] and not slot.alive and not (strand.code or strand.reject is not None or join.decided):
                join.alive += 1
                join.branches.remove(slot)
                branch_strand(join, lambda slot: self.slot(slot, items, env, True))
        yield from wait_for_branches(strand, join)
        return self.ended(strand, join)

    def slot(self, strand, items, outer, first):
        world = strand.world
        while True:
            if not first and not may_jump(strand):
                raise Cancelled
            first = False
            strand.join.item_begins(strand)
            if items[0] >= items[1]:
                return None
            env = Env(outer.frames + [{self.name[2]: items[0]}])
            items[0] += 1
            if not (yield from self.perform_item(strand, env)):
                return strand.value
            if not world.may_go_on():
                strand.wait = None
                world.ready.append(strand)
                yield

    def take_item(self, strand, env, items):
        if items[0] >= items[1]:
            return False
        env.frames[-1][self.name[2]] = items[0]
        items[0] += 1
        return True
        yield


class EachFrom(Items):
    """each (x from source) limit m"""
    sources = 1

    def __init__(self, name, limit, source, body, manner="all", outcome=None, after=None, stagger=None):
        self.name, self.limit, self.manner, self.outcome, self.stagger = name, limit, manner, outcome, stagger
        self.children = [source, body] if after is None else [source, body, after]
        self.has = manner in ("any", "race") and body.has

    def head(self):
        return "each (%s from %s) limit %d" % (self.name[2], self.children[0].src(), self.limit)

    def run(self, strand, env, it):
        strand.check()
        return (yield from self.run_in_turn(strand, env, None))

    def take_item(self, strand, env, items):
        try:
            value = yield from perform(self.children[0], strand, env, None)
            strand.check()
        except Reject as reject:
            if reject.code != CHAIN_EEND:
                raise
            return False
        env.frames[-1][self.name[2]] = value
        return True
