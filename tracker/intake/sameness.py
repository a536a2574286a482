"""When two mails are the same message. Pure.

The rule: the same bytes are the same message. Otherwise two mails are the same where everything
agrees that their sender made: the Message-ID, who sent it, when (the Date header), and what is
in it, every text and file, decoded. What relays and mailboxes add or change on the way does not
count: Received and other trace headers, results of checks, status flags of a mailbox, how lines
end, the transfer encoding. With a Message-ID the subject does not count either, since gateways
mark it ("[EXTERNAL]"); without one it and the recipients do.

So a repeated Message-ID with other content is another message (some programs use one again, and
a forger may), and the same content under another Message-ID is another message, too: somebody
sent it twice. Whether that is a second application is the application's own question.
"""

import hashlib
import json

from tracker.intake.findings import Found


def same_key(found: Found) -> str | None:
    """Return what two mails have in common that are the same message.

    None for a mail of which nothing but the head was read: there only the same bytes count.
    """
    if found.trouble or not found.body_sha256:
        return None
    head = found.head
    parts: list[object] = [
        head.message_id,
        sorted(address for _, address in head.senders),
        head.sent_at.isoformat() if head.sent_at else "",
        found.body_sha256,
    ]
    if not head.message_id:
        parts += [head.subject, sorted(address for _, address in (*head.to, *head.cc))]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
