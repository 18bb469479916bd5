"""What random programs are made of: each class is a construct, with its source text and, for the oracle, what it does.

`children` are the parts that the shrinker may replace. `plain` constructs never wait: they have now() instead of run().
"""

from oracle import (CHAIN_EALL, CHAIN_EEND, INFO, MS, NOTE, SEEN, CAUSE, Cancelled, Env, Join, Jump, Mark, Operation, Reject, Strand, Timer, cancel_came,
                    Nursery, close, join_instances, leave, may_jump, other_round, pause, shielded, spawn, start, start_operation,
                    wait_for_branches)
from promises import Promise, end_promises

CODES = {1: "EPERM", 5: "EIO", 16: "EBUSY", 110: "ETIMEDOUT", CHAIN_EEND: "CHAIN_EEND", CHAIN_EALL: "CHAIN_EALL", 0x4000: "OWN", 0x4001: "OTHER"}


# ---- pure C expressions: a sum of names, modulo 997 ----

class Expr:
    def __init__(self, terms, constant):
        self.terms, self.constant = terms, constant

    def src(self):
        if not self.terms:
            return str(self.constant)
        return "(%s + %d) %% 997" % (" + ".join("%d * %s" % (k, atom_src(a)) for k, a in self.terms), self.constant)

    def value(self, env, it):
        if not self.terms:
            return self.constant
        total = self.constant
        for k, atom in self.terms:
            total += k * atom_value(atom, env, it)
        return total % 997


def atom_src(atom):
    kind = atom[0]
    if kind == "it":
        return "it"
    if kind == "v":
        return atom[2]
    if kind == "i":
        return "(int)" + atom[2]
    if kind == "h":
        return "(int)chain_handle_alive(%s)" % atom[2]
    if kind == "s":
        return "({0}.outcome == CHAIN_OUTCOME_VALUE ? {0}.value : {0}.error.code % 997)".format(atom[2])
    if kind == "e":
        return "(err.code % 997)"
    return "attempt"


def atom_value(atom, env, it):
    kind = atom[0]
    if kind == "it":
        return it
    value = env.frames[atom[1]][atom[2]]
    if kind == "s":
        return value[1] if value[0] == 0 else value[1] % 997
    if kind == "e":
        return value.code % 997
    if kind == "h":
        return int(value.alive)
    return value


class Cond:
    def __init__(self, expr, modulus, rest):
        self.expr, self.modulus, self.rest = expr, modulus, rest

    def src(self):
        return "(%s) %% %d == %d" % (self.expr.src(), self.modulus, self.rest)

    def true(self, env, it):
        return self.expr.value(env, it) % self.modulus == self.rest


# ---- nodes ----

class Node:
    cleans = False
    begins = False     # a start, whose promise belongs to the pipeline that it stands in
    settles = False    # as one thing: with an undo its value counts though a cancel has come (rule 42a)
    plain = False
    ifish = False      # ends in an if: cannot stand before an else or a block
    has = False        # gives an int
    ends = False       # never goes on after it
    children = ()

    def __init__(self, *children):
        self.children = list(children)


def perform(node, strand, env, it):
    if node.plain:
        return node.now(strand, env, it)
    return (yield from node.run(strand, env, it))


class Nothing(Node):
    plain = True

    def src(self):
        return "{}"

    def now(self, strand, env, it):
        strand.check()


class Start(Node):
    """op, hush, sure, mail, work, own, grab."""
    settles = True

    def __init__(self, sort, place, expr):
        self.sort, self.place, self.expr = sort, place, expr
        self.has = sort not in ("hush", "own")

    def src(self):
        return "%s(%d, %s)" % (self.sort, self.place, self.expr.src())

    def run(self, strand, env, it):
        strand.check()
        return (yield from start(strand, self.sort, self.place, self.expr.value(env, it)))


def rejection(strand, code, info=0):
    """Of a step that may have cancelled its own chain: then that wins (rules 69, 106)."""
    reject = Reject(code, (), info)
    if not strand.code:
        return reject
    strand.world.suppress(reject)
    return Cancelled()


