"""Makes a failing program small: tries all ways to leave something out, many in one batch, and goes on with the smallest that
still fails."""

import copy

from nodes import Block, Branches, DoInt, Expr, Node, Nothing, Pipe, Retry, Step, Timeout


def places(program):
    """All (holder, index) at which a node stands."""
    found = []

    def walk(holder):
        for index, child in enumerate(holder.children):
            found.append((holder, index))
            walk(child)

    for chain in [*program.helpers, program.main]:
        walk(Holder(chain))
    return found


class Holder:
    """A chain, as the holder of its body's pipeline."""

    def __init__(self, chain):
        self.children = chain.body.children


def smaller_forms(node):
    """What can stand for a form."""
    yield from node.children
    for child in node.children:
        if isinstance(child, Step):
            yield child.children[0]
        if isinstance(child, (Block, Pipe)):
            for step in child.children:
                if isinstance(step, Pipe):
                    yield from (s.children[0] for s in step.children if isinstance(s, Step))
    yield DoInt(Expr([], 1)) if node.has else Nothing()


def without_clause(pipe, n):
    """Leaves out step n of a pipeline."""
    if pipe.clauses[n][0] == "else":
        del pipe.children[n], pipe.clauses[n]
    elif n + 1 < len(pipe.clauses) and pipe.clauses[n + 1][0] == "else":
        del pipe.children[n:n + 2], pipe.clauses[n:n + 2]
    else:
        del pipe.children[n], pipe.clauses[n]
    if pipe.children:
        pipe.clauses[0] = ("then", None, None)
        if not isinstance(pipe.children[0], Step):
            pipe.children[0] = Step(pipe.children[0])


def edits(program):
    """Functions that make a copy of the program smaller, given the number of the place."""
    for number, (holder, index) in enumerate(places(program)):
        node = holder.children[index]
        if isinstance(node, Pipe):
            for n in range(len(node.children)):
                if len(node.children) > 1:
                    yield number, lambda h, i, n=n: without_clause(h.children[i], n)
        elif isinstance(node, Step):
            if len(node.children) > 1:
                yield number, lambda h, i: h.children[i].children.pop()
            if node.name is not None and not node.begins:
                yield number, lambda h, i: setattr(h.children[i], "name", None)
        elif isinstance(holder, (Step, Timeout, Retry)) or isinstance(node, Block):
            for way in range(len(list(smaller_forms(node)))):
                yield number, lambda h, i, way=way: replace(h, i, list(smaller_forms(h.children[i]))[way])
        if isinstance(node, Branches):
            for n in range(len(node.children)):
                if len(node.children) > 1:
                    yield number, lambda h, i, n=n: h.children[i].children.pop(n)
        for name in ("expr", "count"):
            if isinstance(getattr(node, name, None), Expr) and node.__dict__[name].terms:
                yield number, lambda h, i, name=name: setattr(h.children[i], name, Expr([], 1))
        if getattr(node, "variables", ()):
            yield number, lambda h, i: setattr(h.children[i], "variables", ())
        if getattr(node, "cond", None) is not None and not isinstance(node, Node) is None and node.children == []:
            yield number, lambda h, i: setattr(h.children[i], "cond", None)
        if isinstance(node, Retry):
            for name in ("backoff", "codes", "pause", "asked"):
                if getattr(node, name) is not None:
                    yield number, lambda h, i, name=name: setattr(h.children[i], name, None)


def replace(holder, index, node):
    if isinstance(node, Pipe) and not isinstance(holder, Block):
        node = Block(node)
    if isinstance(holder, Block) and not isinstance(node, Pipe):
        node = Pipe(node if isinstance(node, Step) else Step(node))
    if isinstance(node, Step) and not isinstance(holder, Pipe):
        node = Block(Pipe(node))
    holder.children[index] = node


PLAIN = (0, 0, 0, 0, 1, 0, 0)


def simpler_acts(acts):
    """Scripts with less in them."""
    for place, script in enumerate(acts):
        if len(script) > 1:
            for act in script:
                yield acts[:place] + [(act,)] + acts[place + 1:]
        for n, act in enumerate(script):
            if act != PLAIN:
                yield acts[:place] + [script[:n] + (PLAIN,) + script[n + 1:]] + acts[place + 1:]
            for member, plain in ((2, 0), (3, 0), (1, 0), (5, 0), (6, 0)):
                if act[member] != plain:
                    other = act[:member] + (plain,) + act[member + 1:]
                    yield acts[:place] + [script[:n] + (other,) + script[n + 1:]] + acts[place + 1:]


def used(acts, source):
    """Scripts of places that no longer exist say nothing."""
    return [script if not script or place < 2 or "(%d, " % place in source else (PLAIN,) for place, script in enumerate(acts)]


def candidates(case):
    """Copies of a case, each with one thing less."""
    for number, edit in edits(case.program):
        other = copy.deepcopy(case)
        holder, index = places(other.program)[number]
        try:
            edit(holder, index)
        except (IndexError, AttributeError):
            continue
        yield other
    for number in range(len(case.program.helpers)):
        other = copy.deepcopy(case)
        other.program.helpers.pop(number).name = "gone"
        yield other
    run = case.runs[0]
    for acts in simpler_acts(used(run.acts, case.program.src())):
        other = copy.copy(case)
        other.runs = [copy.copy(run)]
        other.runs[0].acts = acts
        yield other
    changes = []
    if run.early:
        changes.append({"early": 0})
    if run.cancel_how:
        changes.append({"cancel_how": 0})
    if run.cancel_event > 1:
        changes += [{"cancel_event": n} for n in range(1, run.cancel_event)] + [{"cancel_event": 0}]
    if run.cancel_ms > 0:
        changes += [{"cancel_ms": n} for n in (-1, 0, run.cancel_ms - 1)]
    for change in changes:
        other = copy.copy(case)
        other.runs = [copy.copy(run)]
        other.runs[0].__dict__.update(change)
        yield other


def weight(case):
    run = case.runs[0]
    source = case.program.src()
    return len(source), sum(len(a) + sum(act != PLAIN for act in a) + sum(sum(map(bool, act)) for act in a)
                            for a in used(run.acts, source)), run.cancel_event + run.cancel_how + bool(run.early) + max(run.cancel_ms, 0)


def shrink(case, failing):
    """failing(cases): those that still fail. The smallest case that does."""
    best = weight(case)
    for _ in range(200):
        tried = sorted((c for c in candidates(case) if weight(c) < best), key=weight)
        found = None
        for first in range(0, len(tried), 60):
            left = failing(tried[first:first + 60])
            if left:
                found = min(left, key=weight)
                break
        if found is None:
            return case
        case, best = found, weight(found)
    return case
