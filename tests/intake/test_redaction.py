"""No private link and no tag leaves in a text, however the mail program has written it."""

import base64
import html
import quopri
import textwrap
from collections.abc import Callable, Collection
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.plugins.cost import cost
from tracker.core.db import db
from tracker.core.tokens import new_token
from tracker.intake.conversations import LINKS
from tracker.intake.quoting import own_words
from tracker.intake.redaction import HIDDEN, redact, redact_all
from tracker.intake.unwrapping import readings
from tracker.notifications.headers import new_message_id
from tracker.notifications.tags import Reaches, make_tag, tagged_address

HOST = "https://jobs.example.org"
TOKENS = st.text(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", min_size=32, max_size=32
)
PATHS = st.sampled_from(
    ["my", "my/replace", "for", "drafts", "sign-in", "new-address", "alerts", "postings/question"]
)


def wrapped(text: str, width: int) -> str:
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


def proofpoint(url: str) -> str:
    """Rewrite a link as Proofpoint's second kind does: it keeps letters and dots only."""
    inner = "".join(
        each if each.isascii() and (each.isalnum() or each == ".") else f"%{ord(each):02X}"
        for each in url
    )
    inner = inner.replace("%2F", "_").replace("%", "-")
    return f"https://urldefense.example.net/v2/url?u={inner}&d=DwMFaQ&c=euGZ&r=k7Jz&m=x-9&s=Q_2&e="


def sophos(url: str) -> str:
    code = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
    return (
        f"https://us-west-2.protection.example.net?d=example.org&u={code}&i=NWY0&t=aGk=&h=0a1b&s=AV"
    )


WAYS: dict[str, Callable[[str], str]] = {
    "plain": lambda url: url,
    "wrapped": lambda url: wrapped(url, 17),
    "wrapped and indented": lambda url: textwrap.indent(wrapped(url, 11), "    "),
    "quoted": quoted,
    "quoted twice and wrapped": lambda url: quoted(quoted(wrapped(url, 20))),
    "percent-encoded": lambda url: quote(url, safe=""),
    "percent-encoded twice": lambda url: quote(quote(url, safe=""), safe=""),
    "every letter percent-encoded": lambda url: "".join(f"%{ord(each):02X}" for each in url),
    "behind a redirect": lambda url: f"https://safe.example.net/?url={quote(url, safe='')}&d=1",
    "quoted-printable": lambda url: quopri.encodestring(f"{'x' * 60} {url}".encode()).decode(),
    "every letter quoted-printable": lambda url: "".join(f"={ord(each):02X}" for each in url),
    "soft breaks": lambda url: "=\r\n".join(url[at : at + 9] for at in range(0, len(url), 9)),
    "percent in quoted-printable": lambda url: quote(url, safe="").replace("%", "=25"),
    "entities": lambda url: "".join(f"&#{ord(each)};" for each in url),
    "hexadecimal entities": lambda url: "".join(f"&#x{ord(each):x};" for each in url),
    "an attribute": lambda url: f'<a href="{html.escape(url)}">Open</a>',
    "entities for slashes": lambda url: url.replace("/", "&sol;"),
    "zero-width spaces": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "spaces": " ".join,
    "wide letters": lambda url: "".join(
        chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in url
    ),
    "backslashes": lambda url: url.replace("/", "\\"),
    "doubled slashes": lambda url: url.replace("/for/", "//for//").replace("/my/", "//my//"),
    "capitals in the path": lambda url: url.replace("/for/", "/FOR/").replace("/my/", "/My/"),
    "in angles": lambda url: f"<{url}>",
    "Proofpoint": proofpoint,
    "Proofpoint twice": lambda url: proofpoint(proofpoint(url)),
    "Proofpoint around percent": lambda url: proofpoint(
        f"https://safe.example.net/?url={quote(url, safe='')}"
    ),
    "Sophos": sophos,
    "Sophos around Proofpoint": lambda url: sophos(proofpoint(url)),
    "Proofpoint around Sophos": lambda url: proofpoint(sophos(url)),
    "Base64": lambda url: base64.b64encode(f"Here it is: {url} Ann".encode()).decode(),
    "Base64 behind words": lambda url: "see" + base64.b64encode(f"{url} Ann".encode()).decode(),
    "Base64 over lines": lambda url: base64.encodebytes(f"{url}\r\nIda".encode()).decode(),
    "Base64 of UTF-16": lambda url: base64.b64encode(f"{url} Ann".encode("utf-16")).decode(),
    "Base64, quoted-printable": lambda url: quopri.encodestring(
        base64.encodebytes(url.encode()), quotetabs=True
    ).decode().replace("=\n", "=\r\n"),
    "with a query": lambda url: f"{url}?utm=1#top",
    "with a page behind": lambda url: f"{url}/documents/7/original",
}  # fmt: skip


