"""Lists of what no test notices, and why: equivalent.txt and uncovered.txt.

A list is paragraphs: the file and the function; the text of the line; what about it; and the reason, in one line or several. A line
that begins with # is a comment."""


def explained(path):
    """{(file, function, line, what): reason}"""
    reasons = {}
    for paragraph in path.read_text().split("\n\n"):
        lines = [line.strip() for line in paragraph.splitlines() if line.strip() and not line.startswith("#")]
        if lines:
            if len(lines) < 4:
                raise SystemExit(f"{path.name}: a reason is missing: {' / '.join(lines)}")
            place, line, what, *reason = lines
            reasons[(*place.split(), line, what)] = " ".join(reason)
    return reasons
