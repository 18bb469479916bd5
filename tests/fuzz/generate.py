"""Random programs: valid by construction, as the rules about names and values are followed here."""

from nodes import (Bare, Block, Branch, Branches, Calc, Call, Causes, Chain, Cond, Delay, Do, DoInt, Duration, Expr, If, JoinAll, Keep, Leave,
                   Look, Loop, Note, Nothing, Pipe, RejectAgain, RejectNow, Report, Retry, Seen, Spawn, Start, Step, Timeout, Value)
from each import Each, EachFrom
from make_promises import PromiseMaker
from starts import Await, AwaitHandle

SOME_CODES = [1, 5, 16, 110, 0x4000, 0x4001]


def owner(form):
    return isinstance(form, Start) and form.sort == "own"


class Scope:
    """What is known at a place."""

    def __init__(self):
        self.names, self.variables = (("v", 0, "x"),), ()
        self.it, self.err, self.attempt = False, None, None
        self.loop, self.returns = False, True
        self.jumps = False, True   # as the two before, but for promises that are open: a branch may jump though they are (rule 140)
        self.promises = ()         # what can be awaited: names, and whether that has a value
        self.spawns = True
        self.each = self.level = 0

    def but(self, **changes):
        other = Scope.__new__(Scope)
        other.__dict__.update(self.__dict__, **changes)
        return other

    def deeper(self, **changes):
        return self.but(level=self.level + 1, **changes)

    def shielded(self, **changes):
        """In a finally or an undo."""
        return self.deeper(it=False, err=None, loop=False, returns=False, jumps=(False, False), promises=(), spawns=False, **changes)

    def branch(self, **changes):
        return self.deeper(loop=self.jumps[0], returns=self.jumps[1], **changes)


FEATURES = ("promises", "handles", "each", "carry")   # of which each program has some
LATER = ()                                   # those that are not on main yet


