"""MAIL_URL, read strictly: a password never travels in the clear."""

import pytest

from tracker.notifications.mailserver import MailServer, MailUrlError, Security, parse_mail_url


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, "", "", "no")),
        ("smtp://localhost", ("localhost", 25, "", "", "no")),
        ("smtp://mail.example.org", ("mail.example.org", 25, "", "", "offered")),
        ("smtp://ann:p%40ss%3A@mail.example.org",
         ("mail.example.org", 587, "ann", "p@ss:", "required")),
        ("smtp://ann%40example.org:pw@mail.example.org:2525",
         ("mail.example.org", 2525, "ann@example.org", "pw", "required")),
        ("smtps://ann:pw@mail.example.org", ("mail.example.org", 465, "ann", "pw", "implicit")),
        ("smtp://127.0.0.1:25?tls=required", ("127.0.0.1", 25, "", "", "required")),
        ("smtp://ann:pw@localhost:25?tls=no", ("localhost", 25, "ann", "pw", "no")),
        ("smtp://[::1]:1025", ("::1", 1025, "", "", "no")),
    ],
)  # fmt: skip
def test_what_it_means(url: str, server: tuple[str, int, str, str, str]) -> None:
    host, port, username, password, security = server
    expected = MailServer(host, port, username, password, Security(security))
    assert parse_mail_url(url) == expected


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mail.example.org:587", "must look like"),
        ("http://mail.example.org", "must look like"),
        ("smtp://", "must look like"),
        ("smtp://mail.example.org:port", "its host or port is wrong"),
        ("smtp://mail.example.org:99999", "its host or port is wrong"),
        ("smtp://ann@mail.example.org", "both a user name and a password"),
        ("smtp://ann:pw@mail.example.org/inbox", "ends after the port"),
        ("smtp://ann:p#w@mail.example.org", "its host or port is wrong"),
        ("smtp://mail.example.org?ssl=1", "knows no option 'ssl'"),
        ("smtp://mail.example.org?tls=maybe", "tls is required, offered or no"),
        ("smtp://ann:pw@mail.example.org?tls=no", "only over an encrypted connection"),
        ("smtp://ann:pw@mail.example.org?tls=offered", "only over an encrypted connection"),
        ("smtps://mail.example.org?tls=no", "always encrypted"),
    ],
)
def test_what_is_refused(url: str, message: str) -> None:
    with pytest.raises(MailUrlError, match=message) as refused:
        parse_mail_url(url)
    assert "pw" not in str(refused.value)


def test_a_page_may_name_the_server_without_its_password() -> None:
    assert parse_mail_url("smtps://ann:pw@mail.example.org").label == "mail.example.org:465"
