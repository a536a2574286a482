"""A form that is too large is answered: a browser still sending would show nothing else."""

from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.plugins.servers import LiveServer

PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
TYPE = {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize(
    ("path", "status"), [("/my", 413), ("/postings/unknown/apply", 404)], ids=["form", "apply"]
)
def test_eighty_megabytes_get_an_answer(live_server: LiveServer, path: str, status: int) -> None:
    body = PART + b"x" * (80 << 20) + b"\r\n--x--\r\n"
    with closing(HTTPConnection("127.0.0.1", live_server.port, timeout=60)) as connection:
        connection.request("POST", path, body=body, headers=TYPE)
        with connection.getresponse() as answer:
            assert answer.status == status
            assert b"<h1>" in answer.read()
