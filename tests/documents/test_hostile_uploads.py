"""Hostile files through the form itself: taken or refused with a sentence, and never an error."""

import hashlib
import io
import json
from itertools import islice

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.applications.factories import apply_with
from tests.documents import samples
from tests.documents.corpus import Hostile
from tests.documents.corpus.collection import MAKERS, collection
from tests.plugins.apps import Client
from tests.postings.factories import open_posting
from tracker.applications.models import Application
from tracker.core.db import db
from tracker.core.files import files
from tracker.documents.models import Document

EVERY = 16  # file of a kind of harm

# Two blocks of 128 bytes with one MD5 (Wang, Feng, Lai and Yu, 2004), as facts about MD5.
COLLIDING = [
    bytes.fromhex(
        "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f89"
        "55ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5b"
        "d8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0"
        "e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70"
    ),
    bytes.fromhex(
        "d131dd02c5e6eec4693d9a0698aff95c2fcab50712467eab4004583eb8fb7f89"
        "55ad340609f4b30283e4888325f1415a085125e8f7cdc99fd91dbd7280373c5b"
        "d8823e3156348f5bae6dacd436c919c6dd53e23487da03fd02396306d248cda0"
        "e99f33420f577ee8ce54b67080280d1ec69821bcb6a8839396f965ab6ff72a70"
    ),
]


def token_of(client: Client, url: str) -> str:
    return client.page(url).form("apply").values["submission_token"][0]


def test_no_hostile_file_is_an_error_of_ours(client: Client) -> None:
    posting = open_posting()
    url = f"/postings/{posting.slug}/apply"
    place, token = f"{url}/files/{posting.documents[0].id}", token_of(client, url)
    sample = [each for harm in MAKERS for each in islice(collection(harm), 2, None, EVERY)]
    wrong = [each.name for each in sample if not is_answered(client, place, token, each)]
    assert (len(sample) >= 40, wrong) == (True, [])
    client.page(url)  # which shows the last file that was taken
    named = {each.file_key for each in db.session.query(Document)}
    named |= {o.file_key for each in db.session.query(Document) for o in each.originals}
    assert {each.key for each in files().list()} == named


def is_answered(client: Client, place: str, token: str, each: Hostile) -> bool:
    """Tell whether a file was taken, or refused with a sentence that says what to do."""
    sent = FileStorage(io.BytesIO(each.content), f"{each.name}.pdf")
    # As one piece of bytes: the test client leaves the files of large bodies open.
    boundary, body = encode_multipart({"submission_token": token, "file": sent})
    answer = client.post(place, data=body, content_type=f"multipart/form-data; boundary={boundary}")
    told = json.loads(answer.text)
    if answer.status_code == 200:
        return not each.bomb and "summary" in told
    return answer.status_code == 422 and told["error"].endswith(".")


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_the_colliding_files_are_what_they_are_said_to_be(algorithm: str) -> None:
    first, second = (hashlib.new(algorithm, each + samples.pdf()).digest() for each in COLLIDING)
    assert (first == second) is (algorithm == "md5")


def test_two_files_with_one_md5_stay_two_files(client: Client) -> None:
    posting = open_posting()
    sent = [each + samples.pdf() for each in COLLIDING]
    apply_with(client, posting, file0=(sent[0], "a.pdf"), file1=(sent[1], "b.pdf"))
    application = db.session.query(Application).one()
    stored = [b"".join(files().chunks(each.document.file_key)) for each in application.documents]
    assert stored == sent
    assert len({each.document.sha256 for each in application.documents}) == 2
