"""Who works on postings in these tests."""

import pytest
from flask import Flask

from tests.plugins.apps import Client
from tests.postings.factories import coordinator, employer, sign_in


@pytest.fixture
def employed(app: Flask) -> None:
    """An employer stands."""
    employer()


@pytest.fixture
def staff(client: Client) -> Client:
    """A coordinator's browser."""
    sign_in(client, coordinator())
    return client
