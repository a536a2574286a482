"""A style sheet with no rule in it that no page of ours can use. Pure.

Bootstrap has a rule for everything; a page that loads all of it spends most of a slow phone's first
second on what it never shows. Kept is each rule whose classes all occur, as whole words, anywhere
in the templates and scripts: a word too many keeps a rule too many and breaks nothing. A word that
ends in a hyphen is the beginning of a class whose end is filled in (`btn-{{ tone }}`).
"""

import re
from collections.abc import Collection, Iterator

_NEGATED = re.compile(r":not\((?:[^()]|\([^()]*\))*\)")
_CLASS = re.compile(r"\.((?:[A-Za-z_-]|\\.)(?:[\w-]|\\.)*)")
_ESCAPE = re.compile(r"\\(.)")
_WORD = re.compile(r"[A-Za-z_-][\w-]*")
_GROUPS = ("@media", "@supports", "@layer", "@container")


def words_of(text: str) -> set[str]:
    """Every word of a template or a script that could be the name of a class."""
    return set(_WORD.findall(text))


def spare(css: str, words: Collection[str]) -> str:
    """Leave out what names a class that is none of the words, and animations that nothing names."""
    kept = _spare(css, words)
    for name in re.findall(r"@keyframes ([\w-]+)", kept):
        if len(re.findall(rf"(?<![\w-]){re.escape(name)}(?![\w-])", kept)) == 1:
            kept = _without_keyframes(kept, name)
    return kept


def _spare(css: str, words: Collection[str]) -> str:
    found = []
    for head, body in _rules(css):
        if body is None or head.startswith(("@keyframes", "@font-face")):
            found.append(f"{head};" if body is None else f"{head}{{{body}}}")
        elif head.startswith(_GROUPS):
            inner = _spare(body, words)
            if inner:
                found.append(f"{head}{{{inner}}}")
        elif selectors := [each for each in _selectors(head) if _is_used(each, words)]:
            found.append(f"{','.join(selectors)}{{{body}}}")
    return "".join(found)


def _without_keyframes(css: str, name: str) -> str:
    return "".join(
        f"{head};" if body is None else f"{head}{{{body}}}"
        for head, body in _rules(css)
        if head != f"@keyframes {name}"
    )


def _rules(css: str) -> Iterator[tuple[str, str | None]]:
    """Cut a sheet into rules: what stands before the braces, and what in them; None without."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    at = 0
    while at < len(css):
        brace, end = css.find("{", at), css.find(";", at)
        if brace < 0:
            return
        if 0 <= end < brace and css[at:end].lstrip().startswith("@"):
            yield css[at:end].strip(), None
            at = end + 1
            continue
        close = _closing(css, brace)
        yield css[at:brace].strip(), css[brace + 1 : close]
        at = close + 1


def _closing(css: str, brace: int) -> int:
    """Where a brace is closed again; a text in quotes holds none that count."""
    depth, quote = 0, ""
    for place in range(brace, len(css)):
        char = css[place]
        if quote:
            quote = "" if char == quote and css[place - 1] != "\\" else quote
        elif char in "\"'":
            quote = char
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return place
    return len(css)


def _selectors(head: str) -> Iterator[str]:
    depth, begin = 0, 0
    for place, char in enumerate(head):
        depth += (char in "([") - (char in ")]")
        if char == "," and depth == 0:
            yield head[begin:place].strip()
            begin = place + 1
    yield head[begin:].strip()


def _is_used(selector: str, words: Collection[str]) -> bool:
    named = (_ESCAPE.sub(r"\1", each) for each in _CLASS.findall(_NEGATED.sub("", selector)))
    return all(each in words or _is_begun(each, words) for each in named)


def _is_begun(name: str, words: Collection[str]) -> bool:
    parts = name.split("-")
    return any("-".join(parts[:count]) + "-" in words for count in range(1, len(parts)))
