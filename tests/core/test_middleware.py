"""What happens to every request, above all when something underneath has gone."""

import json
import logging

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests.factories.core import PersonFactory

pytestmark = [pytest.mark.urls("tests.core.trial_site"), pytest.mark.django_db]

TYPED = {
    "text": "Căn cứ & <mục đích>\ncủa kế hoạch",
    "areas": ["1", "2"],
    "form_key": "0123456789abcdef",
    "password": "một mật khẩu",
    "new_password1": "một mật khẩu nữa",
    "csrfmiddlewaretoken": "t0ken",
    "token": "t0ken",
}


@pytest.fixture
def quiet():
    """A client that gets the error page instead of the exception."""
    return Client(raise_request_exception=False)


@pytest.fixture(autouse=True)
def _logs_are_not_the_point():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def text_of(response):
    return response.content.decode()


def assert_typed_is_kept(response):
    page = text_of(response)
    assert "Căn cứ &amp; &lt;mục đích&gt;\ncủa kế hoạch" in page
    assert '<input type="hidden" name="areas" value="1">' in page
    assert '<input type="hidden" name="areas" value="2">' in page
    assert '<input type="hidden" name="form_key" value="0123456789abcdef">' in page
    assert "mật khẩu" not in page.replace("Mật khẩu", "")
    assert "t0ken" not in page


@pytest.mark.parametrize("how", ["operational", "interface"])
def test_a_database_that_goes_away_is_a_503_that_keeps_what_was_typed(client, how):
    response = client.post(f"/trial/fail/{how}/?a=1", TYPED)
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert f'action="/trial/fail/{how}/?a=1"' in text_of(response)
    assert_typed_is_kept(response)


def test_the_outage_page_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.post("/trial/fail/operational/", TYPED)