def gives_away(text: str, secret: str) -> bool:
    """Tell whether somebody could still read a secret out of a text."""
    return any(secret in each.letters for each in readings(text))


@pytest.mark.parametrize("way", WAYS)
@given(token=TOKENS, path=PATHS)
@settings(max_examples=25)
def test_a_private_link_is_hidden_however_it_is_written(way: str, token: str, path: str) -> None:
    text = f"Dear Ann,\nyes, please.\n\n{WAYS[way](f'{HOST}/{path}/{token}')}\n\nIda Moreno\n"
    hidden = redact(text)
    assert not gives_away(hidden, token)
    assert HIDDEN in hidden
    assert hidden.startswith("Dear Ann,\nyes, please.\n\n")


@given(TOKENS, st.integers(min_value=12, max_value=32), st.text(max_size=40), st.text(max_size=40))
def test_a_link_among_anything_is_hidden(token: str, width: int, before: str, after: str) -> None:
    assume(not gives_away(before + after, token))
    text = f"{before}\n{wrapped(f'{HOST}/for/{token}', width)}\n{after}"
    assert not gives_away(redact(text), token)


WRAPPINGS = st.sampled_from(
    [
        "percent-encoded", "percent-encoded twice", "every letter percent-encoded", "entities",
        "behind a redirect", "every letter quoted-printable", "soft breaks", "an attribute",
        "hexadecimal entities", "Proofpoint", "Sophos", "Base64", "Base64 over lines", "quoted",
        "wrapped", "in angles",
    ]
)  # fmt: skip


@given(token=TOKENS, path=PATHS, ways=st.lists(WRAPPINGS, min_size=2, max_size=3))
@settings(max_examples=150, deadline=None)
def test_a_link_is_hidden_whatever_is_wrapped_around_what(
    token: str, path: str, ways: list[str]
) -> None:
    url = f"{HOST}/{path}/{token}"
    for way in ways:
        url = WAYS[way](url)
    text = f"Dear Ann,\nyes, please.\n\n{url}\n\nIda Moreno\n"
    hidden = redact(text)
    assert HIDDEN in hidden
    assert not gives_away(hidden, token)
    assert url not in hidden


@pytest.mark.parametrize("way", WAYS)
def test_a_secret_without_its_address_is_found_by_what_is_known(way: str) -> None:
    token = new_token()

    def known(possible: Collection[str]) -> Collection[str]:
        return {token} & set(possible)

    text = f"The key is\n{WAYS[way](token)}\nso there."
    assert not gives_away(redact(text, known), token)
    assert redact("Nothing secret here.", known) == "Nothing secret here."


@pytest.mark.parametrize("way", [each for each in WAYS if each != "capitals in the path"])
def test_a_tag_is_hidden(way: str) -> None:
    tag = make_tag(
        "key", kind="application", row_id=7, reaches=Reaches.CANDIDATE, sent_to="ida@example.org"
    )
    text = f"To: {WAYS[way](tagged_address('jobs@example.org', tag))}\nSubject: Re: News\n"
    hidden = redact(text)
    assert not gives_away(hidden, tag)
    assert "Subject: Re: News" in hidden


def test_the_number_of_a_mail_of_ours_is_hidden() -> None:
    number = new_message_id("jobs@example.org")
    assert redact(f"References: {number}") == f"References: <{HIDDEN}@example.org>"


