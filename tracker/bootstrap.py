"""Set Tracker up on a machine that has nothing but Python, and start what was asked for.

Standard library only: this runs before anything is installed. The environment is `.venv`
beside the package, filled from `uv.lock`; a stamp in it makes every later start quick.
"""

import compileall
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "tracker-stamp.json"
# What decides which packages are installed; a change in any of them sets up again.
SOURCES = ("uv.lock", "setup.cfg", "pyproject.toml")
UV_VERSION = "0.13.9"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
USAGE = """usage: python -m tracker COMMAND

  setup   create the environment in .venv
  run     set up, then serve on HOST:PORT (127.0.0.1:8000 if unset)
  test    set up, then run all tests (what follows goes to pytest)
  lint    set up, then check style, types, templates and import contracts
  bench   set up, then measure the server
  soak       set up, then kill, crowd and crash it hundreds of times; about an hour
  translate  set up, then bring the catalogues of translations up to date"""


class SetupError(Exception):
    """Something this machine lacks; the message is the one line to show."""


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    commands = {
        "setup": setup,
        "run": run,
        "test": test,
        "lint": lint,
        "bench": bench,
        "soak": soak,
        "translate": translate,
    }
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if arguments else 2
    name, *rest = arguments
    if name not in commands:
        print(f"Unknown command: {name}\n\n{USAGE}", file=sys.stderr)
        return 2
    try:
        return commands[name](rest)
    except SetupError as error:
        print(f"Tracker cannot start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def setup(_arguments: Sequence[str]) -> int:
    """Create or bring up to date the environment with everything to run and to develop."""
    prepare(development=True)
    print("Ready: make run starts Tracker, make test runs its tests.")
    return 0


def run(arguments: Sequence[str]) -> int:
    """Serve, with the steps of a first start."""
    prepare(development=False)
    return replace(["-m", "flask", "--app", "wsgi", "serve", "--prepare", *arguments])


def test(arguments: Sequence[str]) -> int:
    """Run every test; what follows on the command line goes to pytest."""
    prepare(development=True)
    require_programs()
    return replace(["-m", "pytest", *(arguments or ["-n", "auto"])])


def lint(_arguments: Sequence[str]) -> int:
    """Check style, types, templates and import contracts; say every failure, not the first."""
    prepare(development=True)
    checks = {
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "mypy": ["mypy"],
        "djlint": ["djlint", "templates", "--check", "--lint", "--quiet"],
        "import contracts": ["lint-imports"],
    }
    failed = []
    for name, (program, *rest) in checks.items():
        print(f"== {name}", flush=True)
        if subprocess.run([executable(program), *rest], cwd=ROOT).returncode:
            failed.append(name)
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: all clean")
    return 1 if failed else 0


def bench(arguments: Sequence[str]) -> int:
    """Measure the server as `run` starts it."""
    prepare(development=True)
    return replace(["-m", "bench", *arguments])


def soak(arguments: Sequence[str]) -> int:
    """Do many times what the tests do a few times; what follows goes to pytest."""
    prepare(development=True)
    require_programs()
    os.environ["SOAK"] = "1"
    return replace(["-m", "pytest", "-m", "soak", *(arguments or ["-v"])])


def translate(arguments: Sequence[str]) -> int:
    """Gather what candidates read, keep its translations, and say what lacks one."""
    prepare(development=True)
    return replace(["-m", "flask", "--app", "wsgi", "translate", *arguments])


def executable(name: str) -> str:
    """The path of a program in the environment."""
    windows = os.name == "nt"
    folder = ENVIRONMENT / ("Scripts" if windows else "bin")
    return str(folder / (f"{name}.exe" if windows else name))


def replace(arguments: Sequence[str]) -> int:
    """Become the environment's Python with these arguments (on Windows: wait for it)."""
    os.chdir(ROOT)
    command = [executable("python"), *arguments]
    if os.name != "nt":
        sys.stdout.flush()
        os.execv(command[0], command)
    child = subprocess.Popen(command)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            # The console sent Ctrl-C to the child as well; it is stopping.
            continue


def prepare(*, development: bool) -> None:
    """Make `.venv` hold what the lock says; nothing to do when its stamp agrees."""
    wanted = fingerprint()
    stamp = read_stamp()
    if stamp.get("sources") == wanted and (stamp.get("development") or not development):
        compile_package()
        return
    print("Setting up Tracker in .venv; the first time takes a minute or two.", flush=True)
    create_environment()
    install_uv()
    # Development tools that are already there stay: --inexact removes nothing.
    command = [executable("uv"), "sync", "--frozen", "--inexact"]
    keep = development or bool(stamp.get("development"))
    if keep:
        command += ["--extra", "dev"]
    command += ["--python", executable("python")]
    if not sys.stderr.isatty():
        command += ["--quiet"]
    if subprocess.run(command, cwd=ROOT, env=environment()).returncode:
        raise SetupError("the packages could not be installed; uv's own words are above.")
    STAMP.write_text(json.dumps({"sources": wanted, "development": keep}), encoding="utf-8")
    compile_package()


def compile_package() -> None:
    """Compile what changed since the last start; Python may have been told not to keep it."""
    compileall.compile_dir(str(ROOT / "tracker"), quiet=2)


def fingerprint() -> str:
    """One hash over all that decides what is installed, this Python included."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update((ROOT / name).read_bytes())
    digest.update(f"{UV_VERSION} {ROOT}".encode())
    return digest.hexdigest()


def read_stamp() -> dict[str, object]:
    """What the environment was last set up with; empty when it never was, or is broken."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    # A copied tree or an upgraded Python leaves a stamp and no interpreter behind it.
    if not isinstance(stamp, dict) or not Path(executable("python")).exists():
        return {}
    return stamp


def environment() -> Mapping[str, str]:
    """The variables uv runs with: this environment and this Python, nobody else's."""
    variables = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    variables |= {
        "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT),
        "UV_PYTHON_DOWNLOADS": "never",
        # A start is much quicker when nothing is left to compile.
        "UV_COMPILE_BYTECODE": "1",
        "UV_NO_PROGRESS": "" if sys.stderr.isatty() else "1",
    }
    return {key: value for key, value in variables.items() if value}


def create_environment() -> None:
    """Create `.venv` unless a working one stands."""
    if Path(executable("python")).exists():
        return
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise SetupError(
            "this Python has no venv module. On Debian and Ubuntu: apt install python3-venv"
        )
    result = quietly([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
    if result.returncode:
        raise SetupError(f"creating {ENVIRONMENT} failed: {last_line(result)}")


def install_uv() -> None:
    """Put the pinned uv into the environment with pip."""
    if Path(executable("uv")).exists():
        found = quietly([executable("uv"), "--version"]).stdout.split()
        if found[1:2] == [UV_VERSION]:
            return
    pip = [executable("python"), "-m", "pip", "--disable-pip-version-check"]
    result = quietly([*pip, "install", "--quiet", f"uv=={UV_VERSION}"])
    if result.returncode:
        raise SetupError(
            f"uv {UV_VERSION} could not be downloaded; is this machine online? "
            f"({last_line(result)})"
        )


def quietly(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command and keep what it says."""
    return subprocess.run(command, capture_output=True, text=True)


def last_line(result: subprocess.CompletedProcess[str]) -> str:
    """The last thing a command said, on one line."""
    lines = (result.stderr or result.stdout).strip().splitlines()
    return lines[-1].strip() if lines else f"exit code {result.returncode}"


def require_programs() -> None:
    """Find what the tests need besides Python: a browser, a virus scanner, an IMAP server, strace.

    Installs Debian's packages when root; else raises `SetupError` with how to get them.
    """
    if not missing_programs():
        return
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        packages = missing_programs()
        print(f"Installing {' and '.join(packages)} for the tests.", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        # Without a font a browser draws boxes, and no test of a page would mean anything.
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        for command in (["apt-get", "update", "-qq"], [*install, *packages, "fonts-dejavu-core"]):
            result = subprocess.run(command, env=quiet, capture_output=True, text=True)
        if not missing_programs():
            return
        raise SetupError(f"{' and '.join(packages)} could not be installed: {last_line(result)}")
    raise SetupError(
        f"the tests need {' and '.join(missing_programs())}. On Debian and Ubuntu: sudo apt"
        f" install {' '.join(missing_programs())}; elsewhere install ClamAV,"
        " Dovecot, and Chrome with CHROMIUM set to its path."
    )


def missing_programs() -> list[str]:
    """Debian's names of what the tests need and this machine lacks."""
    missing = [] if chromium() else ["chromium"]
    if sys.platform == "linux" and not shutil.which("strace"):
        missing.append("strace")
    if os.name == "posix" and not clamd():
        missing.append("clamav-daemon")
    if os.name == "posix" and not dovecot():
        missing.append("dovecot-imapd")
    return missing


def clamd() -> str | None:
    """The virus scanner that the tests start, where system programs are on the path or not."""
    return shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")


def dovecot() -> str | None:
    """The IMAP server that the tests start, where system programs are on the path or not."""
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")


def chromium() -> str | None:
    """The browser that the tests drive: CHROMIUM if set, else the first one found."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
