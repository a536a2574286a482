"""More than a hundred mails as nobody should write them, each under a name that says why."""

import base64
import random
from collections.abc import Iterator
from email.message import EmailMessage

from tests.documents import samples
from tests.intake.hostile.machines import machines
from tests.intake.hostile.shapes import HEAD, multipart
from tests.intake.mails import LETTER, mail, resume


def corpus() -> dict[str, bytes]:
    """All of them, by name; the same bytes at each call."""
    found: dict[str, bytes] = {}
    for name, content in _all():
        assert name not in found
        found[name] = content
    return found


def _all() -> Iterator[tuple[str, bytes]]:
    yield from _bare()
    yield from _headers()
    yield from _structures()
    yield from _encodings()
    yield from machines()
    yield from _wrapped()
    yield from _mangled()


def _bare() -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "one byte", b"x"
    yield "only newlines", b"\r\n" * 50
    yield "null bytes", b"\0" * 5_000
    yield "random bytes", random.Random(1).randbytes(20_000)
    yield "no headers", b"\r\n\r\nOnly a body, and nobody wrote it."
    yield "no body", HEAD % b"Nothing" + b"\r\n"
    yield "headers that never end", HEAD % b"Open"
    yield "bare CR", (HEAD % b"CR" + b"\r\n" + b"a\rb\rc").replace(b"\r\n", b"\r")
    yield "bare LF", (HEAD % b"LF" + b"\r\nHello there.").replace(b"\r\n", b"\n")
    yield "one endless line", HEAD % b"Long" + b"\r\n" + b"a" * 1_000_000
    yield "a PDF by itself", resume()
    yield "a ZIP by itself", samples.docx("Hello there, dear library.")


