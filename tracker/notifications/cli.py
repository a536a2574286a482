"""Mail from the command line."""

import click
from flask.cli import AppGroup

from tracker.intake.mailbox import IntakeUrlError
from tracker.intake.polling import configured_mailbox, fetch_new
from tracker.notifications import queries, transport
from tracker.notifications.delivery import deliver_due
from tracker.notifications.mailserver import MailUrlError
from tracker.notifications.rules import MailState

mail = AppGroup("mail", help="Send mail, and take in what has arrived.")
commands = (mail,)


@mail.command("deliver")
def deliver() -> None:
    """Send the mail that is due now, and say what became of it.

    Exits 1 where there is no mail server or it cannot be used.
    """
    try:
        server = transport.configured_server()
    except MailUrlError as error:
        raise click.ClickException(str(error)) from None
    if server is None:
        waiting = queries.counts()[MailState.WAITING]
        raise click.ClickException(
            f"No mail server is set, so nothing was sent; waiting: {waiting}."
            " Set MAIL_URL, for example smtp://user:password@mail.example.org:587."
        )
    report = deliver_due()
    click.echo(f"Sent: {report.sent}, delayed: {report.delayed}, failed: {report.failed}.")
    if report.trouble:
        raise click.ClickException(f"{report.trouble} What is left will be tried again.")


@mail.command("fetch")
def fetch() -> None:
    """Fetch the mail that is new in the mailbox of INTAKE_URL, and say how much it was.

    Exits 1 where there is no mailbox, somebody else is reading it, or it cannot be read.
    """
    try:
        if configured_mailbox() is None:
            raise click.ClickException(
                "No mailbox is set, so nothing was fetched."
                " Set INTAKE_URL, for example imaps://user:password@imap.example.org/INBOX."
            )
        report = fetch_new(at_once=True)
    except IntakeUrlError as error:
        raise click.ClickException(str(error)) from None
    if report.busy:
        raise click.ClickException("Another process is reading the mailbox just now.")
    click.echo(f"New: {report.kept}, too large to fetch: {report.too_large}.")
    if report.trouble:
        raise click.ClickException(f"{report.trouble} What is left will be fetched later.")
