"""Mail that machines write, and that is never answered."""

from collections.abc import Iterator

from tests.intake.hostile.shapes import HEAD, multipart
from tests.intake.mails import MAILBOX, mail


def machines() -> Iterator[tuple[str, bytes]]:
    def machine(name: str, text: str = "I am away.", **headers: str) -> tuple[str, bytes]:
        key = f"<{name.replace(' ', '-')}@example.net>"
        return name, mail(text=text, files=(), message_id=key, **headers).as_bytes()

    yield machine("out of office", Auto_Submitted="auto-replied", subject="Away")
    yield machine("out of office by its subject", subject="Automatic reply: your mail")
    yield machine("fuera de la oficina", subject="Respuesta automática: hola")
    yield machine("an old autoresponder", X_Autoreply="yes", subject="x")
    yield machine("bulk", Precedence="bulk", subject="News")
    yield machine("a list", List_Id="<news.example.net>", subject="News")
    yield machine("a null sender", Return_Path="<>", subject="x")
    yield machine(
        "a daemon",
        sender="MAILER-DAEMON@example.net",
        subject="Undelivered Mail Returned to Sender",
    )
    yield machine("nobody to answer", sender="no-reply@example.net")
    yield machine("our own address", sender=MAILBOX)
    yield (
        "a bounce of nothing",
        multipart(
            b"b",
            b"--b\r\n\r\nSorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nAction: failed\r\nFinal-Recipient: rfc822; a@b.c\r\n\r\n--b--\r\n",
            b"report; report-type=delivery-status",
        ),
    )
    yield (
        "a bounce that is broken",
        multipart(b"b", b"--b\r\nContent-Type: message/delivery-status\r\n\r\n\0\0\0", b"report"),
    )
    yield (
        "a read receipt",
        multipart(
            b"b", b"--b\r\n\r\nRead.\r\n--b--\r\n", b"report; report-type=disposition-notification"
        ),
    )
    yield (
        "a calendar answer",
        HEAD % b"x"
        + b"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:nobody\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.c\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    )
    yield (
        "a calendar that is none",
        HEAD % b"x"
        + b"Content-Type: text/calendar; method=REPLY\r\n\r\nUID\x00:;;;=\r\nSEQUENCE:99999999999999999999\r\n",
    )
