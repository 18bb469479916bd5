"""Every construct inside every other: not at random, but all pairs, all triples, and each pair at every level.

The path of (a, b) has construct (a + i * b) mod N at level i: so each ordered pair stands at each level of some path, and there are N * N
of them. Triples are windows of a de Bruijn sequence: four in each program of six levels.
"""

from each import Each, EachFrom
from generate import Generator, Program, Scope
from nodes import (Block, Branch, Branches, Calc, Call, Chain, Cond, Duration, Expr, If, Leave, Look, Loop, Note, Pipe, RejectNow, Retry,
                   Seen, Spawn, Start, Step, Timeout)
from starts import Await, AwaitHandle, Begin, Cancel


def pipe(first, *clauses):
    made = Pipe(Step(first))
    for kind, form in clauses:
        made.add(kind, form if kind == "finally" else Step(form))
    return made


class Nester(Generator):
    """wrap(kinds, scope): a form that is the first construct, around the second, and so on."""

    def op(self, sort="op"):
        return Start("op" if sort == "feed" else sort, self.place(sort), Expr([], 1))

    def wrap(self, kinds, scope):
        if not kinds:
            innermost = Await(*scope.promises[-1]) if scope.promises else self.op()
            return Block(pipe(innermost, ("then", Note(self.place("note"), Expr([], 2)))))
        return kinds[0](self, kinds[1:], scope)

    def block(self, kinds, scope):
        return Block(pipe(self.op(), ("then", self.wrap(kinds, scope))))

    def undo(self, kinds, scope):
        made = pipe(self.op(), ("then", self.op()))
        made.children[0].children.append(Block(pipe(self.wrap(kinds, self.shielded(scope)))))
        return Block(made)

    def shielded(self, scope):
        return scope.shielded()

    def if_(self, kinds, scope):
        return If(Cond(Expr([(1, ("v", 0, "x"))], 0), 2, 0), self.block(kinds, scope), Block(pipe(self.op())))

    def loop(self, kinds, scope, test=False):
        body = pipe(self.wrap(kinds, scope), ("then", If(Cond(Expr([(1, ("v", 0, "x"))], 0), 3, 0), Block(pipe(self.leave_loop())))))
        return Loop(self.new_name(scope), 2, test, Block(body))

    def leave_loop(self):
        return Leave("continue")

    def while_(self, kinds, scope):
        return self.loop(kinds, scope, True)

    def all(self, kinds, scope):
        return Branches("all", [Branch(Step(self.wrap_block(kinds, scope))), Branch(Step(self.op()))])

    def wrap_block(self, kinds, scope):
        return Block(pipe(self.wrap(kinds, scope)))

    def any(self, kinds, scope):
        return Branches("any", [Branch(Step(self.op())), Branch(Step(self.wrap_block(kinds, scope)), Block(pipe(self.op())))])

    def race(self, kinds, scope):
        return Branches("race", [Branch(Step(self.wrap_block(kinds, scope))), Branch(Step(self.op()))])

    def winner(self, kinds, scope):
        return Branches("race", [Branch(Step(self.op()), self.wrap_block(kinds, scope)), Branch(Step(self.op()))])

    def held(self, kinds, scope):
        made = Pipe(Step(self.op("grab"), self.new_name(scope)))
        made.add("then", Step(self.wrap(kinds, scope)))
        return Block(made)

    def settle(self, kinds, scope):
        return Branches("settle", [Branch(Step(self.op())), Branch(Step(self.wrap_block(kinds, scope)))])

    def each(self, kinds, scope, *manner):
        name = ("i", scope.each + 1, "v%d" % self.number())
        return Each(name, Expr([], 3), 2, self.wrap_block(kinds, scope.branch(it=False, each=scope.each + 1)), *manner)

    def each_from(self, kinds, scope, *manner):
        name = ("v", scope.each + 1, "v%d" % self.number())
        return EachFrom(name, 2, self.op("feed"), self.wrap_block(kinds, scope.branch(it=False, each=scope.each + 1)), *manner)

    def any_each(self, kinds, scope):
        return self.each(kinds, scope, "any")

    def race_each(self, kinds, scope):
        return self.each_from(kinds, scope, "race")

    def settled(self, kinds, scope):
        outcome = ("s", scope.each + 1, "v%d" % self.number())
        return self.each(kinds, scope, "settle", outcome, Block(pipe(self.op())))

    def after_settled(self, kinds, scope):
        name = ("v", scope.each + 1, "v%d" % self.number())
        outcome = ("s", scope.each + 1, "v%d" % self.number())
        after = self.wrap_block(kinds, scope.branch(it=False, each=scope.each + 1))
        return EachFrom(name, 2, self.op("feed"), Block(pipe(self.op())), "settle", outcome, after)

    def timeout(self, kinds, scope):
        return Timeout(Duration(5), self.wrap_block(kinds, scope))

    def retry(self, kinds, scope):
        name = ("a", scope.each, "attempt%d" % self.number())
        return Retry(2, 1, None, 0, None, name, self.wrap_block(kinds, scope.but(attempt=name, promises=())))

    def body_of_catch(self, kinds, scope):
        made = pipe(self.wrap(kinds, scope))
        err = self.err(scope)
        made.add("catch", Step(Seen(self.place("note"), err)), None, err)
        return Block(made)

    def handler(self, kinds, scope):
        made = pipe(Calc(self.place("calc"), Expr([], 3)), ("then", self.op()))
        err = self.err(scope)
        made.add("catch", Step(self.wrap_block(kinds, scope.but(it=False, err=err))), None, err)
        return Block(made)

    def because(self, kinds, scope):
        """What is caught becomes the cause, and is shown."""
        made, err, outer = Pipe(Step(self.wrap_block(kinds, scope))), self.err(scope), self.err(scope)
        made.add("catch", Step(RejectNow(0x4001, Expr([], 7), err)), None, err)
        return Block(pipe(Block(made), ("finally", self.op())) if self.number() % 2 else self.seen_after(made, outer))

    def seen_after(self, made, err):
        shown = pipe(Block(made))
        shown.add("catch", Step(Look(self.place("note"), err)), None, err)
        return shown

    def beside(self, kinds, scope):
        """While a promise runs, which the innermost step awaits, too."""
        begin = self.begin_of(self.op(), scope)
        inner = scope.but(it=False, loop=False, returns=False, promises=scope.promises + ((begin.name, True),))
        return Block(self.promised(begin, self.wrap_block(kinds, inner), Await(begin.name, True)))

    def started(self, kinds, scope):
        begin = self.begin_of(self.body(kinds, scope), scope)
        return Block(self.promised(begin, self.op(), Await(begin.name, begin.gives)))

    def dropped(self, kinds, scope):
        begin = self.begin_of(self.body(kinds, scope), scope)
        return Block(self.promised(begin, self.op(), Cancel(begin.name)))

    def undone(self, kinds, scope):
        begin = self.begin_of(self.op(), scope, Block(pipe(self.wrap(kinds, self.shielded(scope)))))
        return Block(self.promised(begin, self.op(), Await(begin.name, True), self.op()))

    def body(self, kinds, scope):
        return self.wrap_block(kinds, scope.but(it=False, loop=False, returns=False, jumps=(False, False)))

    def begin_of(self, form, scope, undo=None):
        return Begin(form, self.new_name(scope), scope.attempt, undo)

    def promised(self, begin, *forms):
        made = Pipe(begin)
        for form in forms:
            made.add("then", Step(form))
        return made

    def body_of_finally(self, kinds, scope):
        return Block(pipe(self.wrap(kinds, scope), ("finally", self.op())))

    def cleanup(self, kinds, scope):
        return Block(pipe(self.op(), ("finally", self.wrap_block(kinds, self.shielded(scope)))))

    def chain(self, kinds, scope):
        name = "%s_%d" % (self.name, len(self.helpers) + 10 * self.number())
        body = Block(pipe(self.wrap_block(kinds, Scope()), ("then", self.op())))
        self.helpers.append(Chain(name, body, self.random.choice((None, 1, 2))))
        if not scope.spawns:
            return Block(pipe(Call(self.helpers[-1], Expr([], 4)), ("then", self.op())))
        made = pipe(Spawn(self.helpers[-1], Expr([], 4)), ("then", self.op()))
        if "handles" in self.features:
            made.children[0].name = self.new_name(scope, "h")
            made.add("then", Step(AwaitHandle(made.children[0].name, self.number() % 2 == 0)))
        return Block(made)

    def program_of(self, kinds):
        body = Block(pipe(self.wrap(kinds, Scope()), ("then", self.op())))
        body.children[0].has = True
        return Program(self.helpers, Chain(self.name, body), self.places)


