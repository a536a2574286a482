"""The security guide says what the program does."""

from pathlib import Path

from tracker.core.access import table

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "security.md"


def test_the_guide_holds_the_access_table() -> None:
    """Roles and actions stand in the guide as they stand in the program."""
    assert table() in GUIDE.read_text(encoding="utf-8")
