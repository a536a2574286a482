"""Mail compared with what was agreed: each message's text stands in a file beside its test.

- `mail_snapshot`: `mail_snapshot(email)` for a queued mail, `mail_snapshot(rendered, "name")`
  for a preview. Compares subject and plain text with `snapshots/<message>.txt` in the test's
  own folder. Secrets in links are hidden first; what else differs from run to run is
  replaced by the caller: `mail_snapshot(email, replace={application.number: "NUMBER"})`.
  Run with `UPDATE_SNAPSHOTS=1` to write the files anew, and read the difference.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tracker.notifications.masking import mask
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.operations import Rendered

MailSnapshot = Callable[..., None]


@pytest.fixture
def mail_snapshot(request: pytest.FixtureRequest) -> MailSnapshot:
    """Compare a mail's words with the file that holds them."""
    folder = request.path.parent / "snapshots"

    def compare(
        mail: OutgoingEmail | Rendered,
        name: str | None = None,
        *,
        replace: Mapping[str, str] | None = None,
    ) -> None:
        if name is None:
            assert isinstance(mail, OutgoingEmail), "a preview needs a name for its file"
            name = mail.message
        text = f"Subject: {mail.subject}\n\n{mail.text}"
        for changing, steady in (replace or {}).items():
            text = text.replace(changing, steady)
        _compare(folder / f"{name}.txt", mask(text))

    return compare


def _compare(path: Path, text: str) -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing; write it with UPDATE_SNAPSHOTS=1"
    assert text == path.read_text(encoding="utf-8")
