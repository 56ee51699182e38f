"""Papers: details each kind needs, their order, files that are here already, uploads beforehand."""

import json
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from campaigns.plans import actions
from campaigns.plans.completeness import what_is_missing
from campaigns.plans.content import content_hash_of
from campaigns.plans.forms.papers import likely_kind
from campaigns.plans.models import PaperKind
from campaigns.plans.paper_groups import roman
from campaigns.plans.queries import draft_of, papers_of
from campaigns.plans.registration import people_of_file
from emulation_portal.core import attachments
from emulation_portal.core.attachments import errors
from emulation_portal.core.attachments.models import AttachmentScan
from emulation_portal.core.models import Attachment
from tests.campaigns.plans.scenes import AT, issue_data, make_scene, scan, text_of
from tests.factories.campaigns import PlanPaperFactory, accept
from tests.factories.clamd import FakeClamd
from tests.factories.core import AttachmentFactory
from tests.factories.files import pdf
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Role

pytestmark = pytest.mark.django_db
PAGE_QUERIES = 7
BASIS = {
    "kind": "legal_basis",
    "number_symbol": "2680/QĐ-BVHTTDL",
    "issue_date": "30/06/2025",
    "issuer": "Bộ trưởng Bộ Văn hóa, Thể thao và Du lịch",
    "abstract": "Về việc phát động phong trào thi đua",
}


@pytest.fixture(autouse=True)
def _on_the_day_of_the_scenes(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "attachments"
    with time_machine.travel(AT, tick=False), translation.override("en"):
        yield


@pytest.fixture
def scene():
    return make_scene(areas=1)


@pytest.fixture
def version(scene):
    return scene.start()


@pytest.fixture
def officer(client, sign_in, scene):
    client.cookies["language"] = "en"
    return sign_in(client, scene.officer)


@pytest.fixture
def url(version):
    def of(name="papers", *more):
        return reverse(f"campaigns:plan-{name}", args=[version.plan_id, *more])

    return of


def attach(version, by, kind="annex", attachment=None, **details):
    return actions.attach_paper(
        version=version, attachment=attachment or AttachmentFactory(), kind=kind,
        by=by.actor, at=AT, **details,
    )  # fmt: skip


def names(version):
    return [paper.abstract for paper in papers_of(version)]


# --- Details ------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["number_symbol", "issue_date", "issuer", "abstract"])
def test_a_legal_basis_is_cited_by_all_four(officer, url, version, missing):
    response = officer.post(url(), {**BASIS, missing: "", "file": scan()})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {missing}
    assert response.context["form"].errors[missing][0].startswith("Enter")
    kept = response.context["form"].attachment
    again = officer.post(url(), {**BASIS, "kept_file": str(kept.pk)})
    assert again.status_code == 302
    paper = version.papers.get()
    assert (paper.attachment, paper.issue_date, paper.missing_details) == (
        kept,
        date(2025, 6, 30),
        [],
    )


@pytest.mark.parametrize(
    ("kind", "status"), [("annex", 422), ("head_signed", 302), ("nonsense", 422), ("", 422)]
)
def test_what_a_kind_does_not_need_may_stay_empty(officer, url, kind, status):
    response = officer.post(url(), {"kind": kind, "file": scan()})
    assert response.status_code == status
    if kind == "annex":
        assert response.context["form"].errors == {"abstract": ["Enter the title of the annex."]}


def test_details_are_corrected_without_another_upload(officer, url, scene, version):
    paper = attach(version, scene.officer, abstract="Phụ lục")
    address = url("paper", paper.pk)
    assert "Phụ lục" in text_of(officer.get(address))
    bad = officer.post(address, {**BASIS, "issue_date": "23/11/2026"})
    assert bad.status_code == 422
    assert "future" in bad.context["form"].errors["issue_date"][0]
    response = officer.post(address, BASIS)
    assert response.url == f"{url()}#paper-{paper.pk}"
    changed = version.papers.get()
    assert (changed.kind, changed.attachment) == (PaperKind.LEGAL_BASIS, paper.attachment)
    assert changed.number_symbol == BASIS["number_symbol"]


def test_a_correction_that_would_double_a_file_is_refused(officer, url, scene, version):
    file = AttachmentFactory()
    attach(version, scene.officer, attachment=file, abstract="một")
    other = attach(version, scene.officer, kind="head_signed", attachment=file)
    response = officer.post(url("paper", other.pk), {"kind": "annex", "abstract": "hai"})
    assert response.status_code == 422
    assert "attached already" in response.context["form"].errors["kind"][0]


def test_a_paper_of_another_plan_is_not_found(officer, url):
    other = PlanPaperFactory()
    for address in (url("paper", other.pk), url("paper", 10**15)):
        assert officer.get(address).status_code == 404
    for verb in ("up", "down", "remove"):
        for wanted in (str(other.pk), "nonsense", "-1", ""):
            assert officer.post(url(), {verb: wanted}).status_code == 404


def test_a_paper_taken_off_meanwhile_is_said_to_be_gone(scene, version):
    paper = attach(version, scene.officer)
    actions.detach_paper(paper=paper, by=scene.officer.actor, at=AT)
    details = actions.PaperDetails(kind="annex", abstract="x")
    with pytest.raises(actions.PaperGone):
        actions.correct_paper(paper=paper, details=details, by=scene.officer.actor, at=AT)
    with pytest.raises(actions.PaperGone):
        actions.move_paper(paper=paper, up=True, by=scene.officer.actor, at=AT)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Phụ lục 1.xlsx", "annex"), ("PHU-LUC_so-lieu.docx", "annex"), ("bieu 2.xlsx", "annex"),
        ("2680-QD-BVHTTDL.pdf", "legal_basis"), ("kiểu biểuu phụ.pdf", "legal_basis"),
    ],
)  # fmt: skip
def test_the_form_begins_with_what_the_name_says(name, kind):
    assert likely_kind(name) == kind


