"""Mail from the command line."""

import json
import sys

import click
from flask.cli import AppGroup

from tracker.intake.mailbox import IntakeUrlError
from tracker.intake.polling import configured_mailbox, fetch_new
from tracker.notifications import doctor, queries, transport
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


@mail.command("doctor")
@click.option("--to", "address", help="Send a test mail to this address.")
@click.option("--selector", help="The name of your DKIM key, where it is not a usual one.")
@click.option("--resolver", help="Ask this DNS server: ADDRESS or ADDRESS:PORT.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def examine(address: str | None, selector: str | None, resolver: str | None, as_json: bool) -> None:
    """Check the way of our mail: server, signing in, sender, DNS, clock, outbox.

    Exits 1 where there is a trouble.
    """
    checks = list(doctor.examine(resolver=resolver, selector=selector))
    if address:
        checks.append(_test(address))
    troubles = [each for each in checks if each.level is doctor.Level.TROUBLE]
    if as_json:
        found = {"ok": not troubles, "checks": [vars(each) for each in checks]}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for each in checks:
            click.echo(f"{each.level.value:8} {each.name}: {each.words}", err=each in troubles)
    sys.exit(1 if troubles else 0)


def _test(address: str) -> doctor.Check:
    try:
        return doctor.send_test(address)
    except MailUrlError as error:
        return doctor.Check("test mail", doctor.Level.TROUBLE, str(error))
