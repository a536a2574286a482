"""Every hostile file, by the kind of harm."""

from collections.abc import Callable, Iterator

from tests.documents.corpus import Hostile, containers, markup, mutations, pdfs, pictures, texts

MAKERS: dict[str, Callable[[str], Iterator[Hostile]]] = {
    "cut": lambda _: mutations.cut(),
    "flipped": lambda _: mutations.flipped(),
    "overwritten": lambda _: mutations.overwritten(),
    "masked": lambda _: mutations.masked(),
    "glued": lambda _: mutations.glued(),
    "prefixed": lambda _: mutations.prefixed(),
    "containers": lambda _: containers.hostile(),
    "markup": markup.hostile,
    "pdfs": pdfs.hostile,
    "pictures": lambda _: pictures.hostile(),
    "texts": texts.hostile,
}


def collection(harm: str, address: str = "127.0.0.1:9") -> Iterator[Hostile]:
    """Yield the files of one kind of harm; `address` is host and port of a listener."""
    return MAKERS[harm](address)