# --- Order --------------------------------------------------------------------------------


def test_annexes_change_places_and_carry_roman_numbers(officer, url, scene, version):
    first = attach(version, scene.officer, abstract="một")
    attach(version, scene.officer, kind="legal_basis", abstract="căn cứ")
    attach(version, scene.officer, abstract="hai")
    before = content_hash_of(version)
    response = officer.post(url(), {"down": first.pk})
    assert response.url == f"{url()}#paper-{first.pk}"
    assert [name for name in names(version) if name != "căn cứ"] == ["hai", "một"]
    assert content_hash_of(version) != before
    (bases, annexes) = officer.get(url()).context["groups"]
    assert (bases.kind, bases.lines[0].number) == (PaperKind.LEGAL_BASIS, "")
    assert [(line.number, line.paper.abstract) for line in annexes.lines] == [
        ("I", "hai"), ("II", "một"),
    ]  # fmt: skip
    officer.post(url(), {"up": first.pk})
    officer.post(url(), {"up": first.pk})  # at the edge nothing happens
    assert [name for name in names(version) if name != "căn cứ"] == ["một", "hai"]


def test_the_order_goes_into_the_next_version(scene, version):
    for word in ("một", "hai", "ba"):
        attach(version, scene.officer, abstract=word)
    last = version.papers.get(abstract="ba")
    actions.move_paper(paper=last, up=True, by=scene.officer.actor, at=AT)
    wanted = ["một", "ba", "hai"]
    assert names(version) == wanted
    plan = scene.complete_draft().plan
    accept(actions.send_plan(version=draft_of(plan), by=scene.head.actor, at=AT))
    draft = actions.amend_plan(plan=plan, by=scene.officer.actor, at=AT)
    assert names(draft) == wanted


@pytest.mark.parametrize(
    ("number", "written"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (39, "XXXIX")]
)
def test_roman_numbers(number, written):
    assert roman(number) == written


# --- Files that are here already ----------------------------------------------------------


def test_an_earlier_file_is_attached_without_an_upload(officer, url, scene, version):
    mine = AttachmentFactory(uploaded_by=scene.officer.person, original_name="Quyết định 2680.pdf")
    page = text_of(officer.get(url()))
    assert "Quyết định 2680.pdf" in page
    describe = url("papers-describe")
    form = officer.get(describe, {"file": [str(mine.pk)]})
    assert form.status_code == 200
    prefix = f"f{mine.pk.hex}-"
    data = {"file": str(mine.pk), **{prefix + name: value for name, value in BASIS.items()}}
    assert officer.post(describe, {**data, prefix + "issuer": ""}).status_code == 422
    assert officer.post(describe, data).status_code == 302
    assert version.papers.get().attachment == mine
    assert Attachment.objects.count() == 1
    assert "Quyết định 2680.pdf" in text_of(officer.get(url()))  # attached now …
    assert not officer.get(url()).context["earlier"].total  # … and offered no more


