"""Open a mail in its child, and meanwhile write down the one before it.

A child has a processor of its own, so its time costs nothing as long as there is something else
to do. Only the waiting for it is a thread's work: whatever touches the database stays in one.
"""

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from tracker.core.files import COPY
from tracker.intake import limits
from tracker.intake.findings import Found
from tracker.intake.opening import open_mail


class Begun:
    """A mail that is kept and claimed, and is being opened, or is opened when it is wanted."""

    def __init__(
        self,
        email_id: int,
        label: str,
        path: Path,
        place: ExitStack,
        opener: Executor | None = None,
    ) -> None:
        """Begin on the mail at `path`. `place` tidies up; it may hold `path`, and is taken over."""
        self.email_id, self.label = email_id, label
        self._place = place.pop_all()
        self._folder = Path(self._place.enter_context(tempfile.TemporaryDirectory(prefix=COPY)))
        opening = _opening(path, self._folder)
        self._found: Callable[[], Found] = opener.submit(opening).result if opener else opening

    @contextmanager
    def opened(self) -> Iterator[tuple[Path, Found]]:
        """Lend what is in the mail, and the folder where its files lie; all goes afterwards.

        Raises SandboxError.
        """
        with self._place:
            yield self._folder, self._found()

    def give_up(self) -> None:
        """Tidy up without a look at what was found; whoever comes next begins again."""
        self._place.close()


def _opening(path: Path, folder: Path) -> Callable[[], Found]:
    return partial(
        open_mail,
        path,
        folder,
        most_bytes=limits.largest_mail(),
        most_file=limits.largest_file(),
    )


@contextmanager
def opened_mail(path: Path) -> Iterator[tuple[Path, Found]]:
    """Lend what is in a mail, and the folder where its files lie. Raises SandboxError."""
    with tempfile.TemporaryDirectory(prefix=COPY) as place:
        yield Path(place), _opening(path, Path(place))()
