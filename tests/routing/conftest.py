"""What the tests of private links share."""

import pytest
from flask import Flask

from tests.routing.factories import arrived, mails, path_in
from tracker.applications.models import Application


@pytest.fixture
def application(app: Flask) -> Application:
    """Sam Rivera's, with Ida Moreno as contact."""
    return arrived()


@pytest.fixture
def page(application: Application) -> str:
    """The path that Ida Moreno's mail opens."""
    return path_in(mails("application_arrived")[0])
