"""Names of processes, by which another one on the same machine can tell that one has died."""

import os
import secrets
import socket
from contextlib import suppress

_WINDOWS = os.name == "nt"


def own_name() -> str:
    """Make a name that nobody else has: machine, namespace of process numbers, number, random.

    The namespace is part of it, since two containers may share a host's name and each count
    its processes from one.
    """
    return f"{_place()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_gone(name: str) -> bool:
    """Tell whether a named process of this very machine has ended for sure.

    False for one of another machine, and where this system cannot tell (Windows). A number
    that another process was given meanwhile counts as alive: that costs patience, no more.
    """
    place, _, rest = name.rpartition(":")[0].rpartition(":")
    if _WINDOWS or place != _place() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _place() -> str:
    namespace = ""
    with suppress(OSError):  # not Linux
        namespace = os.readlink("/proc/self/ns/pid")
    return f"{socket.gethostname()}/{namespace}"
