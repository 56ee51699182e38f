"""The demo goes through the same actions as people do, on the ministry's real data."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns.management.demo import read_demo
from campaigns.models import Campaign, PlanVersion
from campaigns.plans.states import PlanState
from emulation_portal.core.audit import verify_chain
from emulation_portal.core.models import Message
from units.models import Unit, User

DATA = settings.BASE_DIR
ON_SIGN_IN_PAGE = Path(DATA) / "templates" / "components" / "_demo_sign_ins.html"

# The actions are measured by their own tests: tracing them again only takes time.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def ministry(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    call_command(
        "import_units", str(DATA / "units/data/units.csv"),
        f"--blocks={DATA / 'units/data/blocks.csv'}",
        f"--successions={DATA / 'units/data/successions.csv'}", stdout=StringIO(),
    )  # fmt: skip
    call_command(
        "load_campaign", str(DATA / "campaigns/data/bvhttdl.yaml"), "--yes", stdout=StringIO()
    )


def load(*args):
    out = StringIO()
    call_command("load_demo", *args, stdout=out)
    return out.getvalue()


def test_the_demo_shows_plans_in_every_state_entered_in_office_hours(ministry, at, time_machine):
    time_machine.move_to(at, tick=False)
    load()
    versions = PlanVersion.objects.select_related("plan__unit")
    assert {v.state for v in versions} == {
        PlanState.DRAFT, PlanState.SENT, PlanState.RETURNED, PlanState.ACCEPTED,
    }  # fmt: skip
    assert sum(v.is_late is True for v in versions) == 2
    assert not versions.filter(plan__unit__code="cuc-dsvh").exists()
    go_live = Campaign.objects.get().go_live_date
    moments = [timezone.localtime(v.sent_at or v.created_at) for v in versions]
    assert all(go_live <= m.date() and m <= at for m in moments)
    assert all(m.weekday() < 5 and 8 <= m.hour < 17 for m in moments)
    assert all(verify_chain(v.plan) for v in versions[:3])


def test_reminders_older_than_the_portal_wait_and_it_is_never_loaded_over_real_people(
    ministry, at, time_machine
):
    time_machine.move_to(at, tick=False)
    shown = load()
    held = Message.objects.held("reminder").filter(context__campaign=Campaign.objects.get().pk)
    assert held.filter(recipient__username="canbo.dsvh").count() == 1
    assert not held.filter(recipient__username="canbo.van-phong").exists()

    password = read_demo()["password"]
    for person in read_demo()["people"]:
        assert f"  {person['username']} " in shown
        assert User.objects.get(username=person["username"]).check_password(password)
    assert "Cục Di sản văn hóa" in shown
    assert load("--show") == shown

    before = PlanVersion.objects.count()
    with pytest.raises(CommandError, match="without people only"):
        load()
    assert PlanVersion.objects.count() == before


def test_before_the_portal_goes_live_the_demo_can_be_loaded_too(ministry, time_machine):
    time_machine.move_to("2026-10-01T09:00:00+07:00", tick=False)
    load()
    assert not PlanVersion.objects.filter(sent_at__gt=timezone.now()).exists()
    assert not Message.objects.filter(kind="reminder").exists()


def test_the_ministry_has_74_units_that_owe_a_plan(ministry):
    assert Unit.objects.owing_plans().filter(valid_to=None).count() == 74


# --- The sign-in page ---------------------------------------------------------------------


def test_the_sign_in_page_names_the_demos_own_sign_ins(client, settings):
    settings.DEMO = True
    shown = client.get("/sign-in/").content.decode()
    demo = read_demo()
    assert demo["password"] in shown
    usernames = {person["username"] for person in demo["people"]}
    named = [name for name in usernames if f"<code>{name}</code>" in shown]
    assert len(named) == 4
    assert ON_SIGN_IN_PAGE.read_text(encoding="utf-8").count("<code>") == 5  # and the password


def test_without_the_demo_the_sign_in_page_names_nobody(client, settings):
    settings.DEMO = False
    assert "canbo.dsvh" not in client.get("/sign-in/").content.decode()
