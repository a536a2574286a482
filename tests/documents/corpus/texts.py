"""Rich and plain text that nests, lies or grows, and what is no document at all."""

import gzip
import io
import tarfile
from collections.abc import Iterator

from tests.documents import samples
from tests.documents.corpus import Hostile

LARGE = 9_000_000


def hostile(address: str) -> Iterator[Hostile]:
    """Every one of them; what fetches, fetches from `address`."""
    yield from _rich(address)
    yield from _plain()
    yield from _foreign(address)


def _rich(address: str) -> Iterator[Hostile]:
    for name, group in (
        ("groups in groups", "{" * 200_000 + "}" * 200_000),
        ("more groups than it ends", "{" * 5000),
        ("fewer groups than it ends", "}" * 5000),
        ("styles in styles", "{\\b" * 50_000 + " x" + "}" * 50_000),
        ("tables in tables", "\\trowd\\cellx1\\intbl\\itap9" * 20_000),
        ("an object", "{\\object\\objemb{\\*\\objdata " + "01050000" * 100_000 + "}}"),
        ("a linked object", "{\\object\\objautlink\\objupdate{\\*\\objdata 0105}}"),
        ("bytes that it does not have", "\\bin2147483647 x"),
        ("negative bytes", "\\bin-5 x"),
        ("a long word of its language", "\\" + "a" * 1_000_000 + " "),
        ("a long number", "\\fs" + "9" * 1_000_000 + " "),
        ("half letters", "\\u-10179?" * 50_000),
        ("letters out of range", "\\u99999999? \\u-99999999?"),
        ("a fetched template", f"{{\\*\\template http://{address}/t.dot}}"),
        ("a fetched picture", f'{{\\field{{\\*\\fldinst INCLUDEPICTURE "http://{address}/p"}}}}'),
        ("a program", "{\\field{\\*\\fldinst DDEAUTO cmd.exe}{\\fldrslt x}}"),
        ("fields in fields", "{\\field{\\*\\fldinst {" * 20_000 + "}}}" * 20_000),
        ("a picture of letters", "{\\pict\\pngblip " + "89504e47" * 200_000 + "}"),
        ("a picture as large as a town", "{\\pict\\picw99999999\\pich99999999\\wmetafile8 00}"),
        ("a broken escape", "\\'zz\\'f \\'"),
        ("a hundred thousand fonts", "{\\fonttbl" + "{\\f1 A;}" * 100_000 + "}"),
        ("ends of lines alone", "\\par" * 500_000),
        ("a shape", "{\\shp{\\*\\shpinst{\\sp{\\sn pFragments}{\\sv 1;1;" + "a" * 9999 + "}}}}"),
    ):
        yield Hostile(f"rtf with {name}", samples.rtf_with(group))
    yield Hostile("rtf of its head alone", b"{\\rtf1}")
    yield Hostile("rtf of version 999999", b"{\\rtf999999999999 words}")


def _plain() -> Iterator[Hostile]:
    for name, data in (
        ("one line of nine million", b"x" * LARGE),
        ("nine million lines", b"\n" * (LARGE - 1) + b"x"),
        ("nine million spaces", b" " * LARGE + b"x"),
        ("marks upon a letter", ("x" + "\u0301" * 2_000_000).encode()),
        ("letters that grow when normalised", ("\ufdfa" * 1_000_000).encode()),
        ("words turned about", ("\u202e" * 500_000 + "x").encode()),
        ("a word of dots", b"a.b" * 1_000_000),
        ("a word of quotes", b"a'" * 2_000_000),
        ("nothing but bytes", bytes(range(256)) * 40),
        ("one zero byte", b"resume\0resume"),
        ("zero bytes", bytes(1000)),
        ("half of a letter", "é".encode()[:1] * 3),
        ("an odd half of UTF-16", "resume".encode("utf-16") + b"\xd8"),
        ("lone halves in UTF-16", b"\xff\xfe" + b"\x00\xd8" * 500),
        ("UTF-32", "resume".encode("utf-32")),
        ("UTF-7", b"+AGEALwBi-"),
        ("letters too long for themselves", b"\xc0\xaf\xe0\x80\xaf" * 20),
        ("a terminal's orders", b"\x1b]0;owned\x07\x1b[2J"),
        ("a template", b"{{ config.SECRET_KEY }} {% for x in y %} ${7*7} <%= 1 %>"),
        ("a formula", b"=cmd|'/c calc'!A1"),
    ):
        yield Hostile(f"text of {name}", data)


def _foreign(address: str) -> Iterator[Hostile]:
    page = f'<html><script src="http://{address}/s"></script></html>'.encode()
    tape = io.BytesIO()
    with tarfile.open(fileobj=tape, mode="w") as bag:
        bag.addfile(tarfile.TarInfo("../../x"))
    for name, data in (
        ("html", page),
        ("html in capitals", page.upper()),
        ("html behind spaces", b"\n" * 500 + page),
        ("xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'),
        ("mail", b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + page),
        ("postscript", b"%!PS-Adobe-3.0\n(%pipe%id) (r) file"),
        ("shell", b"#!/bin/sh\ncurl http://" + address.encode()),
        ("program for Linux", samples.program()),
        ("program for Windows", b"MZ" + bytes(range(256)) * 8),
        ("program for Java", b"\xca\xfe\xba\xbe" + bytes(400)),
        ("program for the web", b"\0asm\1\0\0\0" + bytes(400)),
        ("gzip that grows", gzip.compress(bytes(50 << 20))),
        ("seven-zip", b"7z\xbc\xaf\x27\x1c" + bytes(400)),
        ("rar", b"Rar!\x1a\x07\1\0" + bytes(400)),
        ("tape", tape.getvalue()),
        ("database", b"SQLite format 3\0" + bytes(4000)),
        ("compound file of zeros", samples.OLE_MAGIC + bytes(4000)),
        ("compound file that leads to itself", samples.OLE_MAGIC + b"\1\0\0\0" * 1000),
        ("notebook", b'{"cells": [{"cell_type": "code", "source": "import os"}]}'),
        ("shortcut", b"L\0\0\0\1\x14\2\0" + bytes(400)),
        ("font", b"wOF2" + bytes(400)),
        ("help file", b"ITSF\3\0\0\0" + bytes(400)),
    ):
        yield Hostile(name, data)
