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

# Beginnings of files that collide, as facts about the two sums: blocks with one MD5 (Wang, Feng,
# Lai and Yu, 2004), and what follows one beginning of a PDF with one SHA-1 (Stevens, Bursztein,
# Karpman, Albertini and Markov, 2017).
_BEGINNING = bytes.fromhex(
    "255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474"
    "682032203020522f4865696768742033203020522f547970652034203020522f"
    "537562747970652035203020522f46696c7465722036203020522f436f6c6f72"
    "53706163652037203020522f4c656e6774682038203020522f42697473506572"
    "436f6d706f6e656e7420383e3e0a73747265616d0affd8fffe00245348412d31"
    "20697320646561642121212121852fec092339759c39b1a1c63c4c97e1fffe01"
)
COLLIDING = {
    "md5": [
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
    ],
    "sha1": [
        _BEGINNING
        + bytes.fromhex(
            "7f46dc93a6b67e013b029aaa1db2560b45ca67d688c7f84b8c4c791fe02b3df6"
            "14f86db1690901c56b45c1530afedfb76038e972722fe7ad728f0e4904e046c2"
            "30570fe9d41398abe12ef5bc942be33542a4802d98b5d70f2a332ec37fac3514"
            "e74ddc0f2cc1a874cd0c78305a21566461309789606bd0bf3f98cda8044629a1"
        ),
        _BEGINNING
        + bytes.fromhex(
            "7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de2"
            "18f86db3a90901d5df45c14f26fedfb3dc38e96ac22fe7bd728f0e45bce046d2"
            "3c570feb141398bb552ef5a0a82be331fea48037b8b5d71f0e332edf93ac3500"
            "eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc4629b1"
        ),
    ],
}


# Closes the picture that the second beginning has open; the first knows nothing of it.
REST = b"\nendstream\nendobj\n"


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


@pytest.mark.parametrize("weak", COLLIDING)
@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
def test_the_colliding_files_are_what_they_are_said_to_be(weak: str, algorithm: str) -> None:
    first, second = (
        hashlib.new(algorithm, each + REST + samples.pdf()).digest() for each in COLLIDING[weak]
    )
    assert (first == second) is (algorithm == weak)


@pytest.mark.parametrize("weak", COLLIDING)
def test_two_files_with_one_weak_sum_stay_two_files(client: Client, weak: str) -> None:
    posting = open_posting()
    sent = [each + REST + samples.pdf() for each in COLLIDING[weak]]
    apply_with(client, posting, file0=(sent[0], "a.pdf"), file1=(sent[1], "b.pdf"))
    application = db.session.query(Application).one()
    stored = [b"".join(files().chunks(each.document.file_key)) for each in application.documents]
    assert stored == sent
    assert len({each.document.sha256 for each in application.documents}) == 2
