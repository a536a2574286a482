"""Who may do what: one table of roles and actions, and the mark that every route carries.

A route without a mark answers 403: default deny. A mark says who may *try*; whether a row
is theirs is asked again by the room's queries (`visible_to`).
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar


class Role(enum.StrEnum):
    """What a person may do when signed in; a person without one has no account."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    MANAGER = "manager"
    PANELIST = "panelist"


class Action(enum.StrEnum):
    """What a staff route does, in the words of the access table."""

    USE_DESK = "use the desk"
    SEE_POSTINGS = "see postings as staff"
    WRITE_POSTINGS = "write postings"
    PUBLISH_POSTINGS = "publish, close and reopen postings"
    MANAGE_TEMPLATES = "keep postings as templates"
    SEE_APPLICATIONS = "see applications"
    MOVE_APPLICATIONS = "move applications and answer candidates"
    KEY_IN_APPLICATIONS = "key in applications that came on paper"
    SCHEDULE_INTERVIEWS = "schedule interviews"
    SEE_INTERVIEWS = "see interviews"
    SEE_MESSAGES = "see messages"
    SORT_MAIL = "sort mail that arrived"
    CONFIRM_PEOPLE = "confirm people whom a page or a contact named"
    MANAGE_PEOPLE = "manage people"
    MANAGE_ORGANIZATION = "manage the employer's profile and positions"
    MANAGE_WORDING = "change the wording of messages"
    OWN_ACCOUNT = "change one's own account"


_ALL = frozenset(Role)
_MANAGING = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR, Role.MANAGER})
_COORDINATING = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})
_ADMINISTERING = frozenset({Role.ADMINISTRATOR})

ALLOWED: dict[Action, frozenset[Role]] = {
    Action.USE_DESK: _ALL,
    Action.SEE_POSTINGS: _MANAGING,
    Action.WRITE_POSTINGS: _MANAGING,
    Action.PUBLISH_POSTINGS: _MANAGING,
    Action.MANAGE_TEMPLATES: _COORDINATING,
    Action.SEE_APPLICATIONS: _ALL,
    Action.MOVE_APPLICATIONS: _MANAGING,
    Action.KEY_IN_APPLICATIONS: _MANAGING,
    Action.SCHEDULE_INTERVIEWS: _MANAGING,
    Action.SEE_INTERVIEWS: _ALL,
    Action.SEE_MESSAGES: _MANAGING,
    Action.SORT_MAIL: _COORDINATING,
    Action.CONFIRM_PEOPLE: _COORDINATING,
    Action.MANAGE_PEOPLE: _ADMINISTERING,
    Action.MANAGE_ORGANIZATION: _ADMINISTERING,
    Action.MANAGE_WORDING: _COORDINATING,
    Action.OWN_ACCOUNT: _ALL,
}

# These see only what they are on: a manager their postings, a panelist their applications.
SCOPED = frozenset({Role.MANAGER, Role.PANELIST})


def allows(role: Role | None, action: Action) -> bool:
    """Tell whether a role may try an action; nobody's role (None) may nothing."""
    return role is not None and role in ALLOWED[action]


@dataclass(frozen=True)
class Access:
    """A route's mark. `kind` is public, signed_link or requires; an action with the last."""

    kind: str
    action: Action | None = None


View = TypeVar("View", bound=Callable[..., Any])


def _mark(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]  # a mark on a function, read by core.web
    return view


def public(view: View) -> View:
    """Open a route to everybody."""
    return _mark(view, Access("public"))


def signed_link(view: View) -> View:
    """Open a route to whoever holds a secret link; the view checks the link itself."""
    return _mark(view, Access("signed_link"))


def requires(action: Action) -> Callable[[View], View]:
    """Open a route to signed-in people whose role allows the action."""

    def mark(view: View) -> View:
        return _mark(view, Access("requires", action))

    return mark


def access_of(view: Any) -> Access | None:
    """Return a view function's mark, or None where there is none (then: 403)."""
    return getattr(view, "access", None)


def table() -> str:
    """Write the access table as Markdown; the security guide holds it, and a test compares."""
    head = "| What | " + " | ".join(role.value.capitalize() for role in Role) + " |"
    rows = [head, "| --- |" + " :-: |" * len(Role)]
    for action, roles in ALLOWED.items():
        marks = (_mark_of(role) if role in roles else "–" for role in Role)
        rows.append(f"| {action.value.capitalize()} | " + " | ".join(marks) + " |")
    return "\n".join(rows)


def _mark_of(role: Role) -> str:
    return "own" if role in SCOPED else "yes"
