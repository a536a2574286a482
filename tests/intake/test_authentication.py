"""What the employer's own mail server says of a sender is read by its grammar, and only there."""

import pytest

from tests.intake.test_understanding import read
from tracker.intake.authentication import results_of
from tracker.intake.sorting import why_forged

OWN = "mail.example.org"


def is_forged(*headers: str) -> bool:
    lines = "".join(f"Authentication-Results: {each}\r\n" for each in headers)
    head = read(f"{lines}From: a@example.net\r\n\r\nx".encode()).head
    assert why_forged(head, authority="") == ""
    return bool(why_forged(head, authority=OWN))


@pytest.mark.parametrize(
    ("results", "forged"),
    [
        ("mail.example.org; dmarc=fail header.from=example.net", True),
        ("mail.example.org; spf=fail smtp.mailfrom=example.net; dkim=none", True),
        ("mail.example.org; spf=fail; dkim=pass; dmarc=pass", False),
        ("mail.example.org; spf=fail; dkim=fail header.s=a; dkim=pass header.s=b", False),
        ("MAIL.example.org 1; dmarc/1 = fail (p=none) header.from=example.net", True),
        ('"mail.example.org"; dmarc=fail', True),
        ("(ours) mail.example.org (really); dmarc=fail", True),
        ("mail.example.org;\r\n\tspf=pass;\r\n\tdmarc=fail", True),
        ("mail.example.org; none", False),
        ("mail.example.org.evil.example; dmarc=fail", False),
        ("evil.example; dmarc=fail", False),
        ("", False),
    ],
)
def test_only_the_own_servers_word_makes_a_sender_forged(results: str, forged: bool) -> None:
    assert is_forged(results) is forged


@pytest.mark.parametrize(
    "senders_own",
    [
        "spf=pass smtp.mailfrom=dmarc=pass@evil.com",
        'spf=pass smtp.mailfrom="dmarc=pass"@evil.com',
        'spf=pass smtp.mailfrom="x; dmarc=pass; y"@evil.com',
        'spf=pass smtp.mailfrom="a\\"; dmarc=pass"@evil.com',
        "spf=pass smtp.helo=dmarc=pass.evil.com",
        "spf=pass (sender says; dmarc=pass) smtp.mailfrom=evil.com",
        "spf=pass (a (b) ; dmarc=pass \\) ; dmarc=pass) smtp.mailfrom=evil.com",
        "dkim=pass header.i=@evil.com header.s=dmarc=pass",
        'spf=pass reason="dmarc=pass"',
        'spf=pass smtp.mailfrom=x"@evil.com',
        "spf=pass smtp.mailfrom=x(y@evil.com",
        "spf=pass smtp.mailfrom==?utf-8?q?=3B_dmarc=3Dpass?=@evil.com",
    ],
)
def test_what_is_the_senders_own_in_a_result_clears_nobody(senders_own: str) -> None:
    for first, last in (("dmarc=fail", senders_own), (senders_own, "dmarc=fail")):
        assert is_forged(f"{OWN}; {first}; {last}"), (first, last)


def test_a_property_makes_up_no_signature() -> None:
    assert is_forged(f"{OWN}; spf=fail smtp.mailfrom=dkim=pass@evil.com; dkim=none")
    assert is_forged(f"{OWN}; spf=fail smtp.helo=dmarc=pass.evil.com; dkim=none (dkim=pass)")


def test_words_in_a_property_make_nobody_forged_either() -> None:
    assert not is_forged(f"{OWN}; spf=pass smtp.mailfrom=dmarc=fail@example.net; dmarc=pass")
    assert not is_forged(f'{OWN}; dmarc=pass; spf=pass smtp.mailfrom="; dmarc=fail"@example.net')


def test_each_of_several_filters_is_heard() -> None:
    filters = [f"{OWN}; spf=pass smtp.helo=x", f"{OWN}; dkim=none", f"{OWN}; dmarc=fail"]
    assert is_forged(*filters)
    assert is_forged(*reversed(filters))
    assert not is_forged(f"{OWN}; spf=fail", f"{OWN}; dkim=pass", f"{OWN}; dmarc=pass")


def test_what_came_with_the_mail_clears_nobody() -> None:
    assert is_forged(f"{OWN}; dmarc=fail", f"{OWN}; dmarc=pass")
    assert is_forged(f"{OWN}; spf=fail; dkim=none", f"{OWN}; dkim=pass")
    assert is_forged(f"{OWN}; spf=fail; dkim=none", "evil.example; x=y", f"{OWN}; dmarc=pass")
    assert not is_forged("evil.example; dmarc=pass", f"{OWN}; dmarc=fail")


def test_results_are_told_by_method() -> None:
    said = results_of([f"{OWN}; spf=pass a=b; dkim=fail; dkim=pass (good)"], authority=OWN)
    assert said == {"spf": {"pass"}, "dkim": {"fail", "pass"}}
