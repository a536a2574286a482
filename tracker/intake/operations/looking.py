"""Look at the files of a mail as at uploads, while no lock is held. Touches no row."""

import hashlib
from dataclasses import replace
from pathlib import Path

from tracker.documents import inspection
from tracker.documents import operations as documents
from tracker.documents.rules import (
    DEFAULT_LIMITS,
    MAX_PHOTOGRAPHS,
    REFUSALS,
    Limits,
    Reason,
    refusal_values,
)
from tracker.intake import limits
from tracker.intake.findings import MOST_INSPECTED, Found, FoundFile
from tracker.intake.guessing import kind_of
from tracker.intake.operations.deciding import files_of, is_sealed
from tracker.intake.operations.decisions import Decision, Earlier
from tracker.intake.operations.opened import Opened, Taken
from tracker.intake.operations.settling import with_letter
from tracker.intake.rules import (
    DECORATION,
    ELSEWHERE,
    SEALED,
    SIGNATURE,
    Verdict,
    is_own_application,
)
from tracker.postings.rules import DocumentKind

BEYOND = f"More than {MOST_INSPECTED} files came; this one was not looked at."


def look(found: Found, folder: Path, decision: Decision) -> tuple[Opened, Decision]:
    """Look at a mail's files, and see by them where it belongs whose sender has applied already.

    Touches no database; no lock may be held.
    """
    earlier = decision.earlier
    if earlier is not None:
        further = replace(
            decision,
            verdict=Verdict.REPLY,
            application_id=earlier.id,
            posting_id=None,
            earlier=None,
        )
        opened = look_at_files(found, folder, further)
        brought = _brought(opened, decision)
        if not is_own_application(brought, earlier.lacking):
            why = _why_further(brought, earlier, is_passed_on=decision.forwarded_by_id is not None)
            return opened, replace(further, why=why)
    return look_at_files(found, folder, decision), decision


def _why_further(brought: set[DocumentKind], earlier: Earlier, *, is_passed_on: bool) -> str:
    which = "the resume that was still to come" if DocumentKind.RESUME in brought else "no resume"
    came = "A colleague passed it on; it" if is_passed_on else "It"
    return (
        f"{came} comes from an address that has applied for this posting, and brings"
        f" {which}: it goes to application {earlier.number}."
    )


def _brought(opened: Opened, decision: Decision) -> set[DocumentKind]:
    """What the files of a mail are recognised as, those too that could not be taken."""
    wanted = {each.rank for each in files_of(opened.found, decision.within)}
    kinds = {
        kind_of(each.file.name, each.text) for each in opened.taken if each.file.rank in wanted
    }
    return {each for each in kinds if each is not None}


def look_at_files(found: Found, folder: Path, decision: Decision) -> Opened:
    """Look at a mail's files as at uploads; those of an application are stored.

    Touches no database; no lock may be held.
    """
    wanted = {each.rank for each in files_of(found, decision.within)}
    storing = decision.verdict is Verdict.APPLICATION
    taken: list[Taken] = []
    photographs: list[tuple[int, FoundFile, Path]] = []
    looked_at = 0
    keys: list[str] = []
    try:
        for each in found.files:
            path = _to_look_at(each, folder, each.rank in wanted, looked_at)
            if isinstance(path, Taken):
                taken.append(path)
                continue
            looked_at += 1
            with path.open("rb") as stream:
                is_photograph = documents.is_photograph(stream)
            if is_photograph and storing:
                photographs.append((len(taken), each, path))
                taken.append(Taken(each, each.sha256))
                continue
            taken.append(_look(each, path, _seen(each, found), storing=storing))
            keys += taken[-1].received.keys if taken[-1].received is not None else []
        _bind(photographs, taken)
        opened = Opened(found, taken)
        return with_letter(opened, decision) if storing else opened
    except BaseException:
        documents.forget_files(keys)
        raise


def _to_look_at(file: FoundFile, folder: Path, is_wanted: bool, looked_at: int) -> Path | Taken:
    """Return where a file lies that is to be looked at; else what is to be said of it unseen."""
    why = _why_not(file, is_wanted)
    if not why and looked_at >= MOST_INSPECTED and file.stored:
        why = BEYOND
    if why:
        return Taken(file, file.sha256, reason=why)
    if file.stored is None:
        return _refused(file, file.sha256, Reason.TOO_LARGE)
    path = folder / file.stored
    if _digest(path) != file.sha256:  # whoever looked into it before has changed it
        return _refused(file, file.sha256, Reason.DAMAGED)
    return path


def _why_not(file: FoundFile, is_wanted: bool) -> str:
    if file.signature:
        return SIGNATURE
    if file.decoration:
        return DECORATION
    if is_sealed(file):
        return SEALED
    return "" if is_wanted else ELSEWHERE


def _seen(file: FoundFile, found: Found) -> inspection.Examination | None:
    """Take what was seen in a file as the mail was opened; None where it was not looked into."""
    if file.rank not in found.seen:
        return None
    try:
        return inspection.believe(found.seen[file.rank], file_name=file.name, limits=_limits())
    except inspection.UnbelievableError:
        return None


def _look(
    file: FoundFile, path: Path, seen: inspection.Examination | None, *, storing: bool
) -> Taken:
    """Look at a file as at an upload, but for what was `seen` in it already."""
    limit = limits.largest_file()
    try:
        if not storing:
            seen = seen or inspection.examine(path, file_name=file.name, limits=_limits())
            if seen.inspection.reason is not None:
                return _refused(file, file.sha256, seen.inspection.reason)
            return Taken(file, file.sha256, text=seen.text)
        with path.open("rb") as stream:
            if seen is not None:
                received = documents.receive_seen(stream, file.name, seen, limit=limit)
            else:
                received = documents.receive(stream, file.name, limit=limit)
    except documents.RefusedError as error:
        return _refused(file, file.sha256, error.code)
    return Taken(file, received.sha256, received)


def _bind(photographs: list[tuple[int, FoundFile, Path]], taken: list[Taken]) -> None:
    """Make one document of all photographs, as the form does; else say why not."""
    if not photographs:
        return
    streams = [(path.open("rb"), file.name) for _, file, path in photographs]
    try:
        received = documents.receive_photographs(
            (), streams[:MAX_PHOTOGRAPHS], limit=limits.largest_file()
        )
    except documents.RefusedError as error:
        for place, file, _ in photographs:
            taken[place] = _refused(file, taken[place].sha256, error.code)
        return
    finally:
        for stream, _ in streams:
            stream.close()
    for number, (place, file, _) in enumerate(photographs):
        if number < MAX_PHOTOGRAPHS:
            taken[place] = Taken(file, taken[place].sha256, received)
        else:
            taken[place] = _refused(file, taken[place].sha256, Reason.TOO_MANY_PHOTOGRAPHS)


def _refused(file: FoundFile, sha256: str, reason: Reason) -> Taken:
    values = refusal_values(_limits())
    return Taken(file, sha256, reason=REFUSALS[reason] % values, told=(REFUSALS[reason], values))


def _limits() -> Limits:
    return replace(DEFAULT_LIMITS, max_bytes=limits.largest_file())


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file that a child has written; '' for what is no file at all."""
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