def delays(node):
    """It may pass on what comes in, and so move it."""
    return isinstance(node, Delay) or any(delays(child) for child in node.children)


def go_on(strand, kept, value):
    """After a shield, with the outcome that it interrupted: a cancel that came meanwhile wins."""
    if cancel_came(strand):
        if isinstance(kept, Reject):
            strand.world.suppress(kept)
        strand.code = -1
        raise Cancelled
    if isinstance(kept, Cancelled):
        strand.code = -1
    if isinstance(kept, Jump):
        leave(strand, kept)
    if kept is not None:
        raise kept
    return value


class Keep(Node):
    """Moves what a binding owns: to a function, or, as the value of the block that ends here, outward."""
    plain = True

    def __init__(self, name, by_call):
        self.name, self.by_call = name, by_call

    def src(self):
        return "keep(%s)" % self.name[2] if self.by_call else "(%s)" % self.name[2]

    def now(self, strand, env, it):
        strand.check()


class Calc(Node):
    plain = has = settles = True

    def __init__(self, place, expr):
        self.place, self.expr = place, expr

    def src(self):
        return "calc(%d, %s)" % (self.place, self.expr.src())

    def now(self, strand, env, it):
        strand.check()
        a = self.expr.value(env, it)
        rejects, _, _, _, outcome, _, _ = strand.world.act(self.place)
        strand.world.event(NOTE, self.place, a)
        if rejects:
            raise rejection(strand, outcome)
        if not strand.defers:
            strand.check()
        return outcome


class Note(Node):
    plain = has = True

    def __init__(self, place, expr):
        self.place, self.expr = place, expr

    def src(self):
        return "note(%d, %s)" % (self.place, self.expr.src())

    def now(self, strand, env, it):
        strand.check()
        a = self.expr.value(env, it)
        strand.world.event(NOTE, self.place, a)
        return (a * 7 + self.place) % 997


class Bare(Node):
    plain = has = True

    def src(self):
        return "bare"

    def now(self, strand, env, it):
        strand.check()
        strand.world.event(NOTE, 0, it)
        return (it + 1) % 997


class Report(Node):
    """A bare operation as a handler."""
    plain = True

    def __init__(self, err):
        self.err = err

    def src(self):
        return "report"

    def now(self, strand, env, it):
        strand.check()
        err = env.frames[self.err[1]][self.err[2]]
        strand.world.event(SEEN, 0, err.code * 256 + err.attempt)


class Seen(Node):
    plain = has = True

    def __init__(self, place, err):
        self.place, self.err = place, err

    def src(self):
        return "seen(%d, err)" % self.place

    def now(self, strand, env, it):
        strand.check()
        err = env.frames[self.err[1]][self.err[2]]
        strand.world.event(SEEN, self.place, err.code * 256 + err.attempt)
        return err.code % 997


class Causes(Node):
    plain = has = True

    def __init__(self, place, count, err):
        self.place, self.count, self.err = place, count, err

    def src(self):
        return "causes(%d, %d, err)" % (self.place, self.count)

    def now(self, strand, env, it):
        strand.check()
        err = env.frames[self.err[1]][self.err[2]]
        world = strand.world
        world.event(SEEN, self.place, err.code * 256 + err.attempt)
        if err.code == CHAIN_EALL:
            for i in range(self.count):
                world.event(CAUSE, self.place, err.causes[i].code if i < len(err.causes) else -1)
        return err.code % 997


class Look(Node):
    """Shows all of `err`: its causes and theirs, with their infos (rules 122-129)."""
    plain = has = True

    def __init__(self, place, err):
        self.place, self.err = place, err

    def src(self):
        return "look(%d, err)" % self.place

    def now(self, strand, env, it):
        strand.check()
        err = env.frames[self.err[1]][self.err[2]]
        self.show(SEEN, strand.world, err)
        return err.code % 997

    def show(self, kind, world, err):
        world.event(kind, self.place, err.code * 256 + err.attempt)
        world.event(INFO, self.place, err.info)
        for cause in err.causes:
            self.show(CAUSE, world, cause)


