"""Where a reply to a mail goes: straight to somebody, or to a tagged address of the employer's."""

from dataclasses import dataclass

from tracker.core import links
from tracker.notifications import queries
from tracker.notifications.headers import AddressError, check_address, one_line
from tracker.notifications.tags import Reaches, is_tagged, make_tag, tagged_address
from tracker.notifications.wording import Message


@dataclass(frozen=True)
class ReplyTo:
    """Where a reply to a mail goes, and what the mail's first line says of it.

    `reaches` is empty for a mail whose replies go straight to that address.
    """

    name: str
    address: str
    reaches: Reaches | None = None

    @property
    def told(self) -> str:
        """Whom the first line names: nobody to a candidate, who writes to the employer anyway."""
        return "" if self.reaches is Reaches.HANDLERS else self.name or self.address


def reply_address(
    message: Message,
    *,
    to: tuple[str, str],
    about: tuple[str, int] | None,
    reply_to: tuple[str, str] | None,
) -> ReplyTo | None:
    """Say where a reply to a mail goes: to a tagged address of the employer's, once there is one.

    Until then to `reply_to`, as far as mail can be sent there; the mail itself goes anyway.
    What is about no application keeps `reply_to` too, and so does what is confidential.
    """
    own = links.intake_address()
    if not own or about is None or not is_tagged(about[0]):
        return _usable_reply(reply_to)
    if message.audience == "candidate":
        reaches, name = Reaches.HANDLERS, queries.sender().name
    elif (usable := _usable_reply(reply_to)) is not None:
        reaches = Reaches.COLLEAGUES if message.among_colleagues else Reaches.CANDIDATE
        name = usable.name or usable.address
    else:
        reaches, name = Reaches.COLLEAGUES, queries.sender().name
    return ReplyTo(one_line(name), _tagged(own, about, reaches, sent_to=to[1]), reaches)


def address_of_handlers(about: tuple[str, int], *, sent_to: str) -> str:
    """The employer's address at which a candidate reaches whoever handles what this is about.

    For the candidate's own page, as the Reply-To of a mail that went to `sent_to`; '' until the
    employer has such an address.
    """
    own = links.intake_address()
    return _tagged(own, about, Reaches.HANDLERS, sent_to=sent_to) if own else ""


def _tagged(own: str, about: tuple[str, int], reaches: Reaches, *, sent_to: str) -> str:
    kind, row_id = about
    tag = make_tag(links.signing_key(), kind=kind, row_id=row_id, reaches=reaches, sent_to=sent_to)
    return check_address(tagged_address(own, tag))


def _usable_reply(reply_to: tuple[str, str] | None) -> ReplyTo | None:
    if reply_to is None:
        return None
    try:
        return ReplyTo(one_line(reply_to[0]), check_address(reply_to[1]))
    except AddressError:
        return None
