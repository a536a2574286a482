"""Commands about people: the way in without mail."""

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from tracker.accounts import operations
from tracker.accounts.rules import LinkKind
from tracker.core import links
from tracker.core.db import db, writing
from tracker.core.errors import DomainError

users = AppGroup("users", help="People who sign in.")
commands = (users,)


@users.command("create-admin")
@click.argument("email")
@click.option("--name", default="", help="Their name; only for somebody new.")
def create_admin(email: str, name: str) -> None:
    """Make EMAIL an administrator who can sign in, and print a one-time link.

    For somebody who is one already: a new link. Somebody disabled is enabled, and whoever
    had another role, or none, is made administrator.
    """
    try:
        with writing():
            person, changes = operations.make_administrator(email=email, name=name)
            token = operations.issue_link(person, LinkKind.SIGN_IN, by=None)
            address = person.email
            db.session.commit()
    except DomainError as error:
        raise click.ClickException(f"{email!r}: {error.message}") from None
    except (OperationalError, ProgrammingError) as error:
        raise click.ClickException(
            f"The database is not ready ({str(error.orig).splitlines()[0]}). Run: flask db upgrade"
        ) from None
    said = ", ".join(changes) or "is an administrator already"
    click.echo(f"{address}: {said}. This link signs in once, within 12 hours:")
    click.echo(links.sign_in(token))