class Do(Node):
    plain = True

    def __init__(self, place, expr, target, cond, code):
        self.place, self.expr, self.target, self.cond, self.code = place, expr, target, cond, code
        self.settles = cond is not None

    def src(self):
        text = "mark(%d, %s);" % (self.place, self.expr.src())
        if self.target is not None:
            text += " %s = %s;" % (self.target[2], self.expr.src())
        if self.cond is not None:
            text += ' if (%s) reject(%s, "do", 3);' % (self.cond.src(), CODES[self.code])
        return "do { %s }" % text

    def now(self, strand, env, it):
        strand.check()
        value = self.expr.value(env, it)
        strand.world.event(NOTE, self.place, value)
        if self.target is not None:
            env.frames[self.target[1]][self.target[2]] = value
        if self.cond is not None and self.cond.true(env, it):
            raise rejection(strand, self.code, 3)
        if self.cond is not None and not strand.defers:
            strand.check()


class DoInt(Node):
    plain = has = True

    def __init__(self, expr):
        self.expr = expr

    def src(self):
        return "do int { return %s; }" % self.expr.src()

    def now(self, strand, env, it):
        strand.check()
        return self.expr.value(env, it)


class Value(Node):
    """(expression); a binding gives it a type."""
    plain = has = True

    def __init__(self, expr):
        self.expr = expr

    def src(self):
        return "(%s)" % self.expr.src()

    def now(self, strand, env, it):
        strand.check()
        return self.expr.value(env, it)


class Call(Node):
    has = True

    def __init__(self, chain, expr):
        self.chain, self.expr = chain, expr

    def src(self):
        return "%s(%s)" % (self.chain.name, self.expr.src())

    def run(self, strand, env, it):
        strand.check()
        value = yield from self.chain.call(strand, self.expr.value(env, it))
        strand.check()
        return value


class Duration:
    """In ms, or, `until`, a time of the loop's clock (rule 162)."""

    def __init__(self, ms, until=False):
        self.ms, self.until = ms, until

    def src(self):
        return "until (%dull * 1000000)" % self.ms if self.until else "%dms" % self.ms

    def ns(self, world):
        return self.ms * MS - world.now if self.until else self.ms * MS


class Delay(Node):
    settles = True

    def __init__(self, duration, has):
        self.duration, self.has = duration, has

    def src(self):
        return "delay " + self.duration.src()

    def run(self, strand, env, it):
        strand.check()
        yield from pause(strand, self.duration.ns(strand.world))
        return it


class RejectNow(Node):
    """`err`: with it the rejection that is handled is kept as the cause (rule 128)."""
    plain = True
    ends = True

    def __init__(self, code, info=None, err=None):
        self.code, self.info, self.err = code, info, err

    def src(self):
        text = "" if self.info is None else ', "because", %s' % self.info.src()
        return "reject(%s%s)%s" % (CODES[self.code], text, "" if self.err is None else " because")

    def now(self, strand, env, it):
        strand.check()
        info = 0 if self.info is None else self.info.value(env, it)
        raise Reject(self.code, () if self.err is None else (env.frames[self.err[1]][self.err[2]],), info)


class RejectAgain(Node):
    plain = True
    ends = True

    def __init__(self, err):
        self.err = err

    def src(self):
        return "reject"

    def now(self, strand, env, it):
        strand.check()
        raise env.frames[self.err[1]][self.err[2]].again()


class Leave(Node):
    """break, continue, return with an expression or an operation."""
    ends = True

    def __init__(self, word, *children):
        self.word = word
        self.children = list(children)

    def src(self):
        return self.word if not self.children else "return " + self.children[0].src()

    def run(self, strand, env, it):
        strand.check()
        value = None
        if self.children:
            value = yield from perform(self.children[0], strand, env, it)
            strand.check()
        target = env.frames[0]["call"] if self.word == "return" else innermost_loop(strand)
        leave(strand, Jump(target, self.word, value))


class LoopMark(Mark):
    pass


