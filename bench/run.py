"""Measure Tracker as `make run` starts it, and a bare Flask application beside it."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from bench import data, intake, mail, search, uploads
from bench.load import Figures, Request, measure
from tracker.app import create_app
from tracker.core.config import SETTINGS
from tracker.core.db import db
from tracker.upkeep.demo.papers import Paper, pdf
from tracker.upkeep.serving import TURNS_PER_WORKER

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = (1, 16)
SECONDS = 3.0
APPLY_SECONDS = 6.0
APPLICATIONS = {1: 60, 16: 240}
PDF_SIZE = 200_000
FEW, MANY = 100, 100_000
PATIENCE_S = 30.0
BOUNDARY = "----bench-boundary-7d1f"


def main() -> int:
    """Measure and print; some minutes."""
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        _measure(Path(folder))
    uploads.inspect(_resume())
    intake.measure_intake()
    _growth()
    search.main()
    mail.main()
    return 0


def _growth() -> None:
    """Print what applying costs with few and with many applications there before."""
    rates = []
    for applications in (FEW, MANY):
        with (
            tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder,
            _tracker(Path(folder), applications) as (port, _token, slug),
        ):
            forms = [_form(port, slug, _resume()) for _ in range(APPLICATIONS[16])]
            figures = measure(port, forms, connections=16, seconds=APPLY_SECONDS)
            rates.append(figures.rate)
            print(
                f"Applying with {applications} applications there: {figures.rate:.1f} req/s,"
                f" median {figures.median_ms:.0f} ms.",
                flush=True,
            )
    print(f"Many beside few: {rates[1] / rates[0]:.2f}", flush=True)


@contextmanager
def _tracker(folder: Path, applications: int) -> Iterator[tuple[int, str, str]]:
    """Serve a Tracker with so many applications: its port, a sign-in secret, a posting."""
    port = _free_port()
    environment = _environment(folder, port)
    _run([sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"], environment)
    print(
        f"Loading {data.POSTINGS} postings and {applications} applications.",
        file=sys.stderr,
        flush=True,
    )
    token, slug = _fill(environment, applications)
    serve = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
    with _server(serve, environment, port, folder / "tracker.log"):
        yield port, token, slug


def _measure(folder: Path) -> None:
    bare_port = _free_port()
    with _tracker(folder, data.APPLICATIONS) as (port, token, slug):
        cookie = _sign_in(port, token)
        pages = [
            ("careers page", Request("/")),
            ("posting page", Request(f"/postings/{slug}")),
            ("staff list", Request("/staff/applications", headers={"Cookie": cookie})),
        ]
        sizes = {name: len(_get(port, request)[1]) for name, request in pages}
        with _server(
            _bare_command(bare_port),
            _bare_environment(folder, sizes.values()),
            bare_port,
            folder / "bare.log",
        ):
            _print_head()
            for name, request in pages:
                bare = Request(f"/page/{sizes[name]}")
                _row(f"{name} ({sizes[name] / 1000:.0f} KB)", port, [request], bare_port, [bare])
            _apply_rows(port, bare_port, slug)
        uploads.crowd(port, slug, lambda content: _form(port, slug, content))


def _apply_rows(port: int, bare_port: int, slug: str) -> None:
    content = _resume()
    for connections in CONNECTIONS:
        forms = [_form(port, slug, content) for _ in range(APPLICATIONS[connections])]
        upload = Request(
            "/upload",
            303,
            "POST",
            {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
            forms[0].body,
        )
        tracker = measure(port, forms, connections=connections, seconds=APPLY_SECONDS)
        bare = measure(bare_port, [upload], connections=connections, seconds=SECONDS)
        _print(f"apply with a PDF ({len(content) / 1000:.0f} KB)", connections, tracker, bare)


def _row(
    name: str, port: int, requests: list[Request], bare_port: int, bare: list[Request]
) -> None:
    for connections in CONNECTIONS:
        _print(
            name,
            connections,
            measure(port, requests, connections=connections, seconds=SECONDS),
            measure(bare_port, bare, connections=connections, seconds=SECONDS),
        )


def _print_head() -> None:
    print(
        f"{os.cpu_count()} processors, {os.environ.get('WEB_WORKERS', '2')} workers with"
        f" {TURNS_PER_WORKER} threads each, {SECONDS:.0f} s a figure, on one machine with the"
        f" client.\n\n{'':32}{'conn.':>6}{'Tracker':>20}{'bare Flask':>20}{'ratio':>8}\n"
        f"{'':38}{'req/s':>10}{'median':>10}{'req/s':>10}{'median':>10}{'req/s':>8}"
    )


def _print(name: str, connections: int, tracker: Figures, bare: Figures) -> None:
    cells = "".join(f"{each.rate:>10.1f}{each.median_ms:>7.1f} ms" for each in (tracker, bare))
    print(f"{name:32}{connections:>6}{cells}{tracker.rate / bare.rate:>8.2f}", flush=True)


def _resume() -> bytes:
    paper = Paper("Bench Candidate", ("# Work", "Measured things, ten years", "# School", "Yes"))
    short = len(pdf(paper))
    return pdf(paper, ballast=os.urandom(PDF_SIZE - short - 60))


# The servers


def _environment(folder: Path, port: int) -> dict[str, str]:
    """The environment that `make run` has by default, in a place of its own."""
    names = {setting.name for setting in SETTINGS} - {"WEB_WORKERS", "DATABASE_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return kept | {
        "INSTANCE_PATH": str(folder / "instance"),
        "PORT": str(port),
        "FORM_PATIENCE": "0",  # who measures is faster than anybody who types
    }


def _bare_command(port: int) -> list[str]:
    workers = os.environ.get("WEB_WORKERS", "2")
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--log-level", "error"]
    threads = ["--blocking-threads", str(TURNS_PER_WORKER), "--no-ws"]
    return [*granian, *threads, "--workers", workers, "--port", str(port), "bench.bare:app"]


def _bare_environment(folder: Path, sizes: Iterable[int]) -> dict[str, str]:
    bare = folder / "bare"
    bare.mkdir()
    return os.environ | {"BARE_FOLDER": str(bare), "BARE_SIZES": ",".join(map(str, sizes))}


@contextmanager
def _server(
    command: list[str], environment: dict[str, str], port: int, log: Path
) -> Iterator[None]:
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=said, stderr=said, start_new_session=True
        )
    try:
        _wait(process, port, log)
        yield
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit(f"The server did not start: {log.read_text()}")


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed: {done.stderr}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _fill(environment: dict[str, str], applications: int) -> tuple[str, str]:
    """Fill the database; returns a sign-in secret and the posting that is applied for."""
    settings = {"INSTANCE_PATH": environment["INSTANCE_PATH"], "PORT": int(environment["PORT"])}
    app = create_app(settings)
    with app.app_context():
        token = data.fill(applications)
        slug = data.slugs()[0]
        db.session.remove()
        db.engine.dispose()
    return token, slug


# The browser


def _get(port: int, request: Request) -> tuple[dict[str, str], bytes]:
    """Send a request; returns the cookies it sets and the body. Ends on another status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    connection.request(request.method, request.path, request.body, request.headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != request.status:
        sys.exit(f"{request.path} answered {answer.status}: {body[:300]!r}")
    cookies: dict[str, str] = {}
    for line in answer.headers.get_all("Set-Cookie") or []:
        cookies |= {name: part.value for name, part in SimpleCookie(line).items()}
    return cookies, body


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _hidden(page: bytes, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page.decode())
    if found is None:
        sys.exit(f"The page has no field {name}.")
    return found[1]


def _sign_in(port: int, token: str) -> str:
    path = f"/sign-in/{token}"
    cookies, page = _get(port, Request(path))
    headers = {
        "Cookie": _header(cookies),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = urlencode({"csrf_token": _hidden(page, "csrf_token")}).encode()
    signed_in, _ = _get(port, Request(path, 303, "POST", headers, body))
    return _header(cookies | signed_in)


def _form(port: int, slug: str, content: bytes) -> Request:
    """Open the form as a new browser, and fill it in; what comes back is sent later."""
    path = f"/postings/{slug}/apply"
    cookies, page = _get(port, Request(path))
    fields = {
        "csrf_token": _hidden(page, "csrf_token"),
        "submission_token": _hidden(page, "submission_token"),
        "name": "Bench Candidate",
        # A second application by one address costs a link and a mail more.
        "email": f"candidate.{os.urandom(6).hex()}@example.org",
        "action": "send",
    }
    html = page.decode()
    fields |= dict.fromkeys(
        re.findall(r'<textarea[^>]*name="(question_\d+)"', html), "I helped my neighbor."
    )
    fields |= dict.fromkeys(re.findall(r'name="(skill_\d+)"', html), "2")
    letter = re.findall(r'name="(text_\d+)"', html)
    fields |= dict.fromkeys(letter[:1], "I should like to work with you.")
    typed = {name.removeprefix("text_") for name in letter[:1]}
    files = [
        name
        for name in re.findall(r'name="(file_\d+)"', html)
        if name.removeprefix("file_") not in typed
    ]
    return Request(
        path,
        303,
        "POST",
        {
            "Cookie": _header(cookies),
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Referer": f"http://127.0.0.1:{port}{path}",
        },
        _multipart(fields, dict.fromkeys(files[:1], content)),
    )


def _multipart(fields: dict[str, str], files: dict[str, bytes]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in fields.items()
    ]
    for name, content in files.items():
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}";'
            ' filename="resume.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
        )
        parts.append(head.encode() + content + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