def test_a_database_that_goes_away_before_the_view_is_a_503_too(quiet, monkeypatch):
    quiet.force_login(PersonFactory(), backend="units.people.backends.UsernameOrEmailBackend")

    def gone(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(connection, "ensure_connection", gone)
    monkeypatch.setattr(connection, "cursor", gone)
    response = quiet.post("/trial/narrative/", TYPED)
    assert response.status_code == 503
    assert_typed_is_kept(response)


def test_an_outage_while_htmx_asks_leaves_the_page_alone(client):
    response = client.post("/trial/fail/operational/", TYPED, headers={"HX-Request": "true"})
    assert response.status_code == 503
    assert "HX-Retarget" not in response


@pytest.mark.parametrize(
    ("how", "status"),
    [("refused", 400), ("not-allowed", 403), ("conflict", 409), ("data", 400), ("overflow", 400),
     ("unreadable", 400), ("forbidden", 403)],
)  # fmt: skip
def test_a_refusal_nobody_worded_is_a_page_that_keeps_what_was_typed(client, how, status):
    response = client.post(f"/trial/fail/{how}/", TYPED)
    assert response.status_code == status
    assert_typed_is_kept(response)


def test_a_refusal_says_its_sentence(client):
    client.cookies["language"] = "en"
    assert "Somebody else has changed this" in text_of(client.get("/trial/fail/conflict/"))
    assert "Only on Mondays." in text_of(client.get("/trial/fail/forbidden/"))


@pytest.mark.parametrize("how", ["data", "overflow"])
def test_a_number_no_column_can_hold_leads_nowhere(client, how):
    assert client.get(f"/trial/fail/{how}/").status_code == 404


def test_a_failure_of_ours_tells_no_details(quiet):
    response = quiet.post("/trial/fail/bug/", TYPED)
    assert response.status_code == 500
    assert "secret detail" not in text_of(response)
    assert_typed_is_kept(response)


@pytest.mark.parametrize("address", ["/no-such-page/%00/", "/?q=%00", "/trial/narrative/?q=a%00b"])
def test_a_nul_in_an_address_is_a_400(client, address):
    assert client.get(address).status_code == 400


def test_an_unknown_address_is_a_404_without_queries(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/no-such-page/").status_code == 404


def test_a_wrong_host_is_a_400(client):
    assert client.post("/healthz", TYPED, headers={"Host": "evil.example"}).status_code == 400


@pytest.fixture
def signed_in(client):
    client.force_login(PersonFactory(), backend="units.people.backends.UsernameOrEmailBackend")
    return client


def test_more_than_is_taken_is_a_413(signed_in, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = signed_in.post(
        "/trial/narrative/", "text=" + "x" * 200, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 413
    assert "x" * 100 not in text_of(response)


def test_more_fields_than_are_taken_is_a_413(signed_in, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5
    signed_in.cookies["language"] = "en"
    response = signed_in.post("/trial/narrative/", {f"f{n}": "x" for n in range(20)})
    assert response.status_code == 413
    assert "more fields or files" in text_of(response)


def test_what_another_site_sends_is_not_put_behind_our_button(client):
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/x"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        response = client.post("/trial/fail/operational/", TYPED, headers=headers)
        assert "của kế hoạch" not in text_of(response)
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert_typed_is_kept(client.post("/trial/fail/operational/", TYPED, headers=own))


def test_every_answer_has_a_number_of_its_own(client):
    first, second = client.get("/healthz"), client.get("/no-such-page/")
    assert len(first["X-Request-ID"]) == 12
    assert first["X-Request-ID"] != second["X-Request-ID"]
    assert second["X-Request-ID"] in text_of(second)


def test_no_page_is_kept_in_a_cache(client):
    assert client.get("/sign-in/")["Cache-Control"] in (
        "no-store, private",
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )
    assert client.get("/no-such-page/")["Cache-Control"] == "no-store, private"


# --- Language ---------------------------------------------------------------------------


def test_the_browsers_own_language_does_not_count(client):
    response = client.get("/no-such-page/", headers={"Accept-Language": "en-US,en"})
    assert response["Content-Language"] == "vi"
    assert '<html lang="vi">' in text_of(response)


def test_the_language_chosen_in_this_browser_counts(client):
    client.cookies["language"] = "en"
    response = client.get("/no-such-page/")
    assert response["Content-Language"] == "en"
    assert "Cookie" in response["Vary"]
    assert "Page not found" in text_of(response)


def test_an_unknown_language_counts_as_none(client):
    client.cookies["language"] = "../../etc"
    assert client.get("/no-such-page/")["Content-Language"] == "vi"


def test_a_persons_language_reaches_the_browser_after_signing_in(client):
    person = PersonFactory(language="en")
    client.force_login(person, backend="units.people.backends.UsernameOrEmailBackend")
    first = client.get("/trial/narrative/")
    assert first.cookies["language"].value == "en"
    assert first.cookies["language"]["httponly"]
    assert client.get("/trial/narrative/")["Content-Language"] == "en"


def test_switching_keeps_the_page_and_the_person(client, at):
    from emulation_portal.core import audit

    person = PersonFactory(language="vi")
    client.force_login(person, backend="units.people.backends.UsernameOrEmailBackend")
    response = client.post("/language/", {"language": "en", "next": "/trial/narrative/?page=2"})
    assert (response.status_code, response["Location"]) == (302, "/trial/narrative/?page=2")
    assert response.cookies["language"].value == "en"
    person.refresh_from_db()
    assert person.language == "en"
    [entry] = audit.entries_of(person)
    assert (entry.action, entry.data) == ("person.language_chosen", {"language": "en"})
    client.post("/language/", {"language": "en", "next": "/"})
    assert audit.entries_of(person).count() == 1


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "x"],
)
def test_switching_never_leads_to_another_site(client, target):
    assert client.post("/language/", {"language": "en", "next": target})["Location"] == "/"


def test_an_unknown_language_changes_nothing(client):
    response = client.post("/language/", {"language": "fr", "next": "/x/"})
    assert (response.status_code, response["Location"]) == (302, "/x/")
    assert "language" not in response.cookies


def test_switching_needs_a_post(client):
    assert client.get("/language/").status_code == 405


# --- Probes -----------------------------------------------------------------------------


def test_the_process_lives_without_a_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_readiness_names_what_is_not_well(client, monkeypatch):
    from emulation_portal.core import health

    parts = {"database": True, "broker": True, "worker": True, "beat": True}
    monkeypatch.setattr(health, "readiness", lambda at: parts)
    assert client.get("/readyz").json() == {"status": "ok", **dict.fromkeys(parts, "ok")}
    parts["beat"] = False
    response = client.get("/readyz")
    assert response.status_code == 503
    answer = json.loads(response.content)
    assert (answer["status"], answer["beat"], answer["worker"]) == (
        "unavailable", "unavailable", "ok",
    )  # fmt: skip
