"""Links, without fetching anything."""

import pytest

from tests.postings.checks.cases import Case, Table, each_of, found, words
from tracker.postings.checks.links import what_is_dead

FLAGS: Table = {
    "address-mismatch": [
        "Write to [ida@example.org](mailto:max@example.org).",
        "See [www.example.org](https://example.com/jobs).",
        '<a href="mailto:max@example.org">ida@example.org</a>',
    ],
    "link-unsafe": ["[Apply](javascript:alert)", "[Apply](data:text/html,x)", "[A](file:///etc)"],
    "link-malformed": ['Write to [Ida](mailto:ida@example.org "Ida".'],
    "link-dead": [
        "[Apply](https:///jobs)",
        "[Apply](http:example.org)",
        "[Apply](https://localhost:8000/jobs)",
        "[Apply](https://intranet/jobs)",
        "[Apply](https://files.branch.local/plan)",
        "[Apply](http://192.168.1.20/plan)",
        "[Apply](https://[fe80::1]/plan)",
        "[Apply](https://example.ogr)",
        "[Apply](https://example.c0m/)",
        "[Apply](https://example..org/)",
        "[Apply](https://[oops/)",
        "[Apply](#qualifications)",
        "[Apply]()",
        "[Apply](www.example.org/jobs)",
        "[Ida](mailto:)",
        "[Ida](mailto:ida.example.org)",
        "[Ida](mailto:ida@example@org)",
        "[Ida](mailto:ida@example.con)",
        "[Ida](ida@example.org)",
        "Go to https://example.con for more.",
    ],
    "link-insecure": ["[Plan](http://example.org/plan)", "See http://example.org."],
}
SPARES: Table = {
    "address-mismatch": [
        "Write to [ida@example.org](mailto:Ida@Example.org?subject=Job).",
        "Write to [Ida](mailto:max@example.org).",
        "See [example.org](https://www.example.org/jobs).",
        "Read [our plan.pdf](https://example.org/plan), or [plan.pdf](https://example.org/1).",
        "Read [Library Journal](https://example.org/award).",
    ],
    "link-unsafe": ["[Call](tel:+12035550100)", "[Page](/about)", "Time: 9:00"],
    "link-malformed": ["[Ida](mailto:ida@example.org)", "[Plan](https://example.org/a_(b))"],
    "link-dead": [
        "[Plan](https://example.org/plan?a=1&b=2#part)",
        "[Plan](https://bücher.example/)",
        "[Plan](https://8.8.8.8/)",
        "[Apply](#how-to-apply)",
        "[About](/about)",
        "[About](about.html)",
        "[Ida](mailto:ida%2Bjobs@example.org?subject=Two%20words)",
        "[Both](mailto:ida@example.org,max@example.org)",
        "[Call](tel:+12035550100)",
        "At 9:00 [sic] we open (see below).",
    ],
    "link-insecure": ["[Plan](https://example.org/plan)", "The word http is old."],
}


@pytest.mark.parametrize(("code", "case"), each_of(FLAGS))
def test_it_is_flagged(code: str, case: Case) -> None:
    assert code in found(case)


@pytest.mark.parametrize(("code", "case"), each_of(SPARES))
def test_it_is_spared(code: str, case: Case) -> None:
    assert code not in found(case)


def test_a_finding_quotes_the_words_and_the_address() -> None:
    assert words("[Apply](https://example.con/a)", "link-dead") == ["Apply (https://example.con/a)"]
    (place,) = found(FLAGS["address-mismatch"][0])["address-mismatch"].places
    assert (place.words, place.note) == ("ida@example.org", "The link writes to max@example.org.")


def test_of_a_dead_link_it_says_why() -> None:
    assert what_is_dead("https://example.cmo/") == "No name ends in “.cmo”."
    assert what_is_dead("#duties") == "The page has no such place to go to."
    assert what_is_dead("https://10.1.2.3") == (
        "It is an address of your own network: nobody else gets there."
    )
