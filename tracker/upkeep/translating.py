"""The catalogues: what candidates read, gathered from the code, beside its translations.

`babel.cfg` names the modules that candidates' words stand in. Of the templates those count that
candidates are shown: public and private pages, errors, mail to them, and what these are made of.
The words of mail to candidates come from the messages themselves. A catalogue is written
without line numbers and in the order of its sentences, so that a difference shows what changed
and nothing else. The compiled catalogue is kept beside it: a fresh clone speaks every language
without another step.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from flask import current_app
from jinja2 import Environment, meta, nodes

from tracker.core import languages
from tracker.core.errors import DomainError
from tracker.core.languages import DEFAULT, LANGUAGES
from tracker.notifications.wording import all_messages

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tracker" / "translations"
MAPPING = ROOT / "babel.cfg"
TRANSLATED = tuple(language for language in LANGUAGES if language != DEFAULT)
WIDTH = 100
HEADERS = frozenset(
    {"Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
)


class Plain(Catalog):
    """A catalogue whose header says nothing that changes by itself: no dates, no versions."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The header's lines; only those that gettext reads."""
        return [each for each in self._get_mime_headers() if each[0] in HEADERS]


@dataclass
class Change:
    """What writing a catalogue anew has changed: sentences that are new, gone, untranslated."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def path_of(language: str, ending: str = "po") -> Path:
    """Where the catalogue of a language stands; `mo` is the compiled one."""
    return FOLDER / language / "LC_MESSAGES" / f"messages.{ending}"


def templates_for_candidates() -> set[str]:
    """Name every template that a candidate is shown, or is shown a part of.

    Those are the pages in a layout that is not the staff's, and what is drawn by itself (a
    receipt to print), outside the rooms whose public pages are for colleagues; the error pages;
    the mail to candidates; and all that they extend, include or import.
    """
    env = current_app.jinja_env
    parts = {
        name: {each for each in meta.find_referenced_templates(_parsed(env, name)) if each}
        for name in env.list_templates(filter_func=_is_ours)
    }
    mails = {each.name for each in all_messages() if each.audience == "candidate"} | {"_message"}
    used, found = set[str]().union(*parts.values()), set[str]()
    for name in parts:
        made_of = _made_of(name, parts)
        room, _, page = name.partition("/")
        if room == "emails":
            is_theirs = page.rpartition(".")[0] in mails
        else:
            is_page = "layouts/base.html" in made_of or name not in used
            is_theirs = room == "errors" or (
                is_page
                and "layouts/staff.html" not in made_of
                and room not in {"layouts", *languages.english_rooms()}
            )
        if is_theirs:
            found |= made_of
    return found


def _is_ours(name: str) -> bool:
    return (ROOT / "templates" / name).is_file()


def _parsed(env: Environment, name: str) -> nodes.Template:
    return env.parse((ROOT / "templates" / name).read_text(encoding="utf-8"))


def _made_of(name: str, parts: Mapping[str, set[str]]) -> set[str]:
    """A template with everything that it extends, includes or imports."""
    found, waiting = set(), [name]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += parts.get(each, ())
    return found


def gather(mapping: str | None = None) -> Catalog:
    """Gather every sentence that candidates may read; needs the rooms to be loaded.

    `mapping` is read in place of `babel.cfg`.
    """
    found = Catalog(fuzzy=False)
    shown = {f"templates/{each}" for each in templates_for_candidates()}
    text = MAPPING.read_text(encoding="utf-8") if mapping is None else mapping
    methods, options = parse_mapping_cfg(io.StringIO(text))  # type: ignore[no-untyped-call]
    for name, line, words, comments, context in extract_from_dir(
        ROOT, methods, options, keywords=_keywords(), comment_tags=("Translators:",)
    ):
        place = Path(name).as_posix()
        if place.startswith("templates/") and place not in shown:
            continue
        found.add(words, locations=[(place, line)], auto_comments=comments, context=context)
    for message in all_messages():
        if message.audience == "candidate":
            for words, part in ((message.subject, "subject"), (message.body, "text")):
                said = f"The mail {message.name}: its {part}."
                found.add(words, locations=[("mail", 1)], auto_comments=[said])
    return found


def _keywords() -> dict[str, Any]:
    """What a sentence may stand in: gettext's own names, and the errors that say one."""
    errors = {each.__name__: None for each in _kinds_of(DomainError)}
    return {**DEFAULT_KEYWORDS, "N_": None, "lazy_gettext": None, **errors}


def _kinds_of(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds_of(each)


def read(language: str) -> Catalog:
    """Read the catalogue of a language; an empty one where there is none yet."""
    path, plain = path_of(language), Plain(locale=language, charset="utf-8", fuzzy=False)
    if path.exists():
        with path.open("rb") as file:
            found = read_po(file, locale=language)
        plain.header_comment = found.header_comment
        for message in found:
            _copy(message, message, plain)
    return plain


def renewed(language: str, gathered: Catalog) -> tuple[Catalog, Change]:
    """Put the sentences of today beside the translations that there are."""
    old, change = read(language), Change()
    new = Plain(locale=language, header_comment=old.header_comment, charset="utf-8", fuzzy=False)
    for message in gathered:
        known = old.get(message.id, message.context) if message.id else None
        _copy(message, known, new)
        if message.id and known is None:
            change.added.append(first(message))
    change.removed = [first(each) for each in old if each.id and each.id not in gathered]
    change.missing = [first(each) for each in new if each.id and not is_translated(each)]
    return new, change


def _copy(message: Message, known: Message | None, catalog: Catalog) -> None:
    """Add a message to a catalogue with what is known of its translation."""
    if message.id:
        catalog.add(
            message.id,
            known.string if known is not None else "",
            locations=message.locations,
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known is not None else (),
            flags=known.flags if known is not None else (),
            context=message.context,
        )


def first(message: Message) -> str:
    """A message's English, in the singular where it has both."""
    return str(message.id if isinstance(message.id, str) else message.id[0])


def is_translated(message: Message) -> bool:
    """Tell whether a message says something in every form that it has."""
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(strings) and not message.fuzzy


def written(catalog: Catalog) -> bytes:
    """Write a catalogue as its file holds it."""
    buffer = io.BytesIO()
    write_po(
        buffer, catalog, width=WIDTH, sort_output=True, include_lineno=False, ignore_obsolete=True
    )
    return buffer.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """Compile a catalogue as its file holds it."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def update(language: str) -> Change:
    """Write a language's catalogue and its compiled form anew; translations are kept."""
    catalog, change = renewed(language, gather())
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    path_of(language).write_bytes(written(catalog))
    path_of(language, "mo").write_bytes(compiled(read(language)))
    return change
