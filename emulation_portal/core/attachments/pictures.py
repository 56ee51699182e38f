"""Whether a JPEG or PNG is one picture, whole, of a size that can be shown, and nothing else."""

import re
import struct
import zlib
from typing import IO

from emulation_portal.core.attachments.errors import (
    Bomb,
    Damaged,
    LiesAboutType,
    TooManyDots,
    TwoFilesInOne,
)
from emulation_portal.formats.writing import show_number

_PNG = b"\x89PNG\r\n\x1a\n"
# A sheet of A0 at 300 dots to the inch has 140 million.
_MOST_DOTS = 200_000_000
_MOST_TEXT = 8 * 1024 * 1024
_COLOUR_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DENSE_FROM = 100 * 1024 * 1024
_DENSITY = 1000  # a blank page packs 900 : 1
_CHUNK = 64 * 1024
_MARKUP = re.compile(rb"<(?:script|html|svg|iframe|\?php|!doctype)", re.IGNORECASE)
# What telephones write behind a picture: smaller pictures, a short film, their own notes.
_PHONE_TRAILER = re.compile(
    rb"[\0\xff\r\n ]*(?:$|\xff\xd8\xff|[\0-\xff]{0,4}ftyp|\0\0[\0-\xff]{0,64}SEFH|SEFH)"
)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def check_jpeg(stream: IO[bytes], *, size: int, name: str) -> None:
    """Walk all segments to the end of the picture. Raises a subclass of UploadRefused."""
    stream.seek(0)
    if stream.read(3) != b"\xff\xd8\xff":
        raise LiesAboutType(name=name)
    data = _rest(stream, 2)
    place, has_frame, has_scan = 0, False, False
    while True:
        if data[place : place + 1] != b"\xff" or place + 1 >= len(data):
            raise Damaged(name=name)
        code = data[place + 1]
        place += 1 if code == 0xFF else 2  # 0xFF: padding
        if code == 0xFF:
            continue
        if code == 0xD9:
            break
        body, place = _segment(data, place, name)
        if code in _FRAMES:
            has_frame = True
            _check_frame(body, name)
        elif (0xE0 <= code <= 0xEF or code == 0xFE) and _MARKUP.search(body):
            raise TwoFilesInOne(name=name)
        elif code == 0xDA:
            has_scan = True
            place = _end_of_scan(data, place)
    if not (has_frame and has_scan):
        raise Damaged(name=name)
    if not _PHONE_TRAILER.match(data, place):
        raise TwoFilesInOne(name=name)


def _rest(stream: IO[bytes], start: int) -> bytes:
    stream.seek(start)
    return stream.read()


def _segment(data: bytes, place: int, name: str) -> tuple[bytes, int]:
    length = int.from_bytes(data[place : place + 2], "big")
    if length < 2 or place + length > len(data):
        raise Damaged(name=name)
    return data[place + 2 : place + length], place + length


def _check_frame(body: bytes, name: str) -> None:
    if len(body) < 6:
        raise Damaged(name=name)
    height, width = struct.unpack(">HH", body[1:5])
    if not height or not width:
        raise Damaged(name=name)
    _check_dots(width, height, name)


def _end_of_scan(data: bytes, place: int) -> int:
    """The place of the first marker after the picture data that begins at `place`."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            return len(data)
        if data[place + 1] == 0 or 0xD0 <= data[place + 1] <= 0xD7:  # a stuffed 0xFF, a restart
            place += 2
            continue
        return place


def _check_dots(width: int, height: int, name: str) -> None:
    if width * height > _MOST_DOTS:
        raise TooManyDots(name=name, limit=show_number(_MOST_DOTS // 1_000_000))


def check_png(stream: IO[bytes], *, size: int, name: str) -> None:
    """Walk every chunk with its checksum; the last one ends the file."""
    stream.seek(0)
    if stream.read(len(_PNG)) != _PNG:
        raise LiesAboutType(name=name)
    last, has_picture, packed, raw = b"", False, 0, 0
    while last != b"IEND":
        header = stream.read(8)
        if len(header) < 8:
            raise Damaged(name=name)
        length, kind = struct.unpack(">L4s", header)
        if length > size:
            raise Damaged(name=name)
        body = stream.read(length)
        if stream.read(4) != struct.pack(">L", zlib.crc32(kind + body)):
            raise Damaged(name=name)
        if (kind == b"IHDR") != (not last):  # the first, and no other
            raise Damaged(name=name)
        if kind == b"IHDR":
            raw = _raw_size(body, name)
        elif kind == b"IDAT":
            has_picture, packed = True, packed + length
        else:
            _check_side_chunk(kind, body, name)
        last = kind
    if not has_picture:
        raise Damaged(name=name)
    if raw > _DENSE_FROM and raw > packed * _DENSITY:
        raise Bomb(name=name)
    if stream.read(1):
        raise TwoFilesInOne(name=name)


def _raw_size(header: bytes, name: str) -> int:
    """The bytes the picture has when it is shown. Raises Damaged, TooManyDots."""
    if len(header) != 13:
        raise Damaged(name=name)
    width, height, depth, colour = struct.unpack(">LLBB", header[:10])
    if not width or not height or colour not in _COLOUR_CHANNELS or depth not in (1, 2, 4, 8, 16):
        raise Damaged(name=name)
    _check_dots(width, height, name)
    return int(height * (1 + (width * _COLOUR_CHANNELS[colour] * depth + 7) // 8))


def _check_side_chunk(kind: bytes, body: bytes, name: str) -> None:
    """Refuse pages hidden in notes, and notes that unpack to megabytes."""
    if _MARKUP.search(body):
        raise TwoFilesInOne(name=name)
    if kind not in (b"zTXt", b"iCCP", b"iTXt"):
        return
    unpacking = zlib.decompressobj()
    start = body.find(b"\0") + 2
    if kind == b"iTXt":
        start = body.find(b"\0", body.find(b"\0", start + 1) + 1) + 1
        if body[body.find(b"\0") + 1 : body.find(b"\0") + 2] != b"\x01":
            return  # not packed
    try:
        text = unpacking.decompress(body[start:], _MOST_TEXT + 1)
    except zlib.error as fault:
        raise Damaged(name=name) from fault
    if len(text) > _MOST_TEXT:
        raise Bomb(name=name)
    if _MARKUP.search(text):
        raise TwoFilesInOne(name=name)
