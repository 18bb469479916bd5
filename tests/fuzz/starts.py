"""The constructs of promises: `start FORM as NAME`, `await NAME`, `cancel NAME`."""

from nodes import Delay, Node, Start, Step, Value, perform
from oracle import Operation, Reject, await_instance, start_operation
from promises import await_promise, cancel_promise, start_promise


class Begin(Step):
    """A step that starts its form as a promise; `attempt`: that of the innermost retry around it, in this chain."""
    cleans = begins = True
    has = ends = ifish = False

    def __init__(self, form, name, attempt, undo=None):
        Step.__init__(self, form, name, False, undo)
        self.attempt = attempt

    @property
    def gives(self):
        """Whether an await has a value."""
        return self.children[0].has and not self.owns

    @property
    def owns(self):
        form = self.children[0]
        return isinstance(form, Start) and form.sort in ("own", "grab")

    def src(self):
        form = self.children[0]
        text = "start %s as %s%s" % (form.src(), "int " if isinstance(form, (Value, Delay)) and form.has else "", self.name[2])
        return text if len(self.children) == 1 else text + " undo " + self.children[1].src()

    def begin(self, strand, env, it, done):
        undo = self.children[1] if len(self.children) > 1 else None
        promise = start_promise(strand, undo, lambda child, promise: self.body(child, promise, env, it))
        env.frames[self.name[1]]["promise " + self.name[2]] = promise
        done.append(promise)

    def body(self, strand, promise, env, it):
        form = self.children[0]
        strand.cleanups.append("promise")
        strand.defers = len(self.children) > 1 and form.settles
        try:
            value = yield from (self.grab(strand, promise, env, it) if self.owns and form.sort == "grab"
                                else perform(form, strand, env, it))
        except Reject as reject:
            if self.attempt is not None:
                reject.tried(env.frames[self.attempt[1]][self.attempt[2]])
            raise
        finally:
            strand.defers = False
        promise.gave = True
        env.frames[self.name[1]][self.name[2]] = value
        return value

    def grab(self, strand, promise, env, it):
        """What has come is released, though a cancel may have come, too (rule 144)."""
        form = self.children[0]
        strand.check()
        operation = Operation(strand.world, strand, None, form.sort, form.place, None)
        try:
            return (yield from start_operation(strand, operation, form.expr.value(env, it)))
        finally:
            promise.handle = operation.handle


class Await(Node):
    settles = True

    def __init__(self, name, has):
        self.name, self.has = name, has

    def src(self):
        return "await " + self.name[2]

    def run(self, strand, env, it):
        return await_promise(strand, env.frames[self.name[1]]["promise " + self.name[2]])


class Cancel(Node):
    settles = True

    def __init__(self, name):
        self.name = name

    def src(self):
        return "cancel " + self.name[2]

    def run(self, strand, env, it):
        return cancel_promise(strand, env.frames[self.name[1]]["promise " + self.name[2]])


class AwaitHandle(Node):
    """Of a spawned chain; `stops`: cancel."""
    settles = True

    def __init__(self, name, stops):
        self.name, self.stops = name, stops

    def src(self):
        return "%s %s" % ("cancel" if self.stops else "await", self.name[2])

    def run(self, strand, env, it):
        return await_instance(strand, env.frames[self.name[1]][self.name[2]], self.stops)


def awaits(node, name):
    """Whether it may await this promise, or cancels it."""
    return isinstance(node, (Await, Cancel)) and node.name == name or any(awaits(child, name) for child in node.children)
