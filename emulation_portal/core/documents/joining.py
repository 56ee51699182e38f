"""Several PDFs as one, written as they come: memory holds one of them at a time.

What is joined: pages with their fonts and pictures, and an outline with one line for each file.
The tags of the parts are not carried over; each part is also to be had by itself.
"""

from io import BytesIO
from typing import IO, Any

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

_CATALOG, _PAGES, _OUTLINE, _INFO = 1, 2, 3, 4
_NOT_CARRIED = ("/Parent", "/StructParents", "/Annots", "/B")


class PdfJoiner:
    """Writes to `stream`, which must know its position. Call `finish` once, at the end."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._offsets: dict[int, int] = {}
        self._next = _INFO + 1
        self._pages: list[int] = []
        self._marks: list[tuple[str, int]] = []
        stream.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    @property
    def page_count(self) -> int:
        """How many pages there are so far."""
        return len(self._pages)

    def add(self, pdf: bytes, title: str, *, in_front: bool = False) -> int:
        """Append the pages of `pdf` under `title` in the outline; return how many they are."""
        pages = _Copy(self, PdfReader(BytesIO(pdf))).write()
        self._marks.insert(0 if in_front else len(self._marks), (title, pages[0]))
        at = 0 if in_front else len(self._pages)
        self._pages[at:at] = pages
        return len(pages)

    def finish(self, title: str) -> None:
        """Write the list of pages, the outline and the table of what stands where."""
        kids = ArrayObject(self.reference(number) for number in self._pages)
        self.put(
            _PAGES, _dictionary(Type="/Pages", Kids=kids, Count=NumberObject(len(self._pages)))
        )
        self._put_outline()
        self.put(
            _CATALOG,
            _dictionary(
                Type="/Catalog", Pages=self.reference(_PAGES), Outlines=self.reference(_OUTLINE),
                PageMode="/UseOutlines", Lang=TextStringObject("vi-VN"),
                ViewerPreferences=_dictionary(DisplayDocTitle=BooleanObject(value=True)),
            ),
        )  # fmt: skip
        self.put(_INFO, _dictionary(Title=TextStringObject(title)))
        self._put_offsets()

    def _put_outline(self) -> None:
        numbers = [self.reserve() for _mark in self._marks]
        for index, (title, page) in enumerate(self._marks):
            around = {}
            if index:
                around["Prev"] = self.reference(numbers[index - 1])
            if index + 1 < len(numbers):
                around["Next"] = self.reference(numbers[index + 1])
            place = ArrayObject([self.reference(page), NameObject("/Fit")])
            self.put(
                numbers[index],
                _dictionary(
                    Title=TextStringObject(title), Parent=self.reference(_OUTLINE), Dest=place,
                    **around,
                ),
            )  # fmt: skip
        ends = (
            {"First": self.reference(numbers[0]), "Last": self.reference(numbers[-1])}
            if numbers
            else {}
        )
        count = NumberObject(len(numbers))
        self.put(_OUTLINE, _dictionary(Type="/Outlines", Count=count, **ends))

    def _put_offsets(self) -> None:
        stream, began = self._stream, self._stream.tell()
        stream.write(b"xref\n0 %d\n0000000000 65535 f \n" % self._next)
        for number in range(1, self._next):
            stream.write(b"%010d 00000 n \n" % self._offsets[number])
        trailer = _dictionary(
            Size=NumberObject(self._next), Root=self.reference(_CATALOG), Info=self.reference(_INFO)
        )
        stream.write(b"trailer\n")
        trailer.write_to_stream(stream)
        stream.write(b"\nstartxref\n%d\n%%%%EOF\n" % began)

    # --- For the copies ------------------------------------------------------------------

    def reserve(self) -> int:
        """Return the number of an object to be put later."""
        self._next += 1
        return self._next - 1

    def reference(self, number: int) -> IndirectObject:
        """Return what leads to an object of the joined file."""
        return IndirectObject(number, 0, None)

    def put(self, number: int, value: PdfObject) -> None:
        """Write an object."""
        self._offsets[number] = self._stream.tell()
        self._stream.write(b"%d 0 obj\n" % number)
        value.write_to_stream(self._stream)
        self._stream.write(b"\nendobj\n")


class _Copy:
    """The pages of one file with all they lead to, under new numbers."""

    def __init__(self, joiner: PdfJoiner, reader: PdfReader) -> None:
        self._joiner, self._reader = joiner, reader
        self._numbers: dict[int, int] = {}
        self._waiting: list[tuple[int, Any]] = []

    def write(self) -> list[int]:
        pages = []
        for page in self._reader.pages:
            for key in _NOT_CARRIED:
                page.pop(key, None)
            number = self._joiner.reserve()
            assert page.indirect_reference is not None  # noqa: S101 - narrows the type
            self._numbers[page.indirect_reference.idnum] = number
            pages.append(number)
            self._waiting.append((number, page))
        own = set(pages)
        while self._waiting:
            number, value = self._waiting.pop()
            value = self._renumbered(value)
            if number in own:
                value[NameObject("/Parent")] = self._joiner.reference(_PAGES)
            self._joiner.put(number, value)
        return pages

    def _renumbered(self, value: Any) -> Any:
        """Lead every reference in `value` to its new number; the reader is not used again."""
        if isinstance(value, IndirectObject):
            number = self._numbers.get(value.idnum)
            if number is None:
                number = self._numbers[value.idnum] = self._joiner.reserve()
                self._waiting.append((number, value.get_object()))
            return self._joiner.reference(number)
        if isinstance(value, DictionaryObject):
            for key in list(value):
                value[NameObject(key)] = self._renumbered(value.raw_get(key))
        elif isinstance(value, ArrayObject):
            for index in range(len(value)):
                value[index] = self._renumbered(list.__getitem__(value, index))
        return value


def _dictionary(**entries: Any) -> DictionaryObject:
    """Make a dictionary; a plain text is a name."""
    return DictionaryObject(
        {
            NameObject(f"/{key}"): NameObject(value) if type(value) is str else value
            for key, value in entries.items()
        }
    )


def pages_of(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    return len(PdfReader(BytesIO(pdf)).pages)