@given(st.text(max_size=300))
def test_any_text_is_taken(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dear Ann,\r\n\r\nthank you for your mail. See you on 3 May, 3:00 pm.\n",
        "See https://jobs.example.org/postings/childrens-librarian and /about/us for more.",
        "> quoted\n> and more\n",
        "100% sure & certain; 2 = 2; a=b\\c",
        "Call +1 203 555 0100 or write to ann+books@example.org.",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


POSTINGS = sorted((Path(__file__).parents[1] / "postings" / "pages").rglob("*.*"))


@pytest.mark.parametrize("path", POSTINGS, ids=lambda path: path.name)
def test_real_postings_stay_as_they_are(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "replace")
    assert redact(text, lambda _: ()) == text


@pytest.mark.parametrize(
    "text",
    [
        "CoverLetter_for_AdministrativeAssistant-2D-Final.pdf",
        "thanks_for_everything_you_do_in_this_library_of_ours",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "pneumonoultramicroscopicsilicovolcanoconiosis and floccinaucinihilipilification",
        "https://example.org/our-services/Reading_Programs-2026/Summer_Reading-AB-CD-EF.html",
        "MONDAY 9-17 TUESDAY 9-17 WEDNESDAY 9-17 THURSDAY 9-17 FRIDAY 9-17 SATURDAY 10-14",
        base64.b64encode(b"Nothing but a greeting, and a picture of our reading room.").decode(),
        base64.b64encode(bytes(range(256)) * 4).decode(),
        "0123456789abcdef0123456789abcdef0123456789abcdef, a checksum",
        "See https://urldefense.example.net/v2/url?u=https-3A__example.org_our-2Djobs&d=DwMFaQ.",
    ],
)
def test_long_words_and_other_links_stay_as_they_are(text: str) -> None:
    assert redact(text, lambda _: ()) == text
    assert redact_all([text, text]) == [text, text]


def test_words_of_small_letters_are_asked_for_nowhere() -> None:
    asked: list[Collection[str]] = []

    def known(possible: Collection[str]) -> Collection[str]:
        asked.append(possible)
        return ()

    redact_all(["I should like to thank you for the kind words about my letter. " * 50] * 3, known)
    assert asked == []


def test_some_texts_are_asked_about_once() -> None:
    one, two, asked = new_token(), new_token(), []

    def known(possible: Collection[str]) -> Collection[str]:
        asked.append(len(possible))
        return {one, two} & set(possible)

    said = redact_all([f"The key: {one}", "no", f"{two}.pdf", f"{one}{one}.pdf"], known)
    assert said == [f"The key: {HIDDEN}", "no", f"{HIDDEN}.pdf", f"{HIDDEN}.pdf"]
    assert len(asked) == 1


@pytest.mark.parametrize(
    "text",
    [
        new_token() * 625,
        "%25" * 6_666,
        "&amp;" * 4_000,
        "-2D_" * 5_000,
        "https-3A__" * 2_000,
        "=3D=25" * 3_333,
        base64.b64encode(b"https-3A__a-253Db%25=3D&amp;" * 530).decode(),
    ],
    ids=["tokens", "percent", "entities", "hyphens", "links", "quoted", "Base64"],
)
def test_no_text_costs_much(text: str) -> None:
    with cost() as spent:
        redact(text[:20_000], lambda _: ())
    assert spent.seconds < 4
    assert sum(len(each.letters) for each in readings(text[:20_000])) <= 16 * 20_000


def test_two_links_in_one_text_are_both_hidden() -> None:
    one, two = new_token(), new_token()
    hidden = redact(f"{HOST}/for/{one} and {HOST}/my/{two} end")
    assert hidden == f"{HOST}/for/{HIDDEN} and {HOST}/my/{HIDDEN} end"


# What somebody wrote themselves


@pytest.mark.parametrize(
    "quotation",
    [
        "On Mon, Nov 30, 2026 at 9:12 AM Library <jobs@example.org> wrote:\n> Dear Sam,\n> ok",
        "On Mon, Nov 30, 2026 at 9:12 AM Library of Fern\n<jobs@example.org> wrote:\n\n> Dear",
        "El lun, 30 nov 2026 a las 9:12, Library (<jobs@example.org>) escribió:\n> Dear Sam,",
        "-----Original Message-----\nFrom: Library\nDear Sam,",
        "From: Library <jobs@example.org>\nSent: Monday\nTo: Sam\nSubject: News\n\nDear Sam,",
        "________________________________\nDe: Library\nEnviado: lunes\n\nDear Sam,",
        "> Dear Sam,\n> thanks.\n",
    ],
)
def test_the_quoted_mail_is_left_out(quotation: str) -> None:
    assert own_words(f"Yes, I can.\n\nSam\n\n{quotation}") == "Yes, I can.\n\nSam"


def test_lines_between_quotations_keep_them() -> None:
    text = "On Monday Library <a@example.org> wrote:\n> Can you come?\nYes.\n> At three?\nAt four."
    assert own_words(text) == text


@pytest.mark.parametrize("text", ["> all of it\n> is quoted", "Just this.", "From: me to you"])
def test_what_has_nothing_else_is_kept_whole(text: str) -> None:
    assert own_words(text) == text


@given(st.text(max_size=300))
def test_any_text_has_words(text: str) -> None:
    assert own_words(text) in text.replace("\r\n", "\n") or own_words(text) == text.strip()


def test_the_secrets_of_every_kind_of_link_are_known() -> None:
    hashed = {table.name for table in db.metadata.sorted_tables if "token_hash" in table.columns}
    assert {model.__tablename__ for model in LINKS} == hashed
