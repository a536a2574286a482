"""A real IMAP server: Dovecot, as a process of the test's own, on ports that the system chooses.

- `imap_server`: the run's Dovecot, with TLS by the test's authority. It lets anybody in with the
  password `s3cret/@:`, or with a token that `imap_server.token()` signs; see `ImapServer`.
- `mailbox`: an empty mailbox of this test's own on it; see `TestMailbox`.

Dovecot wants to be started by root, or by a user whose own account then runs all of it; the
configuration says which, so both may run the tests.
"""

import base64
import hashlib
import hmac
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from imapclient import IMAPClient

from tests.plugins.places import at_end_of_run, build_once, shared_folder
from tests.plugins.servers import free_port
from tests.plugins.tokens import authority
from tracker.bootstrap import dovecot

PASSWORD = "s3cret/@:"
TOKEN_KEY = b"a key that signs tokens in tests"
PATIENCE_S = 30.0
PID = "dovecot.pid"


@dataclass
class ImapServer:
    """Dovecot in a folder of its own."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def ports(self) -> dict[str, int]:
        """Its ports: `imap` (where STARTTLS is offered) and `imaps`."""
        found: dict[str, int] = json.loads((self.folder / "ports.json").read_text())
        return found

    @property
    def certificate(self) -> Path:
        """The authority that vouches for it, as SSL_CERT_FILE wants it."""
        return self.folder / "certificates" / "ca.pem"

    def url(self, user: str, *, scheme: str = "imaps", password: str = PASSWORD) -> str:
        """What INTAKE_URL says for one user."""
        port = self.ports["imaps" if scheme == "imaps" else "imap"]
        secret = f":{quote(password, safe='')}" if password else ""
        return f"{scheme}://{quote(user, safe='')}{secret}@localhost:{port}/INBOX"

    def token(self, user: str, *, seconds: int = 600) -> str:
        """An access token for a user, signed as an authority of tokens would (RFC 7519)."""
        head = {"alg": "HS256", "typ": "JWT", "kid": "default"}
        now = int(time.time())
        claims = {"sub": user, "iat": now - 900, "exp": now + seconds}
        parts = [_base64(json.dumps(each).encode()) for each in (head, claims)]
        signed = hmac.new(TOKEN_KEY, ".".join(parts).encode(), hashlib.sha256).digest()
        return ".".join([*parts, _base64(signed)])

    def start(self) -> None:
        """Start it; returns when it answers."""
        program = dovecot()
        assert program is not None, "no dovecot found; python -m tracker test says how to get one"
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [program, "-F", "-c", str(self._settings())],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            ended = self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise AssertionError(f"dovecot did not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.ports["imap"]), timeout=5) as opened:
                return opened.recv(4) == b"* OK"
        except OSError:
            return False

    def _settings(self) -> Path:
        (self.folder / "ports.json").write_text(
            json.dumps({"imap": free_port(), "imaps": free_port()})
        )
        known = build_once("certificates", authority)
        shutil.copytree(known, self.folder / "certificates")
        for name in ("run", "state", "mail", "keys/default/HS256"):
            (self.folder / name).mkdir(parents=True)
        key = self.folder / "keys" / "default" / "HS256" / "default"
        key.write_text(base64.b64encode(TOKEN_KEY).decode())
        (self.folder / "oauth2.conf").write_text(
            f"local_validation_key_dict = fs:posix:prefix={self.folder}/keys/\n"
            "introspection_mode = local\nusername_attribute = sub\n"
        )
        settings = self.folder / "dovecot.conf"
        settings.write_text(self._configuration())
        for each in (self.folder, *self.folder.rglob("*")):
            each.chmod(0o755 if each.is_dir() else 0o644)
        (self.folder / "mail").chmod(0o777)
        return settings

    def _configuration(self) -> str:
        me = pwd.getpwuid(os.geteuid()).pw_name
        is_root = os.geteuid() == 0
        worker = "nobody" if is_root else me
        account = pwd.getpwnam(worker)
        certificates = self.folder / "certificates"
        # Whoever is not root can neither become somebody else nor lock a process away.
        users = "" if is_root else f"default_internal_user = {me}\ndefault_login_user = {me}\n"
        chroot = "" if is_root else "  chroot =\n"
        return f"""\
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/log
{users}protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificates}/server.pem
ssl_key = <{certificates}/server.key
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
mail_location = maildir:{self.folder}/mail/%u
mail_max_userip_connections = 50
first_valid_uid = 1
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {self.folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={account.pw_uid} gid={account.pw_gid} home={self.folder}/mail/%u allow_all_users=yes
}}
service imap-login {{
{chroot}  inet_listener imap {{
    port = {self.ports["imap"]}
  }}
  inet_listener imaps {{
    port = {self.ports["imaps"]}
  }}
}}
service anvil {{
{chroot}  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
{chroot}}}
"""


@dataclass(frozen=True)
class TestMailbox:
    """A mailbox of one user."""

    __test__ = False  # pytest would take it for tests

    server: ImapServer
    user: str

    @property
    def url(self) -> str:
        """What INTAKE_URL says."""
        return self.server.url(self.user)

    def opened(self, folder: str = "INBOX") -> Any:
        """A client of the test's own, with a folder open."""
        context = ssl.create_default_context(cafile=str(self.server.certificate))
        client = IMAPClient("localhost", self.server.ports["imaps"], ssl_context=context)
        client.login(self.user, PASSWORD)
        client.select_folder(folder)
        return client

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        """Let mail arrive."""
        with self.opened(folder) as client:
            for mail in mails:
                client.append(folder, mail)

    def uids(self, folder: str = "INBOX", criteria: str = "ALL") -> list[int]:
        """The numbers of the messages in a folder."""
        with self.opened(folder) as client:
            return list(client.search(criteria))

    def count_anew(self) -> None:
        """Have the server number its messages anew, as after a restore of its own."""
        for each in (self.server.folder / "mail" / self.user).glob("dovecot*"):
            each.unlink()


@pytest.fixture(scope="session")
def imap_server() -> ImapServer:
    """The run's Dovecot."""
    return ImapServer(build_once("dovecot", _start_shared).resolve())


@pytest.fixture
def mailbox(imap_server: ImapServer, monkeypatch: pytest.MonkeyPatch) -> TestMailbox:
    """An empty mailbox, on a machine that trusts the server's authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(imap_server.certificate))
    return TestMailbox(imap_server, f"jobs-{secrets.token_hex(4)}")


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _start_shared(draft: Path) -> None:
    """Start the run's server: its folder gets its name only when it answers."""
    folder = draft.with_name("dovecot.home")
    folder.mkdir(exist_ok=True)
    shared_folder().chmod(0o711)  # the server's own users have to come by
    made = ImapServer(folder)
    made.start()
    assert made.process is not None
    (shared_folder() / PID).write_text(str(made.process.pid))
    made.process.returncode = 0  # it outlives this process, and is not its to wait for
    draft.symlink_to(folder, target_is_directory=True)


def _stop_shared() -> None:
    with suppress(FileNotFoundError, ProcessLookupError):
        pid = int((shared_folder() / PID).read_text())
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            os.kill(pid, 0)
            time.sleep(0.05)
    shutil.rmtree(shared_folder() / "dovecot.home", ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    """See that the server ends with the run."""
    at_end_of_run(_stop_shared)