def innermost_loop(strand):
    while True:
        for mark in reversed(strand.cleanups):
            if isinstance(mark, LoopMark):
                return mark
        strand = strand.join.strand


class Step(Node):
    """A form, with a binding and an undo; children: the form, and the undo if there is one."""

    @property
    def cleans(self):
        """Something has to be done after it when the block ends."""
        form = self.children[0]
        return len(self.children) > 1 or form.__class__ is Start and form.sort == "grab"

    def __init__(self, form, name=None, settled=False, undo=None):
        self.children = [form] if undo is None else [form, undo]
        self.name, self.settled = name, settled

    @property
    def has(self):
        return self.children[0].has

    @property
    def ends(self):
        return self.children[0].ends

    @property
    def ifish(self):
        return self.children[0].ifish and self.name is None and len(self.children) == 1

    def src(self):
        text = self.children[0].src()
        if self.name is not None:
            text += (" as int " if isinstance(self.children[0], (Value, Delay)) else " as ") + self.name[2]
        if len(self.children) > 1:
            text += " undo " + self.children[1].src()
        return text

    def run(self, strand, env, it):
        form = self.children[0]
        if form.plain:
            value = form.now(strand, env, it)
        else:
            value = yield from form.run(strand, env, it)
        if self.name is not None and not self.settled:
            env.frames[self.name[1]][self.name[2]] = value
        return value


class Pipe(Node):
    """A pipeline with a scope of its own. children: the steps; clauses: (kind, codes, err) of each after the first."""

    def __init__(self, first):
        self.children = [first]
        self.clauses = [("then", None, None)]
        self.has = first.has
        self.ends = first.ends

    def add(self, kind, step, codes=None, err=None):
        self.children.append(step)
        self.clauses.append((kind, codes, err))

    @property
    def ifish(self):
        return self.children[-1].ifish

    def src(self):
        parts = [self.children[0].src()]
        for before, step, (kind, codes, _) in zip(self.children, self.children[1:], self.clauses[1:]):
            if grabs(before) and delays(step):
                parts.append("then {}")
            if kind == "catch" and codes:
                parts.append("catch %s: %s" % (", ".join(CODES[c] for c in codes), step.src()))
            else:
                parts.append("%s %s" % (kind, step.src()))
        return " ".join(parts)

    def run(self, strand, env, it):
        for step in self.children:
            if step.cleans:
                return cleaned_up(self, strand, env, it)
        if self.owns():
            return self.checked(strand, env, it)
        return self.upto(len(self.children) - 1, strand, env, it, None)

    def owns(self):
        """Whether its end is a boundary, as there is something to release."""
        for n, step in enumerate(self.children):
            form = step.children[0] if isinstance(step, Step) else None
            if isinstance(form, Start) and form.sort == "own" and (step.name is not None or n + 1 < len(self.children)):
                return True
            if isinstance(form, Branches) and form.kind == "all" and any(b.single()[1] and b.single()[0].sort == "own"
                                                                         for b in form.children if isinstance(b.single()[0], Start)):
                return True
        return False

    def checked(self, strand, env, it):
        value = yield from self.upto(len(self.children) - 1, strand, env, it, None)
        strand.check()
        return value

    def step(self, n, strand, env, it, done):
        step = self.children[n]
        if step.begins:
            return step.begin(strand, env, it, done)
        if not step.cleans:
            return (yield from step.run(strand, env, it))
        strand.check()
        strand.defers = len(step.children) > 1 and step.children[0].settles
        try:
            value = yield from (self.grab(step, strand, env, it, done) if grabs(step) else step.run(strand, env, it))
        finally:
            strand.defers = False
        done += step.children[1:]
        strand.check()
        return value

    def grab(self, step, strand, env, it, done):
        """What has come is released, though a cancel may have come, too (rule 42c)."""
        form = step.children[0]
        grab = Operation(strand.world, strand, None, form.sort, form.place, None)
        try:
            value = yield from start_operation(strand, grab, form.expr.value(env, it))
        finally:
            if grab.handle is not None:
                done.append(Release(grab.handle))
        env.frames[step.name[1]][step.name[2]] = value
        return value

    def upto(self, n, strand, env, it, done):
        """What stands up to clause n, as one thing."""
        first = n
        while first > 0 and self.clauses[first][0] == "then":
            first -= 1
        kind, codes, err = self.clauses[first]
        if first == 0:
            it = yield from self.step(0, strand, env, it, done)
        elif kind == "else":
            it = yield from self.choice(first, err, strand, env, it, done)
        elif kind == "catch":
            it = yield from self.caught(first, codes, err, strand, env, it, done)
        else:
            it = yield from self.guarded(first, strand, env, it, done)
        for i in range(first + 1, n + 1):
            strand.check()
            it = yield from self.step(i, strand, env, it, done)
        return it

    def choice(self, n, err, strand, env, it, done):
        try:
            value = yield from self.upto(n - 2, strand, env, it, done)
        except Reject as reject:
            caught = reject
        else:
            strand.check()
            return (yield from self.step(n - 1, strand, env, value, done))
        return (yield from self.handle(n, err, caught, strand, env, done))

    def caught(self, n, codes, err, strand, env, it, done):
        try:
            return (yield from self.upto(n - 1, strand, env, it, done))
        except Reject as reject:
            if codes and reject.code not in codes:
                raise
            caught = reject
        return (yield from self.handle(n, err, caught, strand, env, done))

    def handle(self, n, err, caught, strand, env, done):
        if err[3] is not None:
            caught.tried(env.frames[err[3][1]][err[3][2]])
        env.frames[err[1]][err[2]] = caught
        return (yield from self.step(n, strand, env, None, done))

    def guarded(self, n, strand, env, it, done):
        """finally: rules 36-41."""
        kept = value = None
        strand.check() # what has not begun has nothing to clean up
        depth = len(strand.cleanups)
        strand.cleanups.append("finally")
        try:
            value = yield from self.upto(n - 1, strand, env, it, done)
            strand.check()
        except (Reject, Cancelled, Jump) as outcome:
            kept = outcome
        del strand.cleanups[depth:]
        strand.shield += 1
        strand.code = 0
        try:
            yield from perform(self.children[n], strand, env, None)
        except Reject as reject:
            strand.shield -= 1
            if isinstance(kept, Reject):
                strand.world.suppress(kept)
            if isinstance(kept, Cancelled) or cancel_came(strand):
                strand.world.suppress(reject)
                strand.code = -1
                raise Cancelled from None
            raise
        strand.shield -= 1
        return go_on(strand, kept, value)