def _headers() -> Iterator[tuple[str, bytes]]:
    body = b"\r\nI write.\r\n"
    yield "no From", b"To: jobs@fernhollow.example.org\r\nSubject: Bookkeeper\r\n" + body
    yield "empty From", b"From: \r\nSubject: Bookkeeper\r\n" + body
    yield "From without an address", b"From: Marisol\r\nSubject: Bookkeeper\r\n" + body
    yield (
        "two addresses in From",
        b"From: a@example.net, b@example.net\r\nSubject: Bookkeeper\r\n" + body,
    )
    yield "two From headers", b"From: a@example.net\r\nFrom: b@example.net\r\nSubject: x\r\n" + body
    yield "a group as From", b"From: Us: a@example.net, b@example.net;\r\nSubject: x\r\n" + body
    yield (
        "a thousand senders",
        b"From: " + b", ".join(b"p%d@example.net" % n for n in range(1000)) + body,
    )
    yield (
        "an address within a name",
        b'From: "boss@fernhollow.example.org" <evil@example.net>\r\nSubject: x\r\n' + body,
    )
    yield (
        "an encoded address",
        b"From: =?utf-8?b?Ym9zc0BleGFtcGxlLm9yZw==?= <evil@example.net>\r\n" + body,
    )
    yield "open quotes in From", b'From: "Kim <kim@example.net>\r\nSubject: x\r\n' + body
    yield (
        "nested comments in From",
        b"From: " + b"(" * 5_000 + b"kim@example.net\r\nSubject: x\r\n" + body,
    )
    yield "backslashes in From", b"From: " + b"\\" * 5_000 + b" <kim@example.net>\r\n" + body
    yield "a header of a megabyte", HEAD % (b"x" * 1_000_000) + body
    yield (
        "ten thousand headers",
        HEAD % b"x" + b"".join(b"X-A-%d: b\r\n" % n for n in range(10_000)) + body,
    )
    yield "a header folded ten thousand times", HEAD % (b"a\r\n " * 10_000) + body
    yield (
        "a header without a colon",
        b"From: kim@example.net\r\nnonsense here\r\nSubject: x\r\n" + body,
    )
    yield (
        "8-bit headers",
        "From: Zoë <zoe@example.net>\r\nSubject: Büro\r\n".encode("latin-1") + body,
    )
    yield "UTF-8 headers", "From: Zoë <zoë@exämple.net>\r\nSubject: Büro 💼\r\n".encode() + body
    yield (
        "an encoded newline in the subject",
        HEAD % b"=?utf-8?q?a=0D=0ABcc:_x@example.org?=" + body,
    )
    yield "an unknown charset in the subject", HEAD % b"=?x-nobody?b?SGFsbG8=?=" + body
    yield "broken base64 in the subject", HEAD % b"=?utf-8?b?////=A=?=" + body
    yield "many encoded words", HEAD % (b"=?utf-8?q?a?= " * 5_000) + body
    yield (
        "a turned name",
        b"From: =?utf-8?q?=E2=80=AEmik?= <kim@example.net>\r\nSubject: x\r\n" + body,
    )
    yield "null bytes in headers", b"From: k\0im <kim@example.net>\r\nSubject: a\0b\r\n" + body
    yield "a date that is none", HEAD % b"x" + b"Date: tomorrow, perhaps\r\n" + body
    yield "a date far away", HEAD % b"x" + b"Date: Mon, 99 Foo 99999 99:99:99 +9999\r\n" + body
    yield "a Message-ID that is none", HEAD % b"x" + b"Message-ID: hello\r\n" + body
    yield (
        "a Message-ID of kilobytes",
        HEAD % b"x" + b"Message-ID: <" + b"a" * 50_000 + b"@x>\r\n" + body,
    )
    yield (
        "ten thousand references",
        HEAD % b"x" + b"References: " + b"<a@b> " * 10_000 + b"\r\n" + body,
    )
    yield "a content type that is none", HEAD % b"x" + b"Content-Type: ;;;;=\r\n" + body
    yield (
        "content type of non-ASCII",
        HEAD % b"x" + "Content-Type: tëxt/plain; chärset=x\r\n".encode() + body,
    )
    yield (
        "a thousand parameters",
        HEAD % b"x" + b"Content-Type: text/plain" + b"; a=b" * 1_000 + b"\r\n" + body,
    )
    yield (
        "a forged From",
        HEAD % b"Bookkeeper"
        + b"Authentication-Results: mail.fernhollow.example.org; dmarc=fail\r\n"
        + body,
    )
    yield (
        "a tag that names nothing",
        HEAD % b"x" + b"Delivered-To: jobs+nothing@fernhollow.example.org\r\n" + body,
    )
    yield "a thousand Received", HEAD % b"x" + b"Received: from a by b; x\r\n" * 1_000 + body


