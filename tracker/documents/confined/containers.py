"""Look into a zip container, part by part and within limits, before anything reads it."""

import io
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from pyexpat import ExpatError, ParserCreate, XMLParserType
from typing import IO

from tracker.documents.confined.refusals import RefusedError
from tracker.documents.rules import MEGABYTE, Limits, Note, Reason

WORD_MAIN = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
)
ODT_TYPE = b"application/vnd.oasis.opendocument.text"
NESTED = (b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
CHUNK = 1 << 16
DEEPEST_LIST = 16
"""Of content types and relationships, whose elements stand side by side."""

BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError)
"""What zipfile raises on broken archives, seen on a hundred thousand of them."""

FIELD = re.compile(
    rb"<(?:\w+:)?(?:instrText\b[^>]*>|fldSimple\b[^>]*instr=[\"'])\s*"
    rb"(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE)\b[^<]{0,400}"
)
REMOTE = re.compile(rb"(?:https?|ftp|smb)://|\\\\")
INNER_KINDS = {"aFChunk", "oleObject", "package", "control"}
OPEN_DOCUMENT_ORDERS = (
    (Note.SCRIPT, re.compile(rb"<script:event-listener\b|<presentation:event-listener\b")),
    (Note.LAUNCH, re.compile(rb"<office:dde-source\b|<text:dde-connection\b")),
    (Note.SENDS, re.compile(rb"<form:form\b[^>]{0,2000}xlink:href=.(?:https?|mailto|ftp):")),
    (
        Note.FETCHES,
        re.compile(
            rb"<(?:draw:(?:image|object|object-ole|plugin|applet|floating-frame)"
            rb"|text:section-source|table:table-source)\b"
            rb"[^>]{0,2000}xlink:href=.(?:https?:|ftp:|smb:|file:|//)"
        ),
    ),
)
RELATIONSHIP = "http://schemas.openxmlformats.org/package/2006/relationships Relationship"
TYPE_TAG = "http://schemas.openxmlformats.org/package/2006/content-types Override"


@dataclass
class Container:
    """A container that passed: its kind, its parts' bytes on demand, what staff should know."""

    bag: zipfile.ZipFile
    kind: str = ""
    notes: list[Note] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def read(self, name: str) -> bytes | None:
        """Return a part's bytes, None when there is no such part."""
        return self.bag.read(name) if name in self.names else None


def open_container(data: bytes, limits: Limits) -> Container:
    """Check the directory, unpack every part within limits, tell the kind, look for dangers."""
    try:
        bag = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN as error:
        raise RefusedError(Reason.DAMAGED) from error
    container = Container(bag, names=set(bag.namelist()))
    _check_directory(bag, len(data), limits)
    container.kind = _tell_kind(container)
    _check_members(container, limits)
    if container.kind == "docx":
        _check_word(container)
    else:
        _check_open_document(container)
    return container


def _check_directory(bag: zipfile.ZipFile, size: int, limits: Limits) -> None:
    members = bag.infolist()
    names = [info.filename for info in members]
    if len(members) > limits.max_members:
        raise RefusedError(Reason.BOMB, f"The container has {len(members)} parts.")
    if sum(info.file_size for info in members) > limits.max_unpacked:
        raise RefusedError(Reason.BOMB, "The container unpacks to too many bytes.")
    if sum(info.compress_size for info in members) > size:
        raise RefusedError(Reason.BOMB, "Parts of the container overlap.")
    if len({name.lower() for name in names}) != len(names):
        raise RefusedError(Reason.DAMAGED, "Two parts of the container have one name.")
    for info in members:
        _check_entry(info, limits)


def _check_entry(info: zipfile.ZipInfo, limits: Limits) -> None:
    name = info.orig_filename
    path = re.split(r"[/\\]", name)
    if "\0" in name or ".." in path or path[0] == "" or path[0].endswith(":"):
        raise RefusedError(Reason.DAMAGED, "A part's name points outside the container.")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise RefusedError(Reason.DAMAGED, "A part is a symbolic link.")
    if info.flag_bits & 0x1:
        raise RefusedError(Reason.ENCRYPTED)
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise RefusedError(Reason.DAMAGED, "A part is packed in a way no document is.")
    grown = info.file_size > MEGABYTE and info.file_size > limits.max_ratio * info.compress_size
    if grown:
        raise RefusedError(Reason.BOMB, "A part grows too much when it is unpacked.")
    if _is_xml(info.filename) and info.file_size > limits.max_xml:
        raise RefusedError(Reason.TOO_COMPLEX, "A part of the text is very large.")


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".rdf"))


def _tell_kind(container: Container) -> str:
    names = container.names
    if "[Content_Types].xml" in names:
        types = _unpack(container.bag, "[Content_Types].xml")
        if (
            b"macroEnabled" in types
            or b"vbaProject" in types
            or any(n.lower().endswith("vbaproject.bin") for n in names)
        ):
            raise RefusedError(Reason.MACROS)
        main = _collect(types, TYPE_TAG)
        if any(entry.get("ContentType") in WORD_MAIN for entry in main):
            return "docx"
    elif "mimetype" in names:
        kind = _unpack(container.bag, "mimetype").strip()
        if kind in (ODT_TYPE, ODT_TYPE + b"-template"):
            return "odt"
    elif "Index/Document.iwa" in names or "Index.zip" in names:
        raise RefusedError(Reason.APPLE_PAGES)
    raise RefusedError(Reason.UNKNOWN_KIND)


