"""Hand-made forms about people: told, never raised."""

import pytest

from tests.plugins.apps import Client
from tests.postings import factories as postings
from tracker.core.access import Role


@pytest.mark.parametrize("version", ["²", "x", "9" * 5000, ""])
def test_a_version_that_is_no_number_is_an_old_page(client: Client, version: str) -> None:
    postings.sign_in(client, postings.person("ada.quist@example.org", role=Role.ADMINISTRATOR))
    page = client.page(f"/staff/people/{postings.coordinator().id}")
    form = page.form(None, fields={"name": ""}).filled({})
    answer = client.post(form.action, data={**form.data, "version": version})
    assert answer.status_code == 409