def _structures() -> Iterator[tuple[str, bytes]]:
    text = b"Content-Type: text/plain\r\n\r\nHello, I apply.\r\n"
    yield "a boundary that never comes", multipart(b"b", b"Just text without any part.")
    yield "a boundary that never ends", multipart(b"b", b"--b\r\n" + text)
    yield "an empty boundary", multipart(b"", b"--\r\n" + text + b"----\r\n")
    yield "no boundary", HEAD % b"x" + b"Content-Type: multipart/mixed\r\n\r\n--b\r\n" + text
    yield (
        "a boundary within itself",
        multipart(
            b"b",
            b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
            + text
            + b"--b--\r\n--b--\r\n",
        ),
    )
    yield "a thousand parts", multipart(b"b", (b"--b\r\n" + text) * 1_000 + b"--b--\r\n")
    yield (
        "three thousand files",
        multipart(
            b"b",
            b'--b\r\nContent-Disposition: attachment; filename="a.txt"\r\n\r\nx\r\n' * 3_000
            + b"--b--",
        ),
    )
    yield "empty parts", multipart(b"b", b"--b\r\n\r\n" * 500 + b"--b--\r\n")
    deep = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1)
        for n in range(300)
    )
    yield "three hundred deep", multipart(b"b0", deep + b"--b300\r\n" + text)
    deeper = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1)
        for n in range(5_000)
    )
    yield "five thousand deep", multipart(b"b0", deeper + b"--b5000\r\n" + text)
    nested = b"Content-Type: message/rfc822\r\n\r\n" * 200 + b"Subject: within\r\n\r\nHello"
    yield "two hundred mails in mails", HEAD % b"x" + nested
    yield (
        "a mail in a mail that is none",
        HEAD % b"x" + b"Content-Type: message/rfc822\r\n\r\n\0\0\0",
    )
    yield (
        "partial",
        HEAD % b"x" + b"Content-Type: message/partial; number=1; total=3; id=a\r\n\r\nHello",
    )
    yield (
        "external body",
        HEAD % b"x"
        + b"Content-Type: message/external-body; access-type=local-file; name=/etc/passwd\r\n\r\nContent-Type: text/plain\r\n\r\n",
    )
    yield "alternative of nothing", multipart(b"b", b"--b--\r\n", b"alternative")
    yield (
        "alternative of files",
        multipart(
            b"b", b"--b\r\nContent-Type: application/pdf\r\n\r\nx\r\n--b--\r\n", b"alternative"
        ),
    )
    yield (
        "a digest",
        multipart(b"b", b"--b\r\n\r\nFrom: a@example.net\r\n\r\nhi\r\n--b--\r\n", b"digest"),
    )
    yield (
        "HTML alone",
        HEAD % b"Bookkeeper"
        + b"Content-Type: text/html\r\n\r\n<p>Dear <script>alert(1)</script>all, <img src=x onerror=alert(1)> I apply.</p>",
    )
    yield (
        "HTML of ten thousand tags",
        HEAD % b"x" + b"Content-Type: text/html\r\n\r\n" + b"<div><b>" * 10_000 + b"x",
    )
    yield (
        "HTML that never ends",
        HEAD % b"x" + b'Content-Type: text/html\r\n\r\n<a href="' + b"x" * 200_000,
    )
    yield (
        "HTML entities",
        HEAD % b"x" + b"Content-Type: text/html\r\n\r\n" + b"&#x202E;&lt;script&gt;" * 5_000,
    )


def _encodings() -> Iterator[tuple[str, bytes]]:
    def part(headers: bytes, body: bytes) -> bytes:
        return HEAD % b"Bookkeeper" + headers + b"\r\n" + body

    yield (
        "an unknown charset",
        part(b"Content-Type: text/plain; charset=x-martian\r\n", b"Hello \xff\xfe"),
    )
    yield (
        "a wrong charset",
        part(b"Content-Type: text/plain; charset=utf-8\r\n", "Grüße".encode("latin-1")),
    )
    yield (
        "UTF-16 said to be ASCII",
        part(b"Content-Type: text/plain; charset=us-ascii\r\n", "Hello".encode("utf-16")),
    )
    yield "UTF-7", part(b"Content-Type: text/plain; charset=utf-7\r\n", b"+ADw-script+AD4-")
    yield "a charset that packs", part(b"Content-Type: text/plain; charset=zlib\r\n", b"x\x9c")
    yield "a charset with a path", part(b"Content-Type: text/plain; charset=../../etc\r\n", b"x")
    yield (
        "base64 with holes",
        part(b"Content-Transfer-Encoding: base64\r\n", b"SGVs!!bG8\r\n=A=\r\nxx"),
    )
    yield (
        "base64 cut short",
        part(b"Content-Transfer-Encoding: base64\r\n", base64.b64encode(LETTER.encode())[:-3]),
    )
    yield (
        "quoted-printable damage",
        part(b"Content-Transfer-Encoding: quoted-printable\r\n", b"=ZZ=\r\n=3D=E2=82==AC" * 100),
    )
    yield (
        "an unknown transfer encoding",
        part(b"Content-Transfer-Encoding: x-made-up\r\n", b"Hello"),
    )
    yield (
        "uuencode",
        part(b"Content-Transfer-Encoding: x-uuencode\r\n", b"begin 644 a\r\n#2&5L\r\n`\r\nend\r\n"),
    )
    yield "yenc", part(b"", b"=ybegin line=128 size=3 name=a\r\n\x9f\x9e\r\n=yend size=3\r\n")
    yield (
        "flowed",
        part(
            b"Content-Type: text/plain; format=flowed; delsp=yes\r\n",
            b"> a \r\n> b\r\n-- \r\nme \r\n" * 1_000,
        ),
    )
    yield "controls in the text", part(b"", b"a\x00b\x07c\x1b[31md\xe2\x80\xae\xe2\x80\x8b\x7f")
    for name in (
        "../../../etc/passwd",
        "CON.pdf",
        "a\x00.pdf",
        "\u202efdp.exe",
        "." * 300,
        "x" * 5_000,
        "a\r\nBcc: x@y.z",
    ):
        quoted = name.encode().replace(b'"', b"'").replace(b"\r\n", b"%0D%0A")
        yield (
            f"a file named {name[:20]!r}",
            multipart(
                b"b",
                b'--b\r\nContent-Disposition: attachment; filename="'
                + quoted
                + b'"\r\n\r\nx\r\n--b--\r\n',
            ),
        )
    yield (
        "a name in pieces",
        multipart(
            b"b",
            b"--b\r\nContent-Disposition: attachment; filename*0*=utf-8''a%20; filename*2=c; filename*1=b\r\n\r\nx\r\n--b--",
        ),
    )
    yield (
        "a name in an unknown charset",
        multipart(
            b"b",
            b"--b\r\nContent-Disposition: attachment; filename*=x-none''%FF%FE\r\n\r\nx\r\n--b--",
        ),
    )