WRAPPERS = (Nester.undo, Nester.if_, Nester.loop, Nester.while_, Nester.all, Nester.any, Nester.race, Nester.settle, Nester.each,
            Nester.each_from, Nester.timeout, Nester.retry, Nester.body_of_catch, Nester.handler, Nester.body_of_finally, Nester.cleanup,
            Nester.chain, Nester.winner, Nester.held)
NEW = {
    "promises": (Nester.beside, Nester.started, Nester.dropped, Nester.undone),
    "each": (Nester.any_each, Nester.race_each, Nester.settled, Nester.after_settled),
    "carry": (Nester.because,),
}
LEVELS, SHARED = 6, 2  # neighbours in the sequence share two constructs


def de_bruijn(n):
    """A cycle of n symbols in which every three stand once, one after the other."""
    found, word = [], [0] * 4

    def grow(length, period):
        if length > 3:
            if 3 % period == 0:
                found.extend(word[1:period + 1])
            return
        word[length] = word[length - period]
        grow(length + 1, period)
        for symbol in range(word[length - period] + 1, n):
            word[length] = symbol
            grow(length + 1, length)
    grow(1, 1)
    return found


class Nestings:
    """What the programs nest, with these features."""

    def __init__(self, features):
        self.wrappers = WRAPPERS + tuple(w for feature in features for w in NEW.get(feature, ()))
        self.n = len(self.wrappers)
        self.cycle = de_bruijn(self.n)
        self.windows = -(-len(self.cycle) // (LEVELS - SHARED))
        self.count = 2 * self.n ** 2 + self.windows

    def kinds_of(self, number):
        """What the program with this number nests, from the outside in."""
        n = self.n
        if number < n ** 2:
            kinds = [number // n, number % n]
        elif number < 2 * n ** 2:
            number -= n ** 2
            kinds = [(number // n + level * (number % n)) % n for level in range(LEVELS)]
        else:
            begin = (number - 2 * n ** 2) * (LEVELS - SHARED)
            kinds = [self.cycle[(begin + level) % len(self.cycle)] for level in range(LEVELS)]
        return [self.wrappers[kind] for kind in kinds]
