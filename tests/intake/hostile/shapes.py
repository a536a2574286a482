"""What mails that nobody should write have in common."""

HEAD = b"From: Kim <kim@example.net>\r\nTo: jobs@fernhollow.example.org\r\nSubject: %s\r\n"


def multipart(boundary: bytes, inside: bytes, kind: bytes = b"mixed") -> bytes:
    return (
        HEAD % b"Bookkeeper"
        + b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (kind, boundary)
        + inside
    )
