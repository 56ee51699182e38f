"""Every mistake of a file is told with its key and its line; none is an exception."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from campaigns.programme.document import (
    Choice,
    Day,
    Flag,
    Integer,
    Key,
    ListOf,
    MappingOf,
    Number,
    Problems,
    Record,
    Slug,
    Text,
    read_document,
)

SCHEMA = MappingOf(
    code=Key(Slug()),
    name=Key(MappingOf(vi=Key(Text(10)), en=Key(Text(10)))),
    since=Key(Day(), default=None),
    share=Key(Number(), default=None),
    open=Key(Flag(), default=False),
    note=Key(Text(blank=True), default=""),
    rows=Key(
        ListOf(MappingOf(number=Key(Integer(1, 9)), kind=Key(Choice(("a", "b"))))), default=()
    ),
)
GOOD = "code: one\nname: {vi: Một, en: One}\n"


def read(text: str | bytes) -> tuple[Record | None, list[str]]:
    problems = Problems()
    content = text.encode() if isinstance(text, str) else text
    record = read_document(content, SCHEMA, problems)
    return record, [f"{p.place.path}:{p.place.line}" for p in problems]


def test_a_sound_file_is_read_into_plain_values() -> None:
    record, problems = read(
        GOOD + "since: 2025-09-30\nshare: 12.5\nopen: true\nrows:\n  - {number: 3, kind: a}\n"
    )
    assert problems == []
    assert record is not None
    assert (record["code"], dict(record["name"])) == ("one", {"vi": "Một", "en": "One"})
    assert (record["since"], record["share"]) == (date(2025, 9, 30), Decimal("12.5"))
    assert (record["open"], record["note"]) == (True, "")
    assert record["rows"][0]["number"] == 3


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("code: one\n", ["name:1"]),
        ("code: one\nname:\n  vi: Một\n", ["name.en:3"]),
        ("code: one\nname: {vi: '', en: One}\n", ["name.vi:2"]),
        ("code: one\nname: {vi: ~, en: One}\n", ["name.vi:2"]),
        ("code: one\nname: Một\n", ["name:2"]),
        ("code: Một\nname: {vi: Một, en: One}\n", ["code:1"]),
        ("code: [one]\nname: {vi: Một, en: One}\n", ["code:1"]),
        ("code: one\nname: {vi: Một hai ba bốn, en: One}\n", ["name.vi:2"]),
        (GOOD + "colour: red\n", ["colour:3"]),
        (GOOD + "code: two\n", ["code:3"]),
        (GOOD + "since: 30/09/2025\n", ["since:3"]),
        (GOOD + "since: 2025-02-30\n", ["since:3"]),
        (GOOD + "since: 2025-02-28 10:00:00\n", ["since:3"]),
        (GOOD + "share: 1.234,5\n", ["share:3"]),
        (GOOD + "share: .nan\n", ["share:3"]),
        (GOOD + "share: 1e400\n", ["share:3"]),
        (GOOD + "open: maybe\n", ["open:3"]),
        (GOOD + "rows: 7\n", ["rows:3"]),
        (GOOD + "rows:\n  - number: 10\n    kind: c\n", ["rows[0].number:4", "rows[0].kind:5"]),
        (
            GOOD + "rows:\n  - {number: 1, kind: a}\n  - {number: x, kind: a}\n",
            ["rows[1].number:5"],
        ),
        (GOOD + "rows:\n  - just text\n", ["rows[0]:4"]),
        (GOOD + "? [a, b]\n: c\n", ["?:3"]),
        ("- a list\n", [":1"]),
        ("", ["file:1"]),
        ("# nothing but a remark\n", ["file:1"]),
        ("code: [one\nname: two\n", ["file:2"]),
        ("a: 1\n---\nb: 2\n", ["file:2"]),
        (b"code: one\nname: \xff\xfe\n", ["file:2"]),
        ("code: one\n\x07", ["file:1"]),
        ("code: !!python/object/apply:os.system [ls]\nname: {vi: Một, en: One}\n", ["code:1"]),
        ("code: !secret one\nname: {vi: Một, en: One}\n", ["code:1"]),
        ("code: &c one\nname: *d\n", ["file:2"]),
        ("[" * 3000, ["file:1"]),
    ],
)
def test_each_mistake_names_its_key_and_its_line(text: str | bytes, problems: list[str]) -> None:
    assert read(text)[1] == problems


def test_all_mistakes_are_told_at_once_in_whole_sentences() -> None:
    problems = Problems()
    read_document(b"code: One\nsince: soon\n", SCHEMA, problems)
    with translation.override("en"):
        told = [str(problem) for problem in problems]
    assert told == [
        "code, line 1: “One” is not a code: small letters a–z, digits and hyphens, at most 60",
        "since, line 2: “soon” is not a date; write 2025-09-30",
        "name, line 1: missing",
    ]


def test_an_alias_points_to_the_line_that_holds_the_text() -> None:
    text = "code: one\nnote: &long too long a name\nname: {vi: *long, en: One}\n"
    assert read(text)[1] == ["name.vi:2"]


def test_a_list_that_holds_itself_is_refused() -> None:
    assert read(GOOD + "rows: &r\n  - *r\n")[1] == ["rows[0]:3"]


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert read(b"\xef\xbb\xbf" + GOOD.encode())[1] == []


def test_text_is_stored_composed() -> None:
    record, _problems = read("code: one\nname: {vi: 'Mo\u0323\u0302t', en: One}\n")
    assert record is not None
    assert record["name"]["vi"] == "Một"


def test_a_file_beyond_five_megabytes_is_refused() -> None:
    assert read(b"#" * (5 * 1024 * 1024 + 1))[1] == ["file:1"]


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_no_file_is_an_exception(content: bytes | str) -> None:
    text = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    record, problems = read(text)
    assert problems or record is not None
