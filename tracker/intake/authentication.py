"""Read what a mail server found of a sender: Authentication-Results (RFC 8601). Pure.

What stands in such a header is in part the sender's own: a name in the envelope, a greeting, a
selector. So a result counts only where the grammar has one: first behind a semicolon that is in
no quotes and no comment. Properties and comments are never looked into.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

_RESULT = re.compile(r"\s*([a-z][a-z0-9-]*)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)(?![a-z0-9@._=+-])", re.I)
_SERVER = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))')

Results = dict[str, set[str]]


def results_of(headers: Sequence[str], *, authority: str) -> Results:
    """Say what one server found by each method, by all its headers that stand on top.

    A server adds on top, one header or one for each of its filters. The first that is somebody
    else's ends what is believed; below it stands what came with the mail. Of one method the
    topmost header that names it counts, but each of them that found a mail forged by DMARC:
    whoever writes that below makes only their own mail suspect.
    """
    found: Results = {}
    for header in _on_top(headers, authority.lower()):
        said: Results = {}
        for method, result in _said_in(header):
            said.setdefault(method, set()).add(result)
        for method, results in said.items():
            if method not in found:
                found[method] = results
            elif method == "dmarc":
                found[method] |= results & {"fail"}
    return found


def _on_top(headers: Iterable[str], authority: str) -> Iterator[str]:
    for each in headers:
        server = _SERVER.match(_segments(each)[0][0])
        if server is None or (server[1] or server[2] or "").lower() != authority:
            return
        yield each


def _said_in(header: str) -> Iterator[tuple[str, str]]:
    segments, is_whole = _segments(header)
    for segment in segments[1:]:
        if result := _RESULT.match(segment):
            yield result[1].lower(), result[2].lower()
    if not is_whole:
        # Somebody's quote or bracket has no end: it shall hide no failure behind it.
        for segment in header.split(";")[1:]:
            if (result := _RESULT.match(segment)) and result[2].lower() == "fail":
                yield result[1].lower(), "fail"


def _segments(header: str) -> tuple[list[str], bool]:
    """Split at semicolons outside of quotes and comments, and leave the comments out.

    Says too whether every quote and comment has its end.
    """
    segments: list[list[str]] = [[]]
    depth, is_quoted, at = 0, False, 0
    while at < len(header):
        letter = header[at]
        taken = 2 if letter == "\\" and (depth or is_quoted) else 1
        if depth:
            depth += (letter == "(") - (letter == ")")
        elif letter == "(" and not is_quoted:
            depth = 1
            segments[-1].append(" ")
        elif letter == ";" and not is_quoted:
            segments.append([])
        else:
            is_quoted ^= letter == '"'
            segments[-1].append(header[at : at + taken])
        at += taken
    return ["".join(each) for each in segments], not depth and not is_quoted
