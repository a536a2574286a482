"""Long runs: what the suite does a few times, `make soak` does hundreds of times.

`scaled(few, many)` is `few` in the suite and `many` in a soak; tests that use it are marked
`@pytest.mark.soak`, and a soak runs those alone.
"""

import os

import pytest

SOAKING = bool(os.environ.get("SOAK"))


def scaled(few: int, many: int) -> int:
    """How often something is done in this run."""
    return many if SOAKING else few


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker."""
    config.addinivalue_line("markers", "soak: done many more times by `make soak`")
