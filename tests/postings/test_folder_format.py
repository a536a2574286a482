"""Files that are no posting's file: refused in a line that names the place, whatever they hold."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plugins.cost import cost
from tracker.postings.folder import FIELDS, is_posting_file, read_file
from tracker.postings.parsing import PageUnreadableError

START = "---\ntracker: 1\n"
BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("title: Page", 3, "the front matter has no end"),
        ("title: Page\n--\n", 5, "the front matter has no end"),
        ("title: [Page\n---\n", 4, "this is no YAML"),
        ("title:\tPage\n\tx: y\n---\n", 4, "this is no YAML"),
        ("titel: Page\n---\n", 3, "“titel” is not known here. There are: title, summary"),
        ("title: Page\ntitle: Clerk\n---\n", 4, "“title” stands there twice"),
        ("title: [a, b]\n---\n", 3, "words are wanted here"),
        ("? [a]\n: b\n---\n", 3, "a name is missing"),
        ("title: &a Page\nsummary: *a\n---\n", 3, "anchors and aliases"),
        (f"{BOMB}---\n", 3, "anchors and aliases"),
        ("title: !!python/object/apply:os.system [ls]\n---\n", 3, "tags (!)"),
        ("title: !!binary aGk=\n---\n", 3, "tags (!)"),
        ("title: a\n...\n--- b\n---\n", 5, "more than one document"),
        (f"title: {'[' * 3000}\n---\n", 3, "nested too deeply"),
        (f"skills: [{'a, ' * 70_000}]\n---\n", 3, "far too long"),
        (f"title: {'a' * 300_000}\n---\n", 3, "far too long"),
        (f"skills: [{'a, ' * 2000}]\n---\n", 3, "more than 1000"),
        ("tracker: 1\n---\n", 3, "“tracker” stands there twice"),
        ("pay_min: 17.505\npay_unit: HOUR\n---\n", 3, "“17.505” is no amount"),
        ("pay_min: .inf\npay_unit: HOUR\n---\n", 3, "“.inf” is no amount"),
        ("pay_min: -1\npay_unit: HOUR\n---\n", 3, "“-1” is no amount"),
        ("pay_min: 17\n---\n", 3, "say what the pay is for"),
        ("pay_unit: hour\npay_min: 17\npay_max: 16\n---\n", 5, "pay_max is lower than pay_min"),
        ("pay_unit: fortnight\n---\n", 3, "“fortnight” is no unit of pay. There are: HOUR, DAY"),
        ("hours_max: 169\n---\n", 3, "a week has 168 hours"),
        ("openings: 0\n---\n", 3, "“0” is no whole number from 1"),
        ("openings: ²\n---\n", 3, "“²” is no whole number"),
        ("closes_on: 15 January\n---\n", 3, "“15 January” is no date. Write one like 2027-05-14"),
        ("closes_on: 2027-02-30\n---\n", 3, "“2027-02-30” is no date"),
        ("closes_on: 0001-01-01\n---\n", 3, "check the year 1"),
        ("closes_on: 2027-01-15\nopen_until_filled: yes\n---\n", 4, "not both"),
        ("closes_time: 25:00\n---\n", 3, "“25:00” is no time of day"),
        ("publish_at: 2027-05-14T09:00\n---\n", 3, "no moment with its zone"),
        ("publish_at: 9999-12-31T23:59-23:59\n---\n", 3, "check the year 9999"),
        ("unlisted: perhaps\n---\n", 3, "neither true nor false"),
        ("employment_types: [slave]\n---\n", 3, "“slave” is no kind of employment"),
        ("contact: {position: Head, email: a@example.org}\n---\n", 3, "name a position or"),
        ("contact: {name: Ida}\n---\n", 3, "name a position or"),
        ("contact: [a]\n---\n", 3, "names and values are wanted here: position, email"),
        ("managers: [nobody]\n---\n", 3, "“nobody” is no e-mail address"),
        ("documents: [resume]\n---\n", 3, "names and values are wanted here: kind, title"),
        ("documents:\n- title: Essay\n---\n", 4, "say what kind of document"),
        ("documents:\n- kind: song\n---\n", 4, "“song” is no kind of document"),
        ("questions:\n- kind: choice\n  text: Which?\n---\n", 4, "at least two things"),
        ("questions:\n- text: Why?\n  choices: [a, b]\n---\n", 4, "only a choice has choices"),
        ("questions:\n- kind: yes or no\n---\n", 4, "the question itself is missing"),
        ("questions:\n- text: ''\n---\n", 4, "words are missing here"),
        ("reference: ../../x\n---\n", 3, "“../../x” is no reference"),
        ("slug: Über\n---\n", 3, "“Über” is no slug"),
        ("state: public\n---\n", 3, "“public” is no state. There are: draft, awaiting approval"),
        ("base: 1\n---\n", 3, "is no base line"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_line(text: str, line: int, words: str) -> None:
    with cost() as spent, pytest.raises(PageUnreadableError) as caught:
        read_file("page.md", f"{START}{text}".encode())
    assert spent.seconds < 2
    start, _, reason = caught.value.message.partition(f"could not be read: line {line}: ")
    assert (start, words in reason) == ("page.md ", True), caught.value.message


@pytest.mark.parametrize("text", ["---\ntracker: 2\n---\n", "---\ntracker:\n---\n"])
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(PageUnreadableError, match="line 2: only `tracker: 1` is understood"):
        read_file("page.md", text.encode())


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (START.encode() + b"title: caf\xe9\n---\n", 3, "not in UTF-8"),
        (START.encode() + b"---\n" + b"a" * (4 << 20), 1, "larger than four megabytes"),
        (START.encode() + b"---\n" + b"# a\n\nb\n" * 2000, 1, "far more text"),
    ],
)
def test_bytes_that_are_no_file_are_refused(data: bytes, line: int, words: str) -> None:
    with pytest.raises(PageUnreadableError) as caught:
        read_file("page.md", data)
    assert f"line {line}: " in caught.value.message
    assert words in caught.value.message


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_file_reads_the_same_in_every_encoding_and_with_every_line_end(
    codec: str, ends: str
) -> None:
    text = (
        START + "title: Café\nbenefits: |\n  One.\n\n  Two.\n---\n\nWords.\n\n# Duties\n\nRead.\n"
    )
    wanted = read_file("page.md", text.encode())
    data = text.replace("\n", ends).encode(codec)
    assert is_posting_file(data)
    assert read_file("page.md", data).content == wanted.content
    assert wanted.content["benefits"] == "One.\n\nTwo.\n"
    assert wanted.content["sections"] == [["", "Words."], ["Duties", "Read."]]


@pytest.mark.parametrize("line", ["title: No", "title: 'No'", 'title: "No"', "title: >-\n  No"])
def test_words_are_words_however_they_are_quoted(line: str) -> None:
    assert read_file("page.md", f"{START}{line}\n---\n".encode()).title == "No"


def test_hidden_marks_are_left_out_and_told() -> None:
    data = f"{START}title: Pa\u202ege\x00\n---\n\nRe\x00ad\u2066.\n".encode()
    reading = read_file("page.md", data)
    assert (reading.title, reading.content["sections"]) == ("Page", [["", "Read."]])
    assert reading.notes == ["Control characters and marks that nobody can see were left out."]


@pytest.mark.parametrize(
    "text",
    [
        "# Page\n\ntracker: 1\n",
        "---\ntitle: Page\n---\ntracker: 1\n",
        "\n---\ntracker: 1\n---\n",
        "----\ntracker: 1\n---\n",
        "",
    ],
)
def test_a_page_is_no_posting_file(text: str) -> None:
    assert not is_posting_file(text.encode())


@settings(max_examples=400)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    "\n",
                    "  ",
                    "- ",
                    ": ",
                    "title: ",
                    "skills:\n- ",
                    "|\n ",
                    "'",
                    '"',
                    "{",
                    "[",
                    "---\n",
                ]
            ),
            st.text(max_size=6),
        ),
        max_size=20,
    ).map("".join)
)
def test_no_file_crashes_the_reader(text: str) -> None:
    said = "page.md could not be read: line "
    try:
        read_file("page.md", f"{START}{text}".encode("utf-8", "surrogatepass"))
    except PageUnreadableError as error:
        said = error.message
    assert said.startswith("page.md could not be read: line ")


def test_every_line_of_a_file_is_documented_and_every_documented_one_exists() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "git.md").read_text()
    table = text.partition("| --- | --- |\n")[2].partition("\n\n")[0]
    first = [row.split("|")[1] for row in table.splitlines()]
    named = [name for cell in first for name in re.findall(r"`([a-z_]+)`", cell)]
    assert sorted(named) == sorted([*FIELDS, "tracker", "base", "state", "reference", "slug"])


def test_the_documents_own_file_is_one() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "git.md").read_text()
    block = text.partition("## A file\n\n")[2].partition("\nWhat is empty")[0]
    reading = read_file("it.md", re.sub(r"^ {4}", "", block, flags=re.M).encode())
    assert (reading.title, reading.content["sections"][1][0]) == ("Bookkeeper", "What you will do")