def _unpack(bag: zipfile.ZipFile, name: str) -> bytes:
    try:
        with bag.open(name) as part:
            return part.read(MEGABYTE)
    except BROKEN as error:
        raise RefusedError(Reason.DAMAGED) from error


def _check_members(container: Container, limits: Limits) -> None:
    """Unpack every part: its checksum must agree, and what is XML must be plain XML."""
    encrypted = container.kind == "odt" and _is_encrypted(container)
    if encrypted:
        raise RefusedError(Reason.ENCRYPTED)
    room = limits.max_unpacked
    for info in container.bag.infolist():
        if info.is_dir():
            continue
        try:
            with container.bag.open(info) as part:
                room -= _check_part(container, info.filename, part, room, limits)
        except BROKEN as error:
            raise RefusedError(Reason.DAMAGED) from error
        except ExpatError as error:
            raise RefusedError(Reason.DAMAGED, "A part is not well-formed XML.") from error


def _is_encrypted(container: Container) -> bool:
    if "encrypted-package" in container.names:
        return True
    manifest = "META-INF/manifest.xml"
    return manifest in container.names and b"encryption-data" in _unpack(container.bag, manifest)


def _check_part(container: Container, name: str, part: IO[bytes], room: int, limits: Limits) -> int:
    """Read one part to its end and return its size; raise when it is more than `room`."""
    parser = _strict_parser(limits.max_depth) if _is_xml(name) else None
    size = 0
    while chunk := part.read(CHUNK):
        if size == 0 and chunk.startswith(NESTED):
            _note(container, Note.INSIDE)
        size += len(chunk)
        if size > room:
            raise RefusedError(Reason.BOMB, "The container unpacks to too many bytes.")
        if parser is not None:
            parser.Parse(chunk, False)
    if parser is not None and size:
        parser.Parse(b"", True)
    return size


def _strict_parser(max_depth: int) -> XMLParserType:
    """Return a parser that refuses what can fetch or multiply, and elements nested too deep.

    A document type that only names itself is harmless, and old OpenDocument manifests have
    one; nothing of it is fetched.
    """
    depth = 0

    def start(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > max_depth:
            raise RefusedError(Reason.TOO_COMPLEX, "Its parts are nested very deep.")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(_name: str, _system: object, _public: object, subset: bool) -> None:
        if subset:
            raise RefusedError(Reason.BOMB, "A part declares XML entities.")

    def entity(*_parts: object) -> None:
        raise RefusedError(Reason.BOMB, "A part declares XML entities.")

    parser = ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = entity
    parser.ExternalEntityRefHandler = None
    return parser


def _collect(data: bytes, tag: str) -> list[dict[str, str]]:
    """Return the attributes of every element of this name in some XML."""
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == tag:
            found.append(attributes)

    parser = _strict_parser(DEEPEST_LIST)
    inner = ParserCreate(namespace_separator=" ")
    inner.StartElementHandler = start
    try:
        parser.Parse(data, True)
        inner.Parse(data, True)
    except ExpatError as error:
        raise RefusedError(Reason.DAMAGED, "A part is not well-formed XML.") from error
    return found


def _check_word(container: Container) -> None:
    names = sorted(container.names)
    if any(name.startswith(("word/embeddings/", "word/activeX/")) for name in names):
        _note(container, Note.INSIDE)
    for name in names:
        if name.startswith("word/") and name.endswith(".xml"):
            _note_fields(container, container.bag.read(name))
        if not name.endswith(".rels"):
            continue
        for link in _collect(container.bag.read(name), RELATIONSHIP):
            kind = link.get("Type", "").rpartition("/")[2]
            target = link.get("Target", "").strip().lower()
            outside = link.get("TargetMode") == "External" and kind != "hyperlink"
            # A template's path on the writer's own disk is in half of all resumes.
            if kind in INNER_KINDS and not outside:
                _note(container, Note.INSIDE)
            if outside and (kind != "attachedTemplate" or _is_remote(target)):
                _note(container, Note.FETCHES)


def _note_fields(container: Container, part: bytes) -> None:
    """Note fields that start a program or fetch something when they are brought up to date."""
    for found in FIELD.finditer(part):
        if found[1].startswith(b"DDE"):
            _note(container, Note.LAUNCH)
        elif REMOTE.search(found[0]):
            _note(container, Note.FETCHES)


def _is_remote(target: str) -> bool:
    if target.startswith("file:"):
        return not re.match(r"file:(///|\\\\\\)?[a-z]:|file:///[^/]", target)
    return bool(re.match(r"[a-z][a-z0-9+.-]+:|\\\\|//", target))


def _check_open_document(container: Container) -> None:
    lists = ("script-lb.xml", "script-lc.xml")
    for name in container.names:
        if name.endswith(("/", *lists)):
            continue
        if name.startswith(("Basic/", "Scripts/")):
            raise RefusedError(Reason.MACROS)
        if name.startswith("Object "):
            _note(container, Note.INSIDE)
    for name in ("content.xml", "styles.xml"):
        part = container.read(name) or b""
        for note, pattern in OPEN_DOCUMENT_ORDERS:
            if pattern.search(part):
                _note(container, note)


def _note(container: Container, note: Note) -> None:
    if note not in container.notes:
        container.notes.append(note)
