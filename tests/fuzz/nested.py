"""Every construct inside every other: not at random, but all pairs, all triples, and paths of six.

There are 19 constructs, a prime. The path of (a, b) has construct (a + i * b) mod 19 at level i: so each ordered pair stands at each
level of some path, and there are 361 of them. With 6859 triples and 361 pairs that makes 7581 programs.
"""

from generate import Generator, Program, Scope
from nodes import (Block, Branch, Branches, Calc, Call, Chain, Cond, Each, EachFrom, Expr, If, Leave, Loop, Note, Pipe, Retry, Seen, Spawn, Start,
                   Step, Timeout)


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
            return Block(pipe(self.op(), ("then", Note(self.place("note"), Expr([], 2)))))
        return WRAPPERS[kinds[0]](self, kinds[1:], scope)

    def block(self, kinds, scope):
        return Block(pipe(self.op(), ("then", self.wrap(kinds, scope))))

    def undo(self, kinds, scope):
        made = pipe(self.op(), ("then", self.op()))
        made.children[0].children.append(Block(pipe(self.wrap(kinds, self.shielded(scope)))))
        return Block(made)

    def shielded(self, scope):
        return scope.but(it=False, err=None, loop=False, returns=False)

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

    def each(self, kinds, scope):
        name = ("i", scope.each + 1, "v%d" % self.number())
        return Each(name, Expr([], 3), 2, self.wrap_block(kinds, scope.but(it=False, each=scope.each + 1)))

    def each_from(self, kinds, scope):
        name = ("v", scope.each + 1, "v%d" % self.number())
        return EachFrom(name, 2, self.op("feed"), self.wrap_block(kinds, scope.but(it=False, each=scope.each + 1)))

    def timeout(self, kinds, scope):
        return Timeout(5, self.wrap_block(kinds, scope))

    def retry(self, kinds, scope):
        name = ("a", scope.each, "attempt%d" % self.number())
        return Retry(2, 1, None, 0, None, name, self.wrap_block(kinds, scope.but(attempt=name)))

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

    def body_of_finally(self, kinds, scope):
        return Block(pipe(self.wrap(kinds, scope), ("finally", self.op())))

    def cleanup(self, kinds, scope):
        return Block(pipe(self.op(), ("finally", self.wrap_block(kinds, self.shielded(scope)))))

    def chain(self, kinds, scope):
        name = "%s_%d" % (self.name, len(self.helpers) + 10 * self.number())
        body = Block(pipe(self.wrap_block(kinds, Scope()), ("then", self.op())))
        self.helpers.append(Chain(name, body, self.random.choice((None, 1, 2))))
        make = Spawn if scope.returns else Call
        return Block(pipe(make(self.helpers[-1], Expr([], 4)), ("then", self.op())))

    def program_of(self, kinds):
        body = Block(pipe(self.wrap(kinds, Scope()), ("then", self.op())))
        body.children[0].has = True
        return Program(self.helpers, Chain(self.name, body), self.places)


WRAPPERS = (Nester.undo, Nester.if_, Nester.loop, Nester.while_, Nester.all, Nester.any, Nester.race, Nester.settle, Nester.each,
            Nester.each_from, Nester.timeout, Nester.retry, Nester.body_of_catch, Nester.handler, Nester.body_of_finally, Nester.cleanup,
            Nester.chain, Nester.winner, Nester.held)
N = len(WRAPPERS)
COUNT = N ** 2 + N ** 3 + N ** 2


def kinds_of(number):
    """What the program with this number nests, from the outside in."""
    if number < N ** 2:
        return [number // N, number % N]
    number -= N ** 2
    if number < N ** 3:
        return [number // N ** 2, number // N % N, number % N]
    number -= N ** 3
    return [(number // N + level * (number % N)) % N for level in range(6)]
