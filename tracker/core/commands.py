"""What every command has in common: bad circumstances end in one clear line, not a traceback."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from weakref import WeakSet

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from tracker.core.errors import DomainError

_GUARDED: WeakSet[click.Command] = WeakSet()


def shown(text: object) -> str:
    """Make any text safe to print to a terminal: what would steer it is written as an escape.

    A file's name may hold a line's end, ESC, a sign that turns text round, or bytes that are no
    text at all.
    """
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in str(text)
    )


def guarded(command: click.Command) -> click.Command:
    """Make a command, and those of a group, say in a line why it cannot work."""
    if command in _GUARDED:  # commands are made once, apps many times
        return command
    _GUARDED.add(command)
    if isinstance(command, click.Group):
        for each in command.commands.values():
            guarded(each)
    if command.callback is not None:
        command.callback = _in_one_line(command.callback)
    return command


def _in_one_line(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return callback(*arguments, **options)
        except DomainError as error:
            raise click.ClickException(error.message) from error
        except (OperationalError, ProgrammingError) as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise click.ClickException(
                f"The database cannot be used ({reason})."
                " If it is new or was upgraded, run: flask db upgrade"
            ) from error

    return run