def cleaned_up(pipe, strand, env, it):
    """A pipeline whose steps have undos, give what has to be released, or start promises (rules 42a, 141)."""
    done, kept, value = [], None, None
    depth = len(strand.cleanups)
    releases = any(grabs(step) or step.begins for step in pipe.children)
    if releases:
        strand.cleanups.append("finally")
    try:
        value = yield from pipe.upto(len(pipe.children) - 1, strand, env, it, done)
        strand.check()
    except (Reject, Cancelled) as outcome:
        kept = outcome
    except Jump as jump:
        if not releases:
            raise
        kept = jump
    del strand.cleanups[depth:]
    failed = isinstance(kept, (Reject, Cancelled))
    promises = [what for what in done if isinstance(what, Promise)]
    if promises:
        yield from end_promises(strand, promises)
    yield from shielded(strand, each_of(to_clean_up(done, failed), strand, env))
    return go_on(strand, kept, value)


def to_clean_up(done, failed):
    """Last first; the place of a promise is that of its start (rules 143, 144)."""
    for what in reversed(done):
        if isinstance(what, Promise):
            if failed and what.gave and what.undo is not None:
                yield what.undo
            if what.handle is not None:
                yield Release(what.handle)
        elif failed or isinstance(what, Release):
            yield what


def each_of(todo, strand, env):
    for what in todo:
        try:
            yield from perform(what, strand, env, None)
        except Reject as reject:
            strand.world.suppress(reject)


class Release(Node):
    def __init__(self, handle):
        self.handle = handle

    def run(self, strand, env, it):
        return start(strand, "drop", 1, self.handle)