def test_what_a_file_was_attached_as_is_filled_in_again(officer, url, scene, version):
    other = PlanPaperFactory(
        version__plan__unit=scene.unit, version__state="draft", kind="annex", abstract="Biểu số 1"
    )
    form = officer.get(url("papers-describe"), {"file": str(other.attachment_id)})
    (line,) = form.context["batch"].forms
    assert line["abstract"].value() == "Biểu số 1"
    assert PaperKind.HEAD_SIGNED not in dict(line.fields["kind"].choices)


def test_several_files_are_attached_all_or_none(officer, url, scene, version):
    files = [AttachmentFactory(uploaded_by=scene.officer.person) for _ in range(3)]
    data = {"file": [str(file.pk) for file in files]}
    for number, file in enumerate(files):
        data |= {f"f{file.pk.hex}-kind": "annex", f"f{file.pk.hex}-abstract": f"Phụ lục {number}"}
    response = officer.post(url("papers-describe"), {**data, f"f{files[2].pk.hex}-abstract": ""})
    assert response.status_code == 422
    assert "Enter the title of the annex." in text_of(response)
    assert version.papers.count() == 0
    attach(version, scene.officer, attachment=files[1], abstract="sớm hơn")
    assert officer.post(url("papers-describe"), data).status_code == 422
    assert version.papers.count() == 1
    version.papers.all().delete()
    assert officer.post(url("papers-describe"), data).status_code == 302
    assert names(version) == ["Phụ lục 0", "Phụ lục 1", "Phụ lục 2"]


def test_only_files_this_person_may_use_are_taken(officer, url, scene, version):
    foreign = PlanPaperFactory(version__plan__unit=UnitFactory(), kind="annex").attachment
    signed = PlanPaperFactory(version__plan__unit=scene.unit, kind="head_signed").attachment
    infected = AttachmentFactory(uploaded_by=scene.officer.person)
    AttachmentScan.objects.create(
        attachment=infected, state="infected", signature="Eicar", scanned_at=AT
    )
    offered = [file.attachment for file in officer.get(url()).context["earlier"].files]
    assert offered == []
    for wanted in (foreign.pk, infected.pk, "nonsense", ""):
        response = officer.get(url("papers-describe"), {"file": str(wanted)})
        assert response.url == url()
    # Chosen by hand, the signed document of another version is no signature for this one.
    page = officer.get(url("papers-describe"), {"file": str(signed.pk)})
    assert "head_signed" not in dict(page.context["batch"].forms[0].fields["kind"].choices)


def test_the_department_is_offered_only_what_it_may_read(client, sign_in, scene):
    version = scene.start(by=scene.reviewer)
    unsent = PlanPaperFactory(version__plan__unit=scene.unit, kind="annex")
    entered = PlanPaperFactory(
        version__plan__unit=scene.unit, version__entered_on_behalf=True, kind="annex"
    )
    page = sign_in(client, scene.reviewer).get(
        reverse("campaigns:plan-papers", args=[version.plan_id])
    )
    offered = {file.attachment for file in page.context["earlier"].files}
    assert entered.attachment in offered
    assert unsent.attachment not in offered


@pytest.mark.parametrize("number", [1, 3, 200])
def test_the_page_asks_the_same_number_of_questions_however_many_files(
    officer, url, scene, version, number, django_assert_num_queries
):
    for place in range(number):
        AttachmentFactory(uploaded_by=scene.officer.person)
        attach(version, scene.officer, abstract=f"Phụ lục {place}")
    with django_assert_num_queries(PAGE_QUERIES):
        page = officer.get(url())
    assert page.status_code == 200


def test_many_earlier_files_are_searched_without_accents(officer, url, scene, version):
    for number in range(12):
        AttachmentFactory(uploaded_by=scene.officer.person, original_name=f"Tệp {number}.pdf")
    AttachmentFactory(
        uploaded_by=scene.officer.person, original_name="Quyết định.pdf",
        uploaded_at=AT - timedelta(days=90),
    )  # fmt: skip
    page = officer.get(url())
    assert (len(page.context["earlier"].files), page.context["earlier"].total) == (10, 13)
    found = officer.get(url(), {"q": "quyet dinh"}).context["earlier"]
    assert [file.attachment.original_name for file in found.files] == ["Quyết định.pdf"]
    assert officer.get(url(), {"q": "không có"}).context["earlier"].matching == 0