class Generator(PromiseMaker):
    def __init__(self, random, name, size, features=()):
        """features: new constructs; each program has some of them, and these often."""
        self.random = random
        self.name = name
        self.fuel = size
        self.numbers = 0
        self.places = ["pool", "drop"] # sort of each: first what calls that block wait for, and the releases that are operations
        self.helpers = []
        self.spawned = False     # in the chain that is being made
        self.features = [f for f in features if random.random() < 0.5]
        self.valued = VALUED + [maker for f in self.features for maker in MORE_VALUED[f]]
        self.anything = ANYTHING + [maker for f in self.features for maker in MORE_VALUED[f] + MORE[f]]

    # ---- small things ----

    def number(self):
        self.numbers += 1
        return self.numbers

    def place(self, sort):
        self.places.append(sort)
        return len(self.places) - 1

    def new_name(self, scope, kind="v"):
        return (kind, scope.each, "v%d" % self.number())

    def duration(self, choices):
        ms, until = self.random.choice(choices), self.random.random() < 0.2
        return Duration(ms * 2 if until else ms, until)

    def codes(self):
        return self.random.sample(SOME_CODES, self.random.choice((1, 1, 2, 3)))

    def expr(self, scope, terms=None):
        random = self.random
        atoms = list(scope.names)
        if scope.it:
            atoms += [("it",)] * (1 + len(atoms) // 2)
        if scope.err is not None:
            atoms.append(("e",) + scope.err[1:3])
        if scope.attempt is not None:
            atoms.append(("a",) + scope.attempt[1:3])
        count = random.choice((0, 1, 1, 2, 2, 3)) if terms is None else terms
        if not atoms:
            count = 0
        return Expr([(random.randint(1, 9), random.choice(atoms)) for _ in range(count)], random.randint(0, 99))

    def cond(self, scope):
        modulus = self.random.choice((2, 2, 3, 4))
        return Cond(self.expr(scope, self.random.choice((1, 1, 2))), modulus, self.random.randrange(modulus))

    # ---- forms ----

    def form(self, scope, want, plain=False):
        """A form; with `want` it has a value. `plain`: no if."""
        random = self.random
        self.fuel -= 1
        if self.fuel <= 0 or scope.level > 9 or random.random() < 0.02 * scope.level:
            return self.leaf(scope, want)
        makers = self.valued if want else self.anything
        form = random.choice(makers)(self, scope, want)
        if plain and form.ifish:
            form = Block(Pipe(Step(form)))
        return form

    def seen(self, err):
        return (Look if "carry" in self.features else Seen)(self.place("note"), err)

    def leaf(self, scope, want):
        random = self.random
        if scope.promises and random.random() < 0.3:
            name, has = random.choice(scope.promises)
            if has or not want:
                return Await(name, has)
        handles = [name for name in scope.names if name[0] == "h"]
        if handles and not want and random.random() < 0.5:
            return AwaitHandle(random.choice(handles), random.random() < 0.5)
        pick = random.randrange(20)
        if not want and pick < 6:
            if pick < 2 and random.random() < 0.5:
                return Start("own", self.place("own"), self.expr(scope))
            if pick < 2:
                return Start("hush", self.place("hush"), self.expr(scope))
            if pick < 5:
                return self.do(scope)
            return Nothing()
        if pick < 11:
            return Start("op", self.place("op"), self.expr(scope))
        if pick < 12:
            return Start("sure", self.place("sure"), self.expr(scope))
        if pick < 13:
            return Start(*self.started(random.choice(("mail", "work"))), self.expr(scope))
        if pick < 15:
            return Calc(self.place("calc"), self.expr(scope))
        if pick < 16 and scope.it:
            return Bare()
        if pick < 17:
            return DoInt(self.expr(scope))
        if pick < 18 and scope.err is not None:
            return self.seen(scope.err)
        if pick < 19:
            return Delay(self.duration((0, 1, 1, 2, 3, 5)), scope.it) if not want or scope.it else DoInt(self.expr(scope))
        return Note(self.place("note"), self.expr(scope))

    def do(self, scope):
        random = self.random
        target = random.choice(scope.variables) if scope.variables and random.random() < 0.6 else None
        cond = self.cond(scope) if random.random() < 0.3 else None
        return Do(self.place("note"), self.expr(scope), target, cond, random.choice(SOME_CODES))

    def block(self, scope, want):
        random = self.random
        variables = []
        inner = scope.deeper()
        if random.random() < 0.4:
            for _ in range(random.choice((1, 1, 2))):
                expr = self.expr(scope.but(it=False))
                variables.append((self.new_name(scope), expr))
            new = tuple(v for v, _ in variables)
            inner = inner.but(names=inner.names + new, variables=inner.variables + new)
        return Block(self.pipe(inner, want), variables)

    def if_(self, scope, want):
        random = self.random
        cond = self.cond(scope)
        if want or random.random() < 0.5:
            return If(cond, self.block(scope, want), self.block(scope, want))
        if random.random() < 0.4:
            leave = self.leave(scope)
            if leave is not None:
                return If(cond, Block(Pipe(Step(leave))))
        return If(cond, self.block(scope, False))

    def leave(self, scope):
        """Something that never goes on."""
        random = self.random
        pick = random.randrange(6)
        if pick < 2 and scope.loop:
            return Leave(random.choice(("break", "continue")))
        if pick < 4 and scope.returns:
            if random.random() < 0.5:
                return Leave("return", Start("op", self.place("op"), self.expr(scope)))
            return Leave("return", Value(self.expr(scope)))
        if pick == 4 and scope.err is not None:
            return RejectAgain(scope.err)
        return self.reject(scope)

    def reject(self, scope):
        random = self.random
        if "carry" not in self.features:
            return RejectNow(random.choice(SOME_CODES))
        info = self.expr(scope) if random.random() < 0.5 else None
        return RejectNow(random.choice(SOME_CODES), info, scope.err if random.random() < 0.7 else None)

    def loop(self, scope, want):
        name = self.new_name(scope)
        inner = scope.deeper(names=scope.names + (name,), it=False, loop=True, jumps=(True, scope.jumps[1]))
        return Loop(name, self.random.choice((1, 2, 2, 3)), self.random.random() < 0.5, self.loop_body(inner))

    def loop_body(self, scope):
        return Block(self.pipe(scope, False))

    def each(self, scope, want, manner="all"):
        name = ("i", scope.each + 1, "v%d" % self.number())
        inner = scope.branch(names=scope.names + (name,), it=False, each=scope.each + 1)
        count = Expr([], self.random.choice((0, 1, 2, 3, 3, 4, 5)))
        return Each(name, count, self.random.choice((1, 2, 2, 3, 4)), *self.items(inner, want, manner), stagger=self.stagger())

    def stagger(self):
        return self.random.choice((1, 2, 3)) if "each" in self.features and self.random.random() < 0.3 else None

    def items(self, scope, want, manner):
        """The block of an each, and what else its manner needs."""
        if manner != "settle":
            return Block(self.pipe(scope, want or manner != "all" and self.random.random() < 0.5)), manner
        body = Block(self.pipe(scope, True))
        outcome = ("s", scope.each, "v%d" % self.number())
        return body, manner, outcome, Block(self.pipe(scope.but(names=scope.names + (outcome,)), False))

    def each_from(self, scope, want, manner="all"):
        random = self.random
        name = ("v", scope.each + 1, "v%d" % self.number())
        outer = scope.deeper(it=False, each=scope.each + 1)
        pick = random.randrange(6)
        attempt = ("a", scope.each + 1, "attempt%d" % self.number()) if pick == 2 else scope.attempt
        source = Start("op", self.place("feed"), self.expr(outer.but(attempt=attempt)))
        if pick == 0:
            source = Timeout(self.duration((1, 3, 5, 8)), source)
        elif pick == 1:
            pipe = Pipe(Step(Timeout(self.duration((1, 3, 5, 8)), source)))
            pipe.add("catch", Step(RejectNow(CHAIN_EEND)), [110], self.err(outer))
            source = Block(pipe)
        elif pick == 2:
            source = Retry(2, None, None, 0, None, attempt, source)
        inner = outer.branch(names=scope.names + (name,))
        return EachFrom(name, random.choice((1, 2, 2, 3)), source, *self.items(inner, want, manner), stagger=self.stagger())

    def mannered(self, scope, want):
        manner = self.random.choice(("any", "race") if want else ("any", "race", "settle"))
        return (self.each if self.random.random() < 0.5 else self.each_from)(scope, want, manner)

    def moved(self, scope, want):
        """{ own as r then … then r } or with a function that takes it."""
        random = self.random
        name = self.new_name(scope)
        inner = scope.deeper()
        pipe = Pipe(Step(Start("own", self.place("own"), self.expr(inner)), name))
        inner = inner.but(it=False)
        if random.random() < 0.6:
            pipe.add("then", Step(self.form(inner.but(loop=False, jumps=(False, inner.jumps[1])), False)))
        pipe.add("then", Step(Keep(name, random.random() < 0.5)))
        return Block(pipe)

    def held(self, scope, want):
        """{ grab as h then …, perhaps twice }: what has a name here is released at the end."""
        random = self.random
        inner, pipe = scope.deeper(it=False), None
        for more in random.choice(((0,), (0,), (1, 0))):
            name = self.new_name(scope)
            grab = Step(Start("grab", self.place("grab"), self.expr(inner)), name)
            if pipe is None:
                pipe = Pipe(grab)
            else:
                pipe.add("then", grab)
            inner = inner.but(names=inner.names + (name,), it=False)
            if random.random() < 0.1:
                grab.children.append(self.form(inner.shielded(), False, True))
            step, shown = self.step(inner, want and not more)
            pipe.add("then", step)
            inner = inner.but(names=inner.names + shown)
        pipe.has = step.has
        if random.random() < 0.25:
            pipe.has = self.catch(pipe, inner.but(names=scope.names), want, step.has)
        return Block(pipe)

    def spawn(self, scope, want):
        if not self.helpers or not scope.spawns:
            return self.leaf(scope, want)
        if self.spawned and self.random.random() < 0.3:
            return JoinAll()
        self.spawned = True
        return Spawn(self.random.choice(self.helpers), self.expr(scope))

    def handled(self, scope, want):
        """{ spawn … as h then … then await h then … }"""
        if not self.helpers or not scope.spawns:
            return self.leaf(scope, want)
        self.spawned, inner = True, scope.deeper()
        name = self.new_name(inner, "h")
        pipe = Pipe(Step(Spawn(self.random.choice(self.helpers), self.expr(inner)), name))
        inner = inner.but(it=False, names=inner.names + (name,))
        for _ in range(self.random.choice((0, 1, 1))):
            step, shown = self.step(inner, False)
            pipe.add("then", step)
            inner = inner.but(names=inner.names + shown)
        pipe.add("then", Step(AwaitHandle(name, self.random.random() < 0.5)))
        step, _ = self.step(inner, want)
        pipe.add("then", step)
        pipe.has = step.has
        return Block(pipe)

    def branches(self, scope, kind, want):
        random = self.random
        count = random.choice((1, 2, 2, 2, 3, 3, 4))
        made, shown = [], []
        for number in range(count):
            branch, names = self.branch(scope, kind, want, number > 0)
            made.append(branch)
            shown += names
        node = Branches(kind, made)
        node.shown = shown
        return node

    def branch(self, scope, kind, want, may_end):
        random = self.random
        inner = scope.branch()
        self.fuel -= 1
        if kind in ("race", "any") and may_end and random.random() < 0.06:
            first = Step(self.leaf(inner, False))
            leave = self.leave(inner.but(it=first.has))
            if leave.__class__ is Leave:
                pipe = Pipe(first)
                pipe.add("then", Step(leave))
                pipe.ends = True
                return Branch(pipe), []
        needs = want
        winner = kind in ("race", "any") and random.random() < 0.3
        if winner:
            needs = random.random() < 0.6
        elif kind in ("all", "settle"):
            needs = random.random() < 0.7
        if random.random() < 0.4:
            step = Step(self.single(inner, needs))
        elif random.random() < 0.5 and not winner and kind != "settle":
            pipe = self.pipe(inner, needs)
            if not pipe.ifish and not owner(pipe.children[0].children[0]):
                return Branch(pipe), []
            step = Step(Block(pipe))
        else:
            step = Step(self.block(inner, needs))
        name = None
        form = step.children[0]
        owns = owner(form)
        if (step.has or owns and kind == "all") and (kind in ("all", "settle") or winner) and random.random() < 0.8:
            name = self.new_name(scope, "s" if kind == "settle" else "v")
            step.name, step.settled = name, kind == "settle"
            if isinstance(step.children[0], Delay) and kind == "settle":
                step.name, step.settled, name = None, False, None
        if owns and step.name is None:
            step = Step(Block(Pipe(step))) # whether it has a strand of its own depends on who wants its value
        if winner:
            known = inner.names + ((name,) if name is not None else ())
            return Branch(step, Block(self.pipe(scope.deeper(names=known, it=step.has), want))), []
        return Branch(step, outcome=name if kind == "settle" else None), [name] if name is not None else []

    def single(self, scope, want):
        random = self.random
        if scope.promises and random.random() < 0.3:
            name, has = random.choice(scope.promises)
            if has or not want:
                return Await(name, has)
        pick = random.randrange(8)
        if pick < 5 or want and pick < 7:
            return Start(*self.started("op"), self.expr(scope))
        if pick < 6:
            return Start(*self.started("sure"), self.expr(scope))
        if not want and pick < 7:
            return Start(*self.started(random.choice(("hush", "own"))), self.expr(scope))
        if want and not scope.it:
            return Start(*self.started("mail"), self.expr(scope))
        return Delay(self.duration((0, 1, 2, 3, 5)), scope.it)

    def started(self, sort):
        return sort, self.place(sort)

    def timeout(self, scope, want):
        form = self.form(scope.deeper(), want, True)
        node = Timeout(self.duration((0, 1, 2, 3, 5, 8)), Block(Pipe(Step(form))) if owner(form) else form)
        node.shown = getattr(form, "shown", ())
        return node

    def retry(self, scope, want):
        random = self.random
        name = ("a", scope.each, "attempt%d" % self.number())
        form = self.form(scope.deeper(attempt=name), want, True)
        seen = scope.but(attempt=name, err=("err", scope.each, "err%d" % self.number(), scope.attempt))
        asked = (self.cond(seen), random.choice((2, 3, 4)), seen.err) if random.random() < 0.3 else None
        pause = self.expr(seen if asked is not None else seen.but(err=None)) if random.random() < 0.3 else None
        backoff = random.choice((None, 0, 1, 2, 3)) if pause is None else None
        to = random.choice((None, 1, 2, 4)) if backoff is not None else None
        pauses = backoff is not None or pause is not None
        jitter = random.choice((0, 0, 10, 50, 100)) if pauses else 0
        most = None if asked is not None and pauses and random.random() < 0.5 else random.choice((1, 2, 2, 3, 4))
        node = Retry(most, backoff, to, jitter, self.codes() if random.random() < 0.4 else None, name, form, pause, asked)
        node.shown = getattr(form, "shown", ())
        return node

    def call(self, scope, want):
        if not self.helpers:
            return self.leaf(scope, want)
        return Call(self.random.choice(self.helpers), self.expr(scope))

    # ---- pipelines ----

    def step(self, scope, want, plain=False, binds=True):
        """A step and the names it adds."""
        random = self.random
        form = self.form(scope, want, plain)
        shown = tuple(getattr(form, "shown", ()))
        step = Step(form)
        owns = owner(form)
        if form.has and isinstance(form, Value) or binds and (form.has or owns) and random.random() < (0.6 if owns else 0.35):
            step.name = self.new_name(scope)
            shown += (step.name,)
        elif binds and isinstance(form, Spawn) and "handles" in self.features:
            step.name = self.new_name(scope, "h")
            shown += (step.name,)
        if random.random() < 0.07:
            if step.ifish:
                step = Step(Block(Pipe(step)))
                shown = ()
            undo_scope = scope.shielded(names=scope.names + shown)
            step.children.append(self.form(undo_scope, False, True))
        return step, shown

    def pipe(self, scope, want):
        random = self.random
        outer = scope.names
        clauses = random.choice((0, 0, 1, 1, 1, 2, 2, 3, 4)) if self.fuel > 0 else 0
        step, shown = self.step(scope, want and clauses == 0)
        scope = scope.but(names=scope.names + shown)
        pipe = Pipe(step)
        has = step.has
        for number in range(clauses):
            last = want and number == clauses - 1
            here = scope.but(it=has)
            pick = random.randrange(20)
            if last and not has and pick >= 10:
                pick = 0
            if pick < 11:
                step, shown = self.step(here, last)
                pipe.add("then", step)
                scope = scope.but(names=scope.names + shown)
                has = step.has
            elif pick < 13:
                yes, _ = self.step(here, last, plain=True)
                if yes.ifish:
                    yes = Step(Block(Pipe(yes)))
                err = self.err(scope)
                no, _ = self.step(scope.but(names=outer, it=False, err=err), last, binds=False)
                pipe.add("then", yes)
                pipe.add("else", no, None, err)
                scope = scope.but(names=outer)
                has = yes.has and no.has
            elif pick < 17:
                has = self.catch(pipe, scope.but(names=outer), last or (want and has), has)
                scope = scope.but(names=outer)
            else:
                inner = scope.shielded(names=outer)
                pipe.add("finally", self.form(inner, False))
        if want and not has:
            pipe.add("then", Step(DoInt(self.expr(scope.but(it=False)))))
            has = True
        pipe.has = has
        return pipe

    def because(self, scope, want):
        """{ … catch reject(…) because }: what is seen outside has causes."""
        inner = scope.deeper()
        pipe = self.pipe(inner, want)
        err = self.err(scope)
        codes = self.codes() if self.random.random() < 0.2 else None
        pipe.add("catch", Step(self.reject(inner.but(it=False, err=err))), codes, err)
        return Block(pipe)

    def err(self, scope):
        return ("err", scope.each, "err%d" % self.number(), scope.attempt)

    def catch(self, pipe, scope, want, has):
        random = self.random
        err = self.err(scope)
        codes = self.codes() if random.random() < 0.5 else None
        inner = scope.but(it=False, err=err)
        pick = random.randrange(12)
        last = pipe.children[-1]
        if pick < 3:
            leave = self.leave(inner)
            pipe.add("catch", Step(leave), codes, err)
            return has
        form = last.children[0] if isinstance(last, Step) else last
        if "carry" not in self.features and isinstance(form, Branches) and form.kind == "any" and pick < 8:
            step = Step(Causes(self.place("note"), 1, err)) # of the first branch: the rejection may be another any's
            codes = random.choice(([CHAIN_EALL], None))
        elif pick < 4 and not want:
            step = Step(Report(err))
        elif pick < 6:
            step = Step(self.seen(err))
        else:
            step, _ = self.step(inner, want, binds=False)
        pipe.add("catch", step, codes, err)
        return has and step.has

    # ---- programs ----

    def program(self):
        random = self.random
        for number in range(random.choice((1, 1, 2) if "handles" in self.features else (0, 0, 1, 1, 2))):
            size, self.fuel = self.fuel, random.choice((2, 4, 8))
            chain = Chain("%s_%d" % (self.name, number), self.body(), random.choice((None, None, 1, 1, 2, 3)))
            self.fuel = size
            self.helpers.append(chain)
        main = Chain(self.name, self.body())
        return Program(self.helpers, main, self.places)

    def body(self):
        self.spawned = False
        return Block(self.pipe(Scope(), True))


class Program:
    def __init__(self, helpers, main, places):
        self.helpers, self.main, self.places = helpers, main, places

    def src(self):
        text = self.main.src(False)
        for helper in reversed(self.helpers):
            if helper.name + "(" in text: # one that nobody calls would be a warning of the C compiler
                text = helper.src(True) + text
        return text


CHAIN_EEND, CHAIN_EALL = 0x3f03, 0x3f04
G = Generator
VALUED = ([lambda g, s, w: g.leaf(s, w)] * 7 + [G.block] * 2 + [G.if_] * 2
          + [lambda g, s, w: g.branches(s, "race", w)] * 2 + [lambda g, s, w: g.branches(s, "any", w)] * 2
          + [G.timeout] * 2 + [G.retry] * 2 + [G.call] * 2 + [G.held])
ANYTHING = (VALUED + [G.loop] * 3 + [G.each] * 2 + [G.each_from] * 2 + [G.spawn] * 3 + [G.moved] * 2
            + [lambda g, s, w: g.branches(s, "all", w)] * 3 + [lambda g, s, w: g.branches(s, "settle", w)] * 2)
MORE_VALUED = {"promises": [G.promised] * 9, "each": [G.mannered] * 5, "carry": [G.because] * 3, "handles": [G.handled] * 4}
MORE = {"promises": [], "each": [], "carry": [], "handles": [G.spawn] * 3}