def grabs(step):
    """It gives something whose release is an operation."""
    form = step.children[0] if isinstance(step, Step) and not step.begins else None
    return isinstance(form, Start) and form.sort == "grab"


class Block(Node):
    """{ vars; pipeline }; children: the pipeline."""

    def __init__(self, pipe, variables=()):
        self.children = [pipe]
        self.variables = variables
        self.has = pipe.has
        self.ends = pipe.ends

    def src(self):
        return "{ %s%s }" % ("".join("var int %s = %s; " % (v[2], e.src()) for v, e in self.variables), self.children[0].src())

    def run(self, strand, env, it):
        for variable, expr in self.variables:
            env.frames[variable[1]][variable[2]] = expr.value(env, it)
        return self.children[0].run(strand, env, it)


class If(Node):
    ifish = True

    def __init__(self, cond, yes, no=None):
        self.cond = cond
        self.children = [yes] if no is None else [yes, no]
        self.has = no is not None and yes.has and no.has

    def src(self):
        text = "if (%s) %s" % (self.cond.src(), self.children[0].src())
        return text if len(self.children) == 1 else text + " else " + self.children[1].src()

    def run(self, strand, env, it):
        strand.check()
        if self.cond.true(env, it):
            return (yield from self.children[0].run(strand, env, it))
        if len(self.children) > 1:
            return (yield from self.children[1].run(strand, env, it))


class Loop(Node):
    """Rounds that are counted; with `test` a while, else a loop with a break. children: the body's pipeline."""

    def __init__(self, name, rounds, test, body):
        self.name, self.rounds, self.test = name, rounds, test
        self.children = [body]

    def src(self):
        name, rounds, body = self.name[2], self.rounds, self.children[0].src()
        if self.test:
            return "{ var int %s = 0; while (%s < %d) { do { %s++; } then %s } }" % (name, name, rounds, name, body)
        return "{ var int %s = 0; loop { do { %s++; } then if (%s > %d) { break } then %s } }" % (name, name, name, rounds, body)

    def run(self, strand, env, it):
        strand.check()
        frame, name = env.frames[self.name[1]], self.name[2]
        frame[name] = 0
        mark = LoopMark()
        depth = len(strand.cleanups)
        strand.cleanups.append(mark)
        try:
            yield from self.rounds_of(mark, strand, env, frame, name)
        finally:
            del strand.cleanups[depth:]
        strand.check()

    def rounds_of(self, mark, strand, env, frame, name):
        while True:
            if self.test and frame[name] >= self.rounds:
                break
            frame[name] += 1
            if not self.test and frame[name] > self.rounds:
                break
            try:
                yield from self.children[0].run(strand, env, None)
            except Jump as jump:
                if jump.target is not mark:
                    raise
                if jump.word == "break":
                    break
            strand.check()
            yield from other_round(strand)


def branch_strand(join, gen):
    """Starts a branch that is a strand; gen: a function of the strand."""
    world = join.strand.world
    strand = Strand(world, join)
    strand.cleanups.append("branch")
    strand.gen = world.branch_gen(strand, gen(strand))
    world.start_branch(join, strand)
    return strand


def start_single(join, form, env, it):
    """A branch that is one operation has no strand: it is counted where it settles."""
    parent = join.strand
    world = parent.world
    is_delay = isinstance(form, Delay)
    operation = Operation(world, parent, join, "delay" if is_delay else form.sort, 0 if is_delay else form.place, None)
    join.branches.append(operation)
    if parent.code:
        operation.code = -1
        operation.done = True
        join.alive -= 1
    elif is_delay:
        operation.value = it
        operation.timer = Timer(lambda: operation.settle(0, it))
        world.arm(operation.timer, form.duration.ns(world))
    else:
        world.begin(operation, form.expr.value(env, it))
    return operation


