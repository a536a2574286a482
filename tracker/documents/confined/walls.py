"""The walls that a child puts around itself before it reads a byte of a document.

What holds where:

- **Linux**, where the kernel and its host allow it: address space, data, processor time, size of
  written files and number of open files are limited; no set-user-id program gives rights
  back; the child dies with its parent; it has a network of its own with nothing in it
  (user and network namespace); system calls that open sockets, start programs or make
  processes fail (seccomp, x86-64 and ARM64); of the file system it can read the libraries
  and write its own folder, nothing else (Landlock, Linux 5.13 and later).
  Many containers forbid namespaces; seccomp and Landlock need no rights and hold there.
- **macOS and other Unix**: processor time, written files and open files are limited (macOS
  does not honour the limit on address space); no network or file system wall.
- **Windows**: none of these. The parent's wall-clock limit and the clean environment remain.

`raise_walls` returns the names of the walls that stand, so that a health page can show them.
"""

import ctypes
import os
import platform
import signal
import struct
import sys
import time
from contextlib import suppress
from typing import Any

CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
CLONE_THREAD = 0x00010000
EPERM, ENOSYS = 1, 38
SHARE = "/proc/self/autogroup"
BEHIND = 10

LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
LANDLOCK_READ = 1 << 2 | 1 << 3
LANDLOCK_READ_FILE = 1 << 2
LANDLOCK_WRITE = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 5 | 1 << 8
LANDLOCK_TRUNCATE = 1 << 14

ARCHITECTURES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            "socket": 41, "connect": 42, "fork": 57, "vfork": 58, "execve": 59, "kill": 62,
            "ptrace": 101, "mount": 165, "add_key": 248, "request_key": 249, "keyctl": 250,
            "unshare": 272, "perf_event_open": 298, "setns": 308, "process_vm_readv": 310,
            "process_vm_writev": 311, "bpf": 321, "execveat": 322, "userfaultfd": 323,
            "io_uring_setup": 425, "clone": 56, "clone3": 435,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "mount": 40, "unshare": 97, "ptrace": 117, "kill": 129, "socket": 198,
            "connect": 203, "add_key": 217, "request_key": 218, "keyctl": 219, "execve": 221,
            "perf_event_open": 241, "setns": 268, "process_vm_readv": 270,
            "process_vm_writev": 271, "bpf": 280, "execveat": 281, "userfaultfd": 282,
            "io_uring_setup": 425, "clone": 220, "clone3": 435,
        },
    ),
}  # fmt: skip


def stand_behind() -> None:
    """Come after everything else on the machine, with about a tenth of what others get.

    Linux gives each session its share of the processors, and niceness counts within it only:
    so this takes a session of its own, and asks for a small share.
    """
    if not hasattr(os, "setsid"):
        return
    with suppress(OSError):
        os.nice(BEHIND)
        os.setsid()
    for _ in range(5):
        if not os.path.exists(SHARE):
            return
        with suppress(OSError), open(SHARE, "w") as share:
            share.write(str(BEHIND))
            share.flush()
            return
        time.sleep(0.1)  # it may be asked for ten times a second by all together


def raise_walls(
    *,
    parent: int,
    memory: int,
    data: int,
    cpu_seconds: int,
    file_size: int,
    readable: list[str],
    writable: str | None,
) -> list[str]:
    """Put up every wall that this system has; return their names.

    `readable` are folders and files the child may read, `writable` the one folder it may
    write (None: nowhere). Never raises for a wall that cannot be had.
    """
    walls = _limit_resources(memory, data, cpu_seconds, file_size)
    if not sys.platform.startswith("linux"):
        return walls
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0:
        walls.append("dies_with_parent")
        if os.getppid() != parent:  # it was gone before we asked to be told
            os._exit(1)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    # A child that runs as root has no need of a user namespace to leave the network, but
    # inside one it loses its power over other people's files, which is better still.
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) == 0:
        walls.append("no_network")
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        walls.append("no_new_privileges")
        if _fence_files(libc, readable, writable):
            walls.append("fenced_files")
        if _refuse_calls(libc):
            walls.append("refused_calls")
    return walls


