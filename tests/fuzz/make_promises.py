"""Random blocks with promises, for generate.py: every path of such a block has awaited or cancelled them (rules 134, 139, 145)."""

from nodes import Block, Branch, Branches, Call, Delay, DoInt, Pipe, RejectAgain, RejectNow, Spawn, Start, Step, Timeout
from starts import Await, Begin, Cancel, awaits


class Opened:
    """A promise of the block that is being made."""

    def __init__(self, step):
        self.step, self.name = step, step.name
        self.known = step.name, step.gives


class PromiseMaker:
    """A part of Generator."""

    def promised(self, scope, want):
        """{ start … as p then … then await p then … }, with one to three promises."""
        random = self.random
        inner = scope.deeper()
        pipe, opened = Pipe.__new__(Pipe), []
        pipe.children, pipe.clauses, pipe.ends = [], [], False
        here, gap = inner.but(loop=False, returns=False), False
        for number in range(random.choice((1, 1, 1, 2, 2, 3))):
            if number and random.random() < 0.3:
                here, gap = self.beside(pipe, here), True
            step = self.begin(here.but(it=here.it and not number))
            pipe.add("then", step)
            opened.append(Opened(step))
            here = here.but(it=False, promises=here.promises + (opened[-1].known,))
        for _ in range(random.choice((0, 1, 1, 1, 2))):
            here = self.beside(pipe, here)
        here, dropped = self.ends_of(pipe, here, opened)
        here = here.but(loop=inner.loop, returns=inner.returns, promises=inner.promises)
        if want and not pipe.has or random.random() < 0.4:
            step, _ = self.step(here.but(it=pipe.has), want)
            pipe.add("then", step)
            pipe.has = step.has
        self.around(pipe, inner, want, None if gap or dropped else opened)
        return Block(pipe)

    def begin(self, scope):
        random = self.random
        body = scope.deeper(loop=False, returns=False, jumps=(False, False))
        pick = random.randrange(10)
        if pick < 4:
            form = Start(*self.started(random.choice(("op", "op", "op", "sure", "hush", "mail", "work", "own", "grab", "grab"))),
                         self.expr(body))
        else:
            form = self.form(body, random.random() < 0.6, True)
            if form.plain or form.ends or not waits(form):
                form = Start(*self.started("op"), self.expr(body))
        undo = None
        if random.random() < 0.15:
            undo = self.form(scope.shielded(), False, True)
        return Begin(form, self.new_name(scope), scope.attempt, undo)

    def beside(self, pipe, scope):
        """A step while promises run."""
        step, shown = self.step(scope.but(it=scope.it and not pipe.children), False)
        pipe.add("then", step)
        return scope.but(it=False, names=scope.names + shown)

    def ends_of(self, pipe, scope, opened):
        """Each of them is awaited or cancelled; returns the scope and whether one was cancelled."""
        random = self.random
        left, dropped = list(opened), False
        random.shuffle(left)
        while left:
            promise = left.pop()
            users = [other for other in left if awaits(other.step, promise.name)]
            if random.random() < 0.25 and not users:
                pipe.add("then", Step(Cancel(promise.name)))
                pipe.has, dropped = False, True
                scope = scope.but(promises=tuple(p for p in scope.promises if p[0] is not promise.name))
                continue
            together = left.pop() if left and random.random() < 0.3 else None
            scope = self.awaited(pipe, scope, promise, together)
            if random.random() < 0.3:
                scope = self.beside(pipe, scope)
                pipe.has = False
        return scope, dropped

    def awaited(self, pipe, scope, promise, together):
        random = self.random
        form = Await(*promise.known)
        names = [promise]
        if together is not None:
            form = Branches("all", [Branch(Step(form)), Branch(Step(Await(*together.known)))])
            names.append(together)
        elif random.random() < 0.2:
            form = Timeout(self.duration((0, 1, 2, 3, 5)), form)
        step = Step(form)
        if form.has and random.random() < 0.3:
            step.name = self.new_name(scope)
        pipe.add("then", step)
        pipe.has = step.has
        known = tuple(p.name for p in names if p.step.gives or p.step.owns and p.step.children[0].sort == "grab")
        return scope.but(it=False, names=scope.names + known + ((step.name,) if step.name is not None else ()))

    def around(self, pipe, scope, want, opened):
        """A catch and a finally of the block; `opened`: what a handler may cancel, None if it must not go on."""
        random = self.random
        pick = random.randrange(12)
        if pick < 4:
            err = self.err(scope)
            codes = self.codes() if random.random() < 0.3 else None
            inner = scope.but(it=False, err=err)
            if opened is None or pick == 3:
                pipe.add("catch", Step(RejectAgain(err) if random.random() < 0.5 else RejectNow(self.codes()[0])), codes, err)
                return
            pipe.add("catch", Step(self.dropping(inner, want or pipe.has, opened)), codes, err)
        elif pick < 6:
            pipe.add("finally", self.form(scope.shielded(), False))

    def dropping(self, scope, want, opened):
        """A handler that cancels what may still run, the last first, as a body may await an earlier one."""
        pipe = None
        for promise in reversed(opened):
            step = Step(Cancel(promise.name))
            if pipe is None:
                pipe = Pipe(step)
            else:
                pipe.add("then", step)
        if want:
            pipe.add("then", Step(DoInt(self.expr(scope.deeper()))))
            pipe.has = True
        return Block(pipe)


def waits(node):
    """Whether it is more than what is over at once."""
    return isinstance(node, (Start, Call, Await, Delay, Spawn)) or any(waits(child) for child in node.children)
