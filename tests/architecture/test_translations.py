"""What candidates read is in the catalogues, whole and well-formed; what staff read is not."""

import io
import re

import pytest
from babel.messages import Catalog, Message
from babel.messages.frontend import parse_mapping_cfg
from babel.util import pathmatch
from flask import Flask

from tracker.applications.exports.own import WORDS
from tracker.applications.rules import AnswerWay, Outcome, Stage
from tracker.core import languages
from tracker.core.access import access_of
from tracker.core.languages import IN_ENGLISH, LANGUAGES
from tracker.interviews.rules import InterviewState
from tracker.notifications.rules import MailState
from tracker.notifications.wording import all_messages
from tracker.upkeep import translating
from tracker.upkeep.translating import TRANSLATED, gather, path_of, read, written

PLACE = re.compile(r"%%\w|%\(\w+\)[sd]|\{\w+\}")
COMMAND = "python -m tracker translate"


@pytest.fixture
def gathered(app: Flask) -> Catalog:
    """Every sentence of today."""
    return gather()


def is_gathered(module: str) -> bool:
    """Tell whether `babel.cfg` has a module's sentences gathered: its first fit decides."""
    path = f"{module.replace('.', '/')}.py"
    if not (translating.ROOT / path).exists():
        path = f"{module.replace('.', '/')}/__init__.py"
    text = translating.MAPPING.read_text(encoding="utf-8")
    methods, _options = parse_mapping_cfg(io.StringIO(text))  # type: ignore[no-untyped-call]
    return next((way for pattern, way in methods if pathmatch(pattern, path)), None) == "python"


def test_modules_are_gathered_where_candidates_are_served_and_only_there(app: Flask) -> None:
    """A module whose views are all for staff is not; one view for candidates is enough."""
    serves: dict[str, bool] = {}
    for endpoint, view in app.view_functions.items():
        access, room = access_of(view), endpoint.partition(".")[0]
        if access is not None and view.__module__.startswith("tracker."):
            theirs = access.kind != "requires" and room not in languages.english_rooms()
            serves[view.__module__] = serves.get(view.__module__, False) or theirs
    # These answer with files and figures, and have nothing to say.
    silent = {"tracker.interviews.views", "tracker.upkeep.views", "tracker.core.static"}
    wrong = {each for each, theirs in serves.items() if is_gathered(each) is not theirs}
    assert wrong - silent == set()


def test_templates_are_gathered_where_candidates_are_shown_them(app: Flask) -> None:
    shown = translating.templates_for_candidates()
    assert {"postings/show.html", "applications/apply.html", "errors/404.html"} <= shown
    assert {"emails/application_received.txt", "layouts/_languages.html"} <= shown
    staff = {each for each in shown if "staff" in each}
    assert staff == set()
    assert "emails/application_arrived.txt" not in shown
    assert not [each for each in shown if each.startswith(("accounts/", "routing/", "upkeep/"))]


def test_every_language_has_a_name_for_its_readers_and_one_for_staff() -> None:
    assert LANGUAGES.keys() == IN_ENGLISH.keys()
    assert {path.parent.parent.name for path in translating.FOLDER.rglob("*.po")} == set(TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_what_the_catalogue_compiles_to(language: str) -> None:
    assert path_of(language, "mo").read_bytes() == translating.compiled(read(language)), COMMAND


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_is_written_as_the_command_writes_it(language: str) -> None:
    """So that a difference shows what was changed, and nothing else."""
    assert path_of(language).read_bytes().replace(b"\r\n", b"\n") == written(read(language)), (
        COMMAND
    )


def strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_fill_in_what_the_english_fills_in(language: str) -> None:
    wrong = []
    for message in (each for each in read(language) if each.id):
        ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        wanted = {tuple(sorted(PLACE.findall(each))) for each in ids}
        said = [each for each in strings(message) if each]
        wrong += [
            (ids[0], each) for each in said if tuple(sorted(PLACE.findall(each))) not in wanted
        ]
        wrong += [(ids[0], str(error)) for error in message.check()]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_begin_and_end_as_the_english_does(language: str) -> None:
    """Lines, paragraphs and question marks; Spanish opens its questions too."""
    wrong = []
    for message in read(language):
        english = message.id if isinstance(message.id, str) else message.id[0]
        for said in strings(message) if english else ():
            asks = said.count("?") == english.count("?") == said.count("¿")
            if said and not (asks and said.count("\n\n") == english.count("\n\n")):
                wrong.append((english, said))
            if said != said.strip() or "  " in said or "!" in said:
                wrong.append((english, said))
    assert wrong == []


def test_messages_to_candidates_are_gathered(gathered: Catalog) -> None:
    for message in all_messages():
        is_theirs = message.audience == "candidate"
        assert (message.subject in gathered, message.body in gathered) == (is_theirs, is_theirs)


@pytest.mark.parametrize("language", TRANSLATED)
def test_candidates_read_everything_in_their_language(gathered: Catalog, language: str) -> None:
    """Nothing is missing, and nothing is kept that nobody says any more."""
    _new, change = translating.renewed(language, gathered)
    found = {"new": change.added, "gone": change.removed, "not translated": change.missing}
    assert {kind: each for kind, each in found.items() if each} == {}, f"run: {COMMAND}"


def test_the_words_of_a_candidates_copy_are_those_that_rows_hold() -> None:
    kinds = (Stage, Outcome, AnswerWay, MailState, InterviewState)
    held = {each.value for kind in kinds for each in kind}
    assert set(WORDS) == held | {"name", "phone", "email"}