# --- Uploads beforehand -------------------------------------------------------------------


def test_a_file_is_taken_in_and_the_form_names_it(officer, url, version):
    response = officer.post(reverse("campaigns:upload"), {"file": scan("ke-hoach.pdf")})
    answer = json.loads(response.content)
    assert (response.status_code, answer["name"], answer["reused"]) == (200, "ke-hoach.pdf", False)
    issued = officer.post(url("issue"), issue_data(kept_file=answer["id"]))
    assert issued.status_code == 302
    assert str(draft_of(version.plan).issue.scan_id) == answer["id"]


def test_the_same_bytes_are_kept_once_and_that_is_said(officer, url, scene, version):
    first = json.loads(officer.post(url("paper-upload"), {"file": scan("a.pdf")}).content)
    with time_machine.travel(AT + timedelta(minutes=5), tick=False):
        again = json.loads(officer.post(url("paper-upload"), {"file": scan("b.pdf")}).content)
        assert (again["id"], again["reused"]) == (first["id"], True)
        assert "b.pdf" in again["message"]
        assert "22/11/2026" in again["message"]
        page = officer.post(
            url(), {"kind": "annex", "abstract": "x", "file": scan("c.pdf")}, follow=True
        )
    assert "the very same file" in text_of(page)
    assert Attachment.objects.count() == 1
    other = MandateFactory(unit=UnitFactory())
    stranger = attachments.accept_upload(
        scan("a.pdf"),
        by=other.actor,
        at=AT,
        reuse_from=Attachment.objects.filter(uploaded_by=other.person),
    )
    assert str(stranger.pk) != first["id"]  # nobody learns what others have


