"""Streams that are small and grow large, made without having been large."""

import zlib

MEGABYTE = 1 << 20


def grown(megabytes: int, unit: bytes = b"\0") -> bytes:
    """Return a zlib stream (RFC 1950) of so many megabytes of `unit` over and over."""
    piece = unit * (MEGABYTE // len(unit))
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    once = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 1
    for _ in range(megabytes):
        checksum = zlib.adler32(piece, checksum)
    return b"\x78\xda" + once * megabytes + b"\x03\x00" + checksum.to_bytes(4, "big")