def _wrapped() -> Iterator[tuple[str, bytes]]:
    def with_file(name: str, content: bytes, kind: str = "application/octet-stream") -> bytes:
        message = mail(text="See the file.", message_id=f"<{name}@example.net>")
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
        return message.as_bytes()

    yield (
        "winmail.dat",
        with_file("winmail.dat", b"\x78\x9f\x3e\x22" + b"\0" * 500, "application/ms-tnef"),
    )
    yield (
        "S/MIME",
        HEAD % b"Bookkeeper"
        + b'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\r\n\r\nAAAA',
    )
    yield (
        "PGP",
        HEAD % b"Bookkeeper"
        + b"\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n",
    )
    yield (
        "PGP by MIME",
        multipart(
            b"b",
            b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n--b--",
            b"encrypted",
        ),
    )
    yield (
        "signed",
        multipart(
            b"b",
            b"--b\r\n\r\nHello\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--",
            b"signed",
        ),
    )
    yield "a program", with_file("cv.exe", samples.program())
    yield "a program named PDF", with_file("cv.pdf", samples.program())
    yield "an encrypted PDF", with_file("closed.pdf", samples.encrypted_pdf())
    yield "a broken PDF", with_file("broken.pdf", samples.broken_pdf())
    yield "a PDF with a script", with_file("script.pdf", samples.javascript_pdf())
    yield "an empty file", with_file("empty.pdf", b"")
    yield "an old Word file", with_file("old.doc", samples.old_doc())
    yield "a file of twelve megabytes", with_file("large.pdf", resume() + b"\n" * (12 << 20))
    yield "a mail in a mail", _forwarded().as_bytes()


def _forwarded() -> EmailMessage:
    outer = mail(
        sender="Somebody <somebody@example.net>", message_id="<outer@example.net>", subject="Fwd: x"
    )
    outer.add_attachment(mail(message_id="<inner@example.net>", files=[(resume(), "cv.pdf")]))
    return outer


def _mangled() -> Iterator[tuple[str, bytes]]:
    """A good mail with bytes changed, cut out and doubled, each time others."""
    good = mail(message_id="<good@example.net>", files=[(resume(), "CV.pdf")]).as_bytes()
    for seed in range(12):
        chance = random.Random(seed)
        content = bytearray(good)
        for _ in range(30):
            at = chance.randrange(len(content))
            match chance.randrange(3):
                case 0:
                    content[at] = chance.randrange(256)
                case 1:
                    del content[at : at + chance.randrange(200)]
                case _:
                    content[at:at] = content[at : at + 100]
        yield f"mangled {seed}", bytes(content)
