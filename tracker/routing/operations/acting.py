"""Write down what is done behind a private link, and see that nobody acts as another unawares."""

from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.core.errors import DomainError
from tracker.routing.models import ContactLink, LinkAct
from tracker.routing.rules import LinkDeed


class ActingAsError(DomainError):
    """Somebody else is signed in than the page knew of when it was drawn."""

    def __init__(self, signed_in: Person, link: ContactLink) -> None:
        super().__init__(
            f"You are signed in as {signed_in.name}, and this link is {link.person.name}’s: what"
            f" is done here is done as {link.person.name}. The page did not say so yet when you"
            " opened it, so nothing was done. Go back, load the page again, and act if that is"
            " what you mean."
        )


def act(link: ContactLink, what: LinkDeed, *, signed_in: Person | None, shown: str) -> LinkAct:
    """Note a deed as that of the link's person, with who was signed in where it was another.

    `shown` is whom the page named as signed in when it was drawn, by id; '' for nobody. Raises
    `ActingAsError` where another person is signed in and the page did not say so: who acts must
    know as whom.
    """
    other = signed_in if signed_in is not None and signed_in.id != link.person_id else None
    if other is not None and shown != str(other.id):
        raise ActingAsError(other, link)
    deed = LinkAct(link_id=link.id, what=what, signed_in_id=other.id if other else None)
    db.session.add(deed)
    db.session.flush()
    return deed
