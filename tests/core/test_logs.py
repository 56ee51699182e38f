"""Logs: one JSON object a line, and nothing in it that nobody should read."""

import json
import logging
import sys

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core import logs
from emulation_portal.core.logs import JsonFormatter, redact


def written(message="hello", *args, exc_info=None, **extra):
    record = logging.LogRecord("portal", logging.WARNING, "f.py", 1, message, args, exc_info)
    record.__dict__.update(extra)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    return json.loads(line)


def test_a_line_says_when_who_and_what():
    line = written("kế hoạch %s", 5, event="plan.sent", units=[1, 2], late=None)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "WARNING",
        "logger": "portal",
        "message": "kế hoạch 5",
        "event": "plan.sent",
        "units": [1, 2],
        "late": None,
    }


def test_the_requests_number_method_and_path_stand_in_the_line():
    token = logs.request_id.set("abc123")
    request = RequestFactory().post("/plans/3/?secret=1", {"narrative": "private"})
    try:
        line = written(request=request)
    finally:
        logs.request_id.reset(token)
    assert (line["request_id"], line["method"], line["path"]) == ("abc123", "POST", "/plans/3/")
    assert "private" not in str(line)
    assert "secret" not in str(line)


def test_something_else_called_request_is_left_out():
    assert "path" not in written(request=object())


@pytest.mark.parametrize(
    "name",
    ["password", "csrf_token", "session_key", "Authorization", "body", "cookie", "new_passwd"],
)
def test_values_with_a_telling_name_are_hidden(name):
    assert written(**{name: "canary"})[name] == "[hidden]"
    assert "canary" not in str(written(data={name: "canary", "deep": [{name: "canary"}]}))


@pytest.mark.parametrize(
    "text",
    [
        "GET /plans/?q=canary HTTP/1.1",
        "Authorization: Bearer canary.abc",
        "password=canary",
        "reset_token: canary",
        "redis://:canary@host:6379/0",
        "postgres://user:canary@host/db",
        "key c4nary" + "a" * 40,
    ],
)
def test_secrets_in_a_sentence_are_hidden(text):
    assert "anary" not in redact(text).replace("redis", "")
    assert "anary" not in written(text)["message"]
    assert "anary" not in written(detail=text)["detail"]


def test_the_portals_own_one_time_links_are_hidden(django_user_model):
    person = django_user_model(pk=1, password="x", email="a@b.vn")
    token = default_token_generator.make_token(person)
    assert token not in redact(f"/invitations/MQ/{token}/ not found")
    signed = signing.dumps({"person": 1}, salt="x")
    assert signed not in redact(f"bad link {signed}")
    assert redact("/plans/12/versions/3/") == "/plans/12/versions/3/"


def test_an_exception_is_told_without_values():
    def fail():
        narrative = "private canary"
        try:
            raise KeyError("first")
        except KeyError as first:
            raise ValueError(f"one line\nDETAIL: row contains ({narrative})") from first

    try:
        fail()
    except ValueError:
        line = written(exc_info=sys.exc_info())
    facts = line["exception"]
    assert (facts["type"], facts["message"]) == ("builtins.ValueError", "one line")
    assert facts["frames"][-1].endswith(" fail")
    assert facts["cause"]["type"] == "builtins.KeyError"
    assert "canary" not in json.dumps(line)


def test_an_exception_without_words():
    try:
        raise ValueError
    except ValueError:
        assert written(exc_info=sys.exc_info())["exception"]["message"] == ""


def test_long_texts_are_cut():
    assert len(redact("a b " * 10_000)) == 2001


def test_what_is_no_json_is_named():
    assert written(thing=object(), many={object()}) | {"time": ""} == {
        "time": "",
        "level": "WARNING",
        "logger": "portal",
        "message": "hello",
        "thing": "object",
        "many": ["object"],
    }


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_every_text_makes_one_line(text, data):
    assert written("%s", text, data=data)["level"] == "WARNING"
