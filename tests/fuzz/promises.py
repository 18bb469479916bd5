"""Promises as values, for the oracle (rules 133-147): what `start`, `await`, `cancel` and the end of a block do."""

from oracle import ECANCELED, Cancelled, Mark, Reject, Strand


class Promise:
    """What a name stands for from its start to the end of its block. `gave`: for its undo it has a value; `told`: its rejection
    has been given to somebody; `handle`: of what its release gives back; `depth`: of its chain, in calls."""
    __slots__ = ("strand", "depth", "waits", "ended", "told", "gave", "cancelled", "reject", "value", "handle", "undo")

    def __init__(self, strand, undo, depth):
        self.strand, self.undo, self.depth = strand, undo, depth
        self.waits = []
        self.ended = self.told = self.gave = self.cancelled = False
        self.reject = self.value = self.handle = None

    def end(self, reject, value):
        self.ended, self.reject, self.value = True, reject, value
        waits, self.waits = self.waits, []
        for wait in waits:
            wait.promise_ended()

    def give(self):
        """The rejection, for one that awaits (rule 135)."""
        self.told = True
        return self.reject.again()

    def stop(self):
        if not self.ended:
            self.strand.world.ask_strand(self.strand)

    def tell(self):
        """A rejection that nobody has got is suppressed (rule 138)."""
        if self.reject is not None and not self.told:
            self.told = True
            self.strand.world.suppress(self.reject)


class PromiseWait:
    """For the end of a promise; `takes`: its outcome, too."""
    __slots__ = ("strand", "promise", "takes", "done", "decided", "forking", "has_value", "value", "starting")

    def __init__(self, strand, promise, takes):
        self.strand, self.promise, self.takes = strand, promise, takes
        self.done = self.decided = self.forking = self.has_value = self.starting = False
        self.value = None
        strand.wait = self
        promise.waits.append(self)

    def ask(self):
        self.promise.waits.remove(self)
        self.done = True
        if not self.starting: # else its strand goes on at once (S3)
            self.strand.world.ready.append(self.strand)

    def promise_ended(self):
        self.done = True
        if self.takes and self.promise.reject is not None:
            self.strand.reject = self.promise.give()
        elif self.takes and self.promise.cancelled: # and who waits is not cancelled yet (rule 62)
            self.strand.reject = Reject(ECANCELED)
        else:
            self.has_value, self.value = True, self.promise.value
        self.strand.world.ready.append(self.strand)


def start_promise(strand, undo, body):
    """body: a function of the promise's strand and the promise that gives a generator."""
    strand.check()
    child = Strand(strand.world, None)
    promise = Promise(child, undo, sum(mark.__class__ is Mark for mark in strand.cleanups))
    child.gen = promise_gen(child, promise, body(child, promise))
    strand.promises.append(promise)
    strand.world.run_inside(strand, child)
    return promise


def promise_gen(strand, promise, body):
    reject = value = None
    try:
        value = yield from body
        strand.check()
    except Reject as rejected:
        reject = rejected
    except Cancelled:
        promise.cancelled = True
    strand.wait = None
    strand.alive = False
    promise.end(reject, value)


def await_promise(strand, promise):
    strand.check()
    if not promise.ended:
        PromiseWait(strand, promise, True)
        yield
        strand.take()
    elif promise.reject is not None:
        raise promise.give()
    elif promise.cancelled:
        raise Reject(ECANCELED)
    return promise.value


def cancel_promise(strand, promise):
    strand.check()
    if promise.ended:
        promise.tell()
        return
    wait = PromiseWait(strand, promise, False)
    wait.starting = True
    promise.stop()
    wait.starting = False
    if not wait.done:
        yield
    strand.take()


def end_promises(strand, promises):
    """At the end of their block, whatever its outcome: they are asked in the order of the text and awaited (rule 141)."""
    strand.shield += 1
    strand.code = 0
    for promise in promises:
        promise.stop()
    for promise in promises: # what nobody has got is told when those before it have ended, too
        if not promise.ended:
            PromiseWait(strand, promise, False)
            yield
        promise.tell()
    strand.wait = None
    for promise in promises:
        strand.promises.remove(promise)
    strand.shield -= 1
