"""A child: do one task on one document, and answer with a JSON object on a line of its own.

It is either a script of its own, with the request as its only argument, or a fork of the
zygote; both read the document from standard input and answer on what was standard output.
Our modules are imported before the walls go up (the folder that holds them also holds what
must not be read), a script's libraries after, and the document last.

Answers `{"result": …}`, `{"refused": reason, "note": …}` for a document that is not taken,
`{"failed": words}` when reading it broke, `{"unusable": words}` when the fault is ours. A task
that yields its result in parts has each of them answered as soon as it is there: whatever
comes over the child later, what was said stays said.
"""

import json
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

NICENESS = 5
"""Children come after the pages: whoever waits for a page waits for no document.

Not after everything else, as long as they are quick, since somebody waits for them as well.
"""


def main() -> None:
    """Answer the request on the command line, and end."""
    request: dict[str, Any] = json.loads(sys.argv[1])
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    sys.path[:0] = request["paths"]
    live(request)


def live(request: dict[str, Any]) -> None:
    """Answer a request on standard output, and end the process."""
    answers = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)  # a library that prints must not garble the answer
    os.close(silence)
    for answer in _answers(request):
        answers.write(json.dumps(answer).encode("ascii") + b"\n")
        answers.flush()
    # Nothing is left to tidy, and the threads of a library may hold up an orderly end.
    os._exit(0)


def _answers(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    try:
        from tracker.documents.confined import walls  # needs the paths
        from tracker.documents.confined.refusals import RefusedError
        from tracker.documents.rules import Limits

        module, _, name = request["task"].partition(":")
        task = getattr(import_module(module), name)
        limits = Limits(**request["limits"])
        if limits.behind:
            walls.stand_behind()
        standing = walls.raise_walls(
            parent=request["parent"],
            memory=limits.memory,
            data=limits.data,
            cpu_seconds=limits.cpu_seconds,
            file_size=limits.file_size,
            readable=request["readable"],
            writable=request["writable"],
        )
    except Exception as error:
        yield {"unusable": repr(error)}
        return
    try:
        data = os.fdopen(0, "rb", closefd=False).read(limits.max_bytes + 1)
        result = task(data, limits, standing, **request["options"])
        for part in result if isinstance(result, Iterator) else [result]:
            yield {"result": part}
    except RefusedError as refusal:
        yield {"refused": refusal.reason, "note": refusal.note}
    except (MemoryError, RecursionError) as error:
        yield {"refused": "too_complex", "note": repr(error)[:200]}
    except ImportError as error:
        yield {"unusable": repr(error)}
    except Exception as error:
        yield {"failed": repr(error)[:500]}


if __name__ == "__main__":
    main()
