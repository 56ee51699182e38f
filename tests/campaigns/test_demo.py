"""The demo goes through the same actions as people do, on the ministry's real data."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from campaigns.models import Campaign, PlanVersion
from campaigns.plans.states import PlanState
from emulation_portal.core.models import Message
from units.models import Unit

DATA = settings.BASE_DIR

pytestmark = pytest.mark.django_db


@pytest.fixture
def ministry(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    call_command(
        "import_units", str(DATA / "units/data/units.csv"),
        f"--blocks={DATA / 'units/data/blocks.csv'}",
        f"--successions={DATA / 'units/data/successions.csv'}", stdout=StringIO(),
    )
    call_command("load_campaign", str(DATA / "campaigns/data/bvhttdl.yaml"), "--yes", stdout=StringIO())


def test_the_demo_shows_plans_in_every_state(ministry):
    call_command("load_demo", stdout=StringIO())
    states = set(PlanVersion.objects.values_list("state", flat=True))
    assert states == {PlanState.DRAFT, PlanState.SENT, PlanState.RETURNED, PlanState.ACCEPTED}
    assert PlanVersion.objects.filter(is_late=True).count() == 2
    assert not PlanVersion.objects.filter(plan__unit__code="cuc-dsvh").exists()


def test_reminders_of_duties_older_than_the_portal_wait_for_the_department(ministry):
    call_command("load_demo", stdout=StringIO())
    campaign = Campaign.objects.get()
    held = Message.objects.held("reminder").filter(context__campaign=campaign.pk)
    assert held.filter(recipient__username="canbo.dsvh").count() == 1
    assert not held.filter(recipient__username="canbo.van-phong").exists()


def test_it_lists_the_sign_ins(ministry):
    call_command("load_demo", stdout=StringIO())
    shown = StringIO()
    call_command("load_demo", "--show", stdout=shown)
    assert "canbo.dsvh" in shown.getvalue()
    assert "Cục Di sản văn hóa" in shown.getvalue()


def test_it_is_never_loaded_over_real_people(ministry):
    call_command("load_demo", stdout=StringIO())
    with pytest.raises(CommandError, match="without people only"):
        call_command("load_demo", stdout=StringIO())


def test_the_ministry_has_74_units_that_owe_a_plan(ministry):
    assert Unit.objects.owing_plans().filter(valid_to=None).count() == 74