class Branch(Node):
    """children: pipeline or step, and a winner's block if there is one. `outcome`: what settle binds."""

    def __init__(self, body, winner=None, outcome=None, show=None):
        self.children = [body] if winner is None else [body, winner]
        self.outcome = outcome
        self.has = body.has if winner is None else winner.has
        self.ends = body.ends

    def src(self):
        text = self.children[0].src()
        return text if len(self.children) == 1 else text + " " + self.children[1].src()

    def single(self):
        """The one operation that the branch is, and what it is bound to."""
        step = self.children[0]
        if isinstance(step, Pipe) and len(step.children) == 1:
            step = step.children[0]
        if isinstance(step, Step) and len(step.children) == 1:
            form = step.children[0]
            if isinstance(form, Delay) or isinstance(form, Start) and form.sort not in ("mail", "work"):
                return form, step.name
        return None, None

    def start(self, join, env, it):
        form, _ = self.single()
        if form is not None:
            return start_single(join, form, env, it)
        return branch_strand(join, lambda strand: self.children[0].run(strand, env, it))


class Branches(Node):
    """all, any, race, settle."""

    @property
    def settles(self):
        return all(len(b.children) == 1 for b in self.children)

    def __init__(self, kind, branches):
        self.kind = kind
        self.children = branches
        self.has = kind in ("any", "race") and all(b.has or b.ends for b in branches)
        self.ends = kind == "all" and any(b.ends for b in branches) or kind in ("any", "race") and all(b.ends for b in branches)

    def src(self):
        return "%s (%s)" % (self.kind, ", ".join(b.src() for b in self.children))

    def run(self, strand, env, it):
        strand.check()
        join = Join(strand, self.kind, len(self.children))
        parts = [branch.start(join, env, it) for branch in self.children]
        yield from wait_for_branches(strand, join)
        strand.take()
        if join.jump is not None:
            strand.check()
            leave(strand, join.jump)
        if self.kind in ("any", "race"):
            return (yield from self.won(join, parts, strand, env))
        for branch, part in zip(self.children, parts):
            form, name = branch.single()
            if self.kind == "all" and form is not None and name is not None:
                env.frames[name[1]][name[2]] = part.value
            elif self.kind == "settle" and branch.outcome is not None:
                name = branch.outcome
                env.frames[name[1]][name[2]] = (0, part.value) if part.reject is None else (1, part.reject.code)

    def won(self, join, parts, strand, env):
        for branch, part in zip(self.children, parts):
            if part is join.winner:
                form, name = branch.single()
                if name is not None:
                    env.frames[name[1]][name[2]] = part.value
                if len(branch.children) == 1:
                    return part.value
                return (yield from branch.children[1].run(strand, env, part.value))
        raise AssertionError("nobody has won")


class Timeout(Node):
    settles = True

    def __init__(self, duration, form):
        self.duration = duration
        self.children = [form]
        self.has = form.has

    def src(self):
        return "timeout %s %s" % (self.duration.src(), self.children[0].src())

    def run(self, strand, env, it):
        strand.check()
        join = Join(strand, "race", 1)
        timer = Timer(join.fire)
        strand.world.arm(timer, self.duration.ns(strand.world))
        branch = Branch(Step(self.children[0]))
        part = branch.start(join, env, it)
        yield from wait_for_branches(strand, join)
        timer.armed = None
        strand.take()
        if join.jump is not None:
            strand.check()
            leave(strand, join.jump)
        return part.value