REFUSALS = {
    "nothing sent": ({}, "did not arrive"),
    "text in the place of a file": ({"file": "text"}, "did not arrive"),
    "empty": ({"file": ("a.pdf", b"")}, "is empty"),
    "type": ({"file": ("a.exe", b"MZ")}, "not taken in"),
    "lies": ({"file": ("a.pdf", b"MZ")}, "not what its ending says"),
    "damaged": ({"file": ("a.pdf", b"%PDF-1.7")}, "damaged"),
    "password": ({"file": ("a.pdf", pdf(b"/Encrypt 5 0 R"))}, "protected by a password"),
    "script": ({"file": ("a.pdf", pdf(b"/JavaScript 5"))}, "contains a script"),
    "name": ({"file": ("k" * 260 + ".pdf", pdf())}, "longer than 250 characters"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_each_refusal_of_an_upload_has_its_sentence(officer, url, case):
    fields, told = REFUSALS[case]
    for address in (reverse("campaigns:upload"), url("paper-upload")):
        sent = {
            name: scan(*value) if isinstance(value, tuple) else value
            for name, value in fields.items()
        }
        response = officer.post(address, sent)
        assert response.status_code == 422
        assert told in json.loads(response.content)["error"]
    assert Attachment.objects.count() == 0


def test_quota_and_size_are_said_before_the_form_is_sent(officer, url, settings):
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    big = officer.post(url("paper-upload"), {"file": scan("a.pdf", pdf(bytes(2 * 1024 * 1024)))})
    assert "larger than 1 MB" in json.loads(big.content)["error"]
    settings.ATTACHMENT_DAILY_BYTES = 10
    response = officer.post(url("paper-upload"), {"file": scan()})
    assert "within a day" in json.loads(response.content)["error"]


def test_an_upload_needs_a_draft_and_somebody_who_writes_it(client, sign_in, scene):
    sent = scene.sent()
    address = reverse("campaigns:plan-paper-upload", args=[sent.plan_id])
    response = sign_in(client, scene.officer).post(address, {"file": scan()})
    assert response.status_code == 409
    assert json.loads(response.content)["error"]
    stranger = MandateFactory(unit=UnitFactory())
    assert sign_in(client, stranger).post(address, {"file": scan()}).status_code == 404
    council = MandateFactory(unit=scene.unit, role=Role.COUNCIL_MEMBER)
    for place in (address, reverse("campaigns:upload")):
        assert sign_in(client, council).post(place, {"file": scan()}).status_code == 403
    assert Attachment.objects.filter(original_name="ke-hoach.pdf").count() == 0


def test_the_client_has_the_words_of_the_server(officer, url, settings):
    page = text_of(officer.get(url()))
    assert f'data-max-bytes="{settings.ATTACHMENT_MAX_BYTES}"' in page
    for refusal in (errors.NothingUploaded, errors.TypeNotTaken, errors.TooBig):
        words = str(refusal(name="{name}", limit="20 MB"))
        assert words in page


@pytest.mark.parametrize("name", ["papers", "issue"])
def test_state_secrets_are_forbidden_at_every_file_field(officer, url, name):
    assert "No State secrets here" in text_of(officer.get(url(name)))


# --- The virus check ----------------------------------------------------------------------


@pytest.fixture
def clamd(settings, tmp_path):
    fake = FakeClamd()
    settings.CLAMD_SOCKET = fake.address
    settings.CLAMD_UPLOAD_SECONDS = 0.3
    yield fake
    fake.stop()


def _download(client, paper):
    return client.get(reverse("core:attachment-download", args=[paper.attachment_id]))


def test_a_plan_waits_until_its_files_are_clean(officer, url, scene, clamd, client, sign_in):
    version = scene.complete_draft()
    AttachmentScan.objects.create(attachment=version.issue.scan, state="pending", tried_at=AT)
    AttachmentScan.objects.update(state="clean", scanned_at=AT)
    assert what_is_missing(version) == []
    clamd.mode = "garbage"
    assert (
        officer.post(url(), {"kind": "annex", "abstract": "x", "file": scan()}).status_code == 302
    )
    paper = version.papers.get()
    closed = _download(officer, paper)
    assert closed.status_code == 409
    assert "being checked" in text_of(closed)
    stranger = MandateFactory(unit=UnitFactory())
    assert _download(sign_in(type(client)(), stranger), paper).status_code == 404
    assert "Being checked for viruses" in text_of(officer.get(url()))
    (line,) = what_is_missing(version)
    assert (line.section_key, line.anchor) == ("papers", f"paper-{paper.pk}")
    with pytest.raises(actions.PlanIncomplete):
        actions.send_plan(version=version, by=scene.head.actor, at=AT)
    clamd.mode = "well"
    assert attachments.scan_waiting(clock=lambda: AT + timedelta(hours=1)) == 1
    assert what_is_missing(version) == []
    opened = _download(officer, paper)
    assert opened.status_code == 200
    opened.close()


def test_an_infected_file_is_refused_in_words_and_closed_when_found_later(
    officer, url, scene, clamd, version
):
    malware = pdf(b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE")
    data = {"kind": "annex", "abstract": "x", "file": scan("độc.pdf", malware)}
    refused = officer.post(url(), data)
    assert refused.status_code == 422
    assert "Eicar-Test-Signature" in refused.context["form"].errors["file"][0]
    paper = attach(version, scene.officer)
    AttachmentScan.objects.create(
        attachment=paper.attachment, state="infected", signature="Eicar", scanned_at=AT
    )
    assert _download(officer, paper).status_code == 410
    assert "Malware found" in text_of(officer.get(url()))
    (told,) = [line for line in what_is_missing(version) if line.section_key == "papers"]
    assert "Malware was found" in str(told)
    assert scene.reviewer.person_id in people_of_file(paper.attachment_id, date(2026, 11, 22))


def test_the_administrator_sees_what_waits_and_what_was_found(client, sign_in, settings, clamd):
    who = MandateFactory(role=Role.ADMINISTRATOR)
    waiting, found = AttachmentFactory(), AttachmentFactory()
    AttachmentScan.objects.create(
        attachment=waiting, state="pending", attempts=3, problem="clamd cannot be reached"
    )
    AttachmentScan.objects.create(
        attachment=found, state="infected", signature="Eicar", scanned_at=AT
    )
    client.cookies["language"] = "en"
    admin = sign_in(client, who)
    address = reverse("core:file-checks")
    page = text_of(admin.get(address))
    for words in ("The virus scanner answers", waiting.original_name, "clamd cannot be reached",
                  found.original_name, "Eicar"):  # fmt: skip
        assert words in page
    clamd.mode = "garbage"
    assert "The virus scanner does not answer" in text_of(admin.get(address))
    settings.CLAMD_SOCKET = ""
    assert "No virus scanner is set up" in text_of(admin.get(address))
    officer = MandateFactory()
    assert sign_in(client, officer).get(address).status_code == 403
