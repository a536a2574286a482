"""What the settings say of mail that comes in."""

from flask import current_app


def mailbox() -> str:
    """The employer's own address for mail that comes in; '' where none is set."""
    return str(current_app.config["INTAKE_ADDRESS"]).strip().lower()


def authority() -> str:
    """The name under which the employer's own mail server says what it found of a sender."""
    return str(current_app.config["INTAKE_AUTHORITY"]).strip()


def largest_mail() -> int:
    """The largest mail that is opened, in bytes."""
    return int(current_app.config["INTAKE_LIMIT_MB"]) << 20


def largest_file() -> int:
    """The largest file that is taken, in bytes: the same as in the form."""
    return int(current_app.config["UPLOAD_LIMIT_MB"]) << 20
