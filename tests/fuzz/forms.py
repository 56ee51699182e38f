"""The forms of a page as a browser would send them, and what careless or hostile senders make of them."""

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import quote_from_bytes

from tests.factories.files import docx, ole, pdf, png, xlsx

Fields = list[tuple[str, bytes]]


@dataclass
class Form:
    """A form found on a page: where it goes, and what stands in it untouched."""

    action: str
    fields: Fields = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    choices: dict[str, list[bytes]] = field(default_factory=dict)


class FormReader(HTMLParser):
    """Collects the POST forms of a page."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._text_of = ""
        self._text = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "form" and facts.get("method", "get").lower() == "post":
            self._form = Form(facts.get("action") or self.address)
        if self._form is None:
            return
        name = facts.get("name", "")
        if tag == "input" and name:
            self._input(name, facts)
        elif tag == "button" and name:
            self._form.choices.setdefault(name, []).append(facts.get("value", "").encode())
        elif tag == "textarea" and name:
            self._text_of, self._text = name, ""
        elif tag == "select" and name:
            self._select = name
            self._form.fields.append((name, b""))
        elif tag == "option" and self._select:
            self._form.choices.setdefault(self._select, []).append(facts.get("value", "").encode())

    def _input(self, name: str, facts: dict[str, str]) -> None:
        assert self._form is not None
        kind, value = facts.get("type", "text"), facts.get("value", "").encode()
        if kind == "file":
            self._form.files.append(name)
        elif kind in ("radio", "checkbox"):
            self._form.choices.setdefault(name, []).append(value or b"on")
        elif name != "csrfmiddlewaretoken":
            self._form.fields.append((name, value))

    def handle_data(self, data: str) -> None:
        if self._text_of:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            self.forms.append(self._form)
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._text_of and self._form is not None:
            self._form.fields.append((self._text_of, self._text.encode()))
            self._text_of = ""


def forms_of(address: str, page: str) -> list[Form]:
    """Return the POST forms of a page."""
    reader = FormReader(address)
    reader.feed(page)
    return reader.forms


# --- What is typed ------------------------------------------------------------------------

NARRATIVE = "Đẩy mạnh số hóa di sản văn hóa phi vật thể. ".encode() * 170_000  # ten megabytes

VALUES: list[bytes] = [
    b"", b" ", b"0", b"-1", b"1", b"2", b"99999", b"NaN", b"inf", b"-Infinity", b"1e400", b"1e-400",
    b"1.234,5", b"1,234.5", b"1..2", b"0,0000000000001", b"12345678901234567890,99", b"9" * 400,
    b"9223372036854775807", b"9223372036854775808", b"-9223372036854775809", b"0x10", b"1_000",
    "١٢٣".encode(), "²".encode(), "１２".encode(),
    b"31/02/2026", b"00/00/0000", b"29/02/2027", b"2026-13-01", b"31/12/9999", b"01/01/0001",
    b"1/1/1", b"01.09.2026", b"2026-09-01T25:61", b"30/09/2025", "30／09／2025".encode(),
    b"a\x00b", b"\x00", b"\xed\xa0\x80", b"\xff\xfe\xfd", b"\xc3", "\u202e\u2066".encode(),
    unicodedata.normalize("NFD", "Nguyễn Thị Hường").encode(), "Đ".encode() * 3000,
    ("a" + "\u0301" * 500).encode(), "\U0001f389\U000e0001".encode(), "\ufffe\uffff".encode(),
    b"<script>alert(1)</script>", b"'; DROP TABLE units_unit;--", b"{{ 7|add:7 }}", b"%(name)s %s",
    b"=cmd|' /C calc'!A0", b"../../etc/passwd", b"javascript:alert(1)", b"//evil.example/", b"\r\nX: y",
    b"on", b"true", b"null", b"[]", b"{}", b"draft", b"accepted", b"administrator",
    b"x" * 70_000,
]  # fmt: skip


def files() -> list[tuple[str, bytes]]:
    """Names and contents of files; some are what they say, most are not."""
    return [
        ("kế hoạch.pdf", pdf()),
        ("ke hoach.docx", docx()),
        ("bang.xlsx", xlsx()),
        ("anh.png", png()),
        ("rỗng.pdf", b""),
        ("doi ten.pdf", b"MZ\x90\x00 an executable"),
        ("zip.docx", b"PK\x03\x04" + b"\x00" * 60),
        ("macro.docx", docx(main="application/vnd.ms-word.document.macroEnabled.main+xml")),
        ("khoa.xlsx", ole("EncryptedPackage")),
        ("cut.xlsx", xlsx()[:400]),
        ("image.png", png()[:20]),
        ("units.csv", b"code,abbreviation\nx,\x00\n\xff\xfe"),
        ("units.csv", "code;kind\r\n".encode("utf-16")),
        ("a/../../b\r\n.pdf", pdf()),
        ("x" * 400 + ".pdf", pdf()),
        ("noname", b"\x00" * 5000),
    ]


@dataclass(frozen=True)
class Sending:
    """A body ready to be sent, and in words what was done to it."""

    body: bytes
    content_type: str
    told: str


def mangled(form: Form, dice: random.Random) -> Sending:
    """Fill in the form partly right and partly wrong, as the dice fall."""
    fields = [(name, value) for name, value in form.fields if dice.random() > 0.04]
    if dice.random() < 0.6:  # filled in by somebody who means well, before it is spoilt
        fields = [(name, value or _plausible(name)) for name, value in fields]
    for name, values in form.choices.items():
        if dice.random() < 0.7:
            fields = [(other, value) for other, value in fields if other != name]
            fields.append((name, dice.choice(values)))
    spoils = dice.choices(_SPOILS, k=dice.choice((0, 1, 1, 2, 4)))
    told = [spoil(fields, form, dice) for spoil in spoils]
    uploads: list[tuple[str, str, bytes]] = []
    for name in form.files:
        if dice.random() < 0.8:
            filename, content = dice.choice(files())
            uploads.append((name, filename, content))
            told.append(f"{name}={filename[:30]!r}")
    if uploads or dice.random() < 0.1:
        return _multipart(fields, uploads, dice, told)
    body = b"&".join(
        quote_from_bytes(name.encode("utf-8", "surrogatepass")).encode()
        + b"="
        + quote_from_bytes(value).encode()
        for name, value in fields
    )
    kind = dice.choice(["application/x-www-form-urlencoded"] * 12 + _ODD_TYPES)
    return Sending(body, kind, ", ".join(filter(None, [*told, kind[30:]])))


def _plausible(name: str) -> bytes:
    """What belongs into an empty field, as far as its name tells."""
    for part, value in _PLAUSIBLE.items():
        if part in name:
            return value.encode()
    return "Nội dung".encode()


_PLAUSIBLE = {
    "date": "25/09/2025", "_from": "25/09/2026", "_to": "25/12/2026", "email": "moi@example.gov.vn",
    "username": "canbo.moi", "year": "2026", "value": "1.234,5", "target": "10", "number": "12/KH-DV",
    "password": "mat khau dai 2026", "numerator": "5", "denominator": "10", "baseline": "3",
}  # fmt: skip

_ODD_TYPES = [
    "application/json", "text/plain", "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=nonsense", "multipart/form-data",
    "multipart/form-data; boundary=", "",
]  # fmt: skip


def _multipart(
    fields: Fields, uploads: list[tuple[str, str, bytes]], dice: random.Random, told: list[str]
) -> Sending:
    boundary = "----emulation"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode(
            "utf-8", "surrogatepass"
        )
        + value
        + b"\r\n"
        for name, value in fields
    ]
    parts += [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        "Content-Type: application/pdf\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, filename, content in uploads
    ]
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    if dice.random() < 0.06:
        body, told = body[: dice.randrange(len(body))], [*told, "cut short"]
    return Sending(body, f"multipart/form-data; boundary={boundary}", ", ".join(told))


def _wrong_value(fields: Fields, form: Form, dice: random.Random) -> str:
    if not fields:
        return _extra_field(fields, form, dice)
    place = dice.randrange(len(fields))
    name, value = fields[place][0], dice.choice(VALUES)
    fields[place] = (name, value)
    return f"{name}={value[:30]!r}"


def _missing_field(fields: Fields, form: Form, dice: random.Random) -> str:
    if not fields:
        return ""
    return f"without {fields.pop(dice.randrange(len(fields)))[0]}"


def _field_twice(fields: Fields, form: Form, dice: random.Random) -> str:
    if not fields:
        return ""
    name, _value = dice.choice(fields)
    fields.append((name, dice.choice(VALUES)))
    return f"{name} twice"


def _extra_field(fields: Fields, form: Form, dice: random.Random) -> str:
    name = dice.choice(
        [
            "state",
            "unit",
            "plan",
            "version",
            "by",
            "id",
            "role",
            "tasks-TOTAL_FORMS",
            "\ud800",
            "",
            "_",
        ]
    )
    fields.append((name, dice.choice(VALUES)))
    return f"extra {name!r}"


def _no_management_form(fields: Fields, form: Form, dice: random.Random) -> str:
    fields[:] = [(name, value) for name, value in fields if not name.endswith("_FORMS")]
    return "no management forms"


def _wrong_counts(fields: Fields, form: Form, dice: random.Random) -> str:
    count = dice.choice([b"-1", b"1001", b"99999999999999999999", b"x", b"0", b"7"])
    fields[:] = [(name, count if name.endswith("TOTAL_FORMS") else value) for name, value in fields]
    return f"TOTAL_FORMS={count!r}"


def _everything_wrong(fields: Fields, form: Form, dice: random.Random) -> str:
    fields[:] = [(name, dice.choice(VALUES)) for name, _value in fields]
    return "every value"


def _stale_key(fields: Fields, form: Form, dice: random.Random) -> str:
    fields[:] = [
        (name, b"another-key-0000" if name == "form_key" else value) for name, value in fields
    ]
    return "another form key"


_SPOILS: list[Callable[[Fields, Form, random.Random], str]] = [
    _wrong_value, _wrong_value, _wrong_value, _wrong_value, _missing_field, _field_twice,
    _extra_field, _no_management_form, _wrong_counts, _everything_wrong, _stale_key,
]  # fmt: skip