class Retry(Node):
    """`asked`: a condition, the attempts after which it is false in any case, and the name of `err`; most None: that ends it."""

    def __init__(self, most, backoff, to, jitter, codes, name, form, pause=None, asked=None):
        self.most, self.backoff, self.to, self.jitter, self.codes, self.name = most, backoff, to, jitter, codes, name
        self.pause, self.asked = pause, asked
        self.children = [form]
        self.has = form.has

    def src(self):
        text = "retry" if self.most is None else "retry %d" % self.most
        if self.backoff is not None:
            text += " backoff %dms" % self.backoff
            if self.to is not None:
                text += " to %dms" % self.to
        if self.pause is not None:
            text += " pause ((%s) %% 4) ms" % self.pause.src()
        if self.jitter:
            text += " jitter %d%%" % self.jitter
        if self.codes:
            text += " on %s" % ", ".join(CODES[c] for c in self.codes)
        if self.asked is not None:
            text += " if (attempt < %d && %s)" % (self.asked[1], self.asked[0].src())
        return text + (": " if self.codes or self.asked is not None else " ") + self.children[0].src()

    def again(self, reject, attempt, env, it):
        reject.tried(attempt)
        if self.codes and reject.code not in self.codes or self.most is not None and attempt >= self.most:
            return False
        if self.asked is None:
            return True
        cond, most, err = self.asked
        env.frames[err[1]][err[2]] = reject
        return attempt < most and cond.true(env, it)

    def wait(self, strand, attempt, env, it):
        if self.pause is not None:
            return strand.world.backoff(1, self.pause.value(env, it) % 4 * MS, (1 << 40) * MS, self.jitter)
        return strand.world.backoff(attempt, self.backoff * MS, (self.to if self.to is not None else 1 << 40) * MS, self.jitter)

    def run(self, strand, env, it):
        strand.check()
        frame, name, form = env.frames[self.name[1]], self.name[2], self.children[0]
        frame[name] = 1
        while True:
            try:
                return (yield from perform(form, strand, env, it))
            except Reject as reject:
                if not self.again(reject, frame[name], env, it):
                    raise
            if self.backoff is not None or self.pause is not None:
                yield from pause(strand, self.wait(strand, frame[name], env, it))
            frame[name] += 1
            yield from other_round(strand)


class Spawn(Node):
    def __init__(self, chain, expr):
        self.chain, self.expr = chain, expr

    def src(self):
        return "spawn %s(%s)" % (self.chain.name, self.expr.src())

    def run(self, strand, env, it):
        return spawn(strand, env.frames[0]["nursery"], self.chain.name, self.chain.pool,
                     lambda instance: self.chain.call(instance, self.expr.value(env, it), False))


class JoinAll(Node):
    settles = True

    def src(self):
        return "join"

    def run(self, strand, env, it):
        return join_instances(strand, env.frames[0]["nursery"])


def spawns(node):
    return isinstance(node, Spawn) or any(spawns(child) for child in node.children)


def calls(node):
    return isinstance(node, Call) or any(calls(child) for child in node.children)


class Chain:
    def __init__(self, name, body, pool=None):
        self.name, self.body, self.pool = name, body, pool
        self.spawns = spawns(body)
        self.calls = calls(body)

    def src(self, static):
        pool = "" if self.pool is None else " pool %d" % self.pool
        return "%schain int %s(int x)%s\n%s\n" % ("static " if static else "", self.name, pool, self.body.src())

    def call(self, strand, x, counts=True):
        """Calls count like resumptions, and so does the end of a chain that calls others (rule 17)."""
        strand.world.budget -= counts
        try:
            return (yield from self.frame(strand, x))
        finally:
            strand.world.budget -= self.calls

    def frame(self, strand, x):
        mark = Mark()
        env = Env([{"x": x, "call": mark}])
        depth = len(strand.cleanups)
        strand.cleanups.append(mark)
        try:
            if self.spawns:
                return (yield from self.own(strand, env, mark))
            return (yield from self.value(strand, env, mark))
        except Reject as reject:
            if reject.code == CHAIN_EALL and reject.causes:
                reject.causes, reject.info = (), 0 # they stand in its frame (rule 129)
            raise
        finally:
            del strand.cleanups[depth:]

    def value(self, strand, env, mark):
        try:
            return (yield from self.body.run(strand, env, None))
        except Jump as jump:
            if jump.target is not mark:
                raise
            return jump.value

    def own(self, strand, env, mark):
        """It ends when what it has spawned has ended."""
        nursery = env.frames[0]["nursery"] = Nursery()
        strand.nurseries.append(nursery)
        try:
            try:
                value = yield from self.value(strand, env, mark)
                yield from join_instances(strand, nursery)
                return value
            except (Reject, Cancelled) as outcome:
                kept = outcome
            yield from close(strand, nursery, kept)
        finally:
            strand.nurseries.pop()