def _limit_resources(memory: int, data: int, cpu_seconds: int, file_size: int) -> list[str]:
    try:
        import resource  # not on Windows
    except ImportError:
        return []
    walls = []
    wanted = {
        "memory": (resource.RLIMIT_AS, memory),
        "data": (resource.RLIMIT_DATA, data),
        "cpu": (resource.RLIMIT_CPU, cpu_seconds),
        "file_size": (resource.RLIMIT_FSIZE, file_size),
        "open_files": (resource.RLIMIT_NOFILE, 64),
        "core": (resource.RLIMIT_CORE, 0),
    }
    for name, (which, amount) in wanted.items():
        _soft, hard = resource.getrlimit(which)
        most = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        try:
            resource.setrlimit(which, (most, most))
        except (OSError, ValueError):
            continue
        walls.append(name)
    return walls


def _fence_files(libc: Any, readable: list[str], writable: str | None) -> bool:
    """Leave of the file system what is named, by Landlock; TCP is closed with it (ABI 4)."""
    abi = libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if abi < 1:
        return False
    handled = (1 << 13) - 1
    handled |= (1 << 13 if abi >= 2 else 0) | (1 << 14 if abi >= 3 else 0)
    handled |= 1 << 15 if abi >= 5 else 0
    network, scoped = 0b11 if abi >= 4 else 0, 0b11 if abi >= 6 else 0
    rules = struct.pack("QQQ", handled, network, scoped)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = libc.syscall(LANDLOCK_CREATE, rules, ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    for path in readable:
        _allow(libc, ruleset, path, LANDLOCK_READ & handled)
    if writable is not None:
        _allow(libc, ruleset, writable, (LANDLOCK_WRITE | LANDLOCK_TRUNCATE) & handled)
    held = bool(libc.syscall(LANDLOCK_RESTRICT, ruleset, 0) == 0)
    os.close(ruleset)
    return held


def _allow(libc: Any, ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= LANDLOCK_READ_FILE
        rule = struct.pack("=Qi", rights, place)
        libc.syscall(LANDLOCK_ADD, ruleset, 1, rule, 0)
    finally:
        os.close(place)


def _refuse_calls(libc: Any) -> bool:
    """Make calls that open sockets, start programs or make processes fail with EPERM.

    Threads stay possible. `clone3` hides its flags behind a pointer, so it is answered with
    ENOSYS, upon which the C library uses `clone`, whose flags can be read.
    """
    found = ARCHITECTURES.get(platform.machine())
    if found is None or sys.maxsize < 2**32:
        return False
    audit, numbers = found
    refused = [number for name, number in numbers.items() if not name.startswith("clone")]
    load, equal, above, test, ret = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, deny, absent, kill = 0x7FFF0000, 0x50000 | EPERM, 0x50000 | ENOSYS, 0x80000000
    program: list[tuple[int, int, int, int]] = [
        (load, 0, 0, 4), (equal, 1, 0, audit), (ret, 0, 0, kill), (load, 0, 0, 0),
        (above, 0, 1, 0x40000000), (ret, 0, 0, deny),
        (equal, 0, 1, numbers["clone3"]), (ret, 0, 0, absent),
        (equal, 0, 4, numbers["clone"]), (load, 0, 0, 16), (test, 1, 0, CLONE_THREAD),
        (ret, 0, 0, deny), (ret, 0, 0, allow),
    ]  # fmt: skip
    for number in refused:
        program += [(equal, 0, 1, number), (ret, 0, 0, deny)]
    program.append((ret, 0, 0, allow))
    code = b"".join(struct.pack("HBBI", *step) for step in program)
    steps = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("HxxxxxxP", len(program), ctypes.addressof(steps))
    return bool(libc.prctl(PR_SET_SECCOMP, 2, head, 0, 0) == 0)
