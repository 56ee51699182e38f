"""Every lock says who, since when and why, who can lift it and how; on every page that meets it."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from campaigns.models import Phase, Plan, PlanVersion
from campaigns.plans import actions
from campaigns.plans.lock_panel import lock_panel
from campaigns.plans.locks import LockKind, lock_on_editing, lock_on_withdrawing
from campaigns.plans.states import PlanState
from tests.campaigns.plans.scenes import AT, make_scene, section_url, text_of
from tests.factories.campaigns import PlanExtensionFactory, accept, give_back
from tests.factories.units import MandateFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def scene():
    return make_scene(areas=1)


def close(scene):
    head = MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_HEAD)
    Phase.objects.filter(pk=scene.phase.pk).update(
        plans_closed_at=AT, plans_closed_by=head, plans_closed_reason="Đang tổng hợp"
    )
    return head


def in_state(scene, state):
    """The version in a state, with whoever brought it there."""
    version = scene.complete_draft()
    if state == "draft":
        return version
    version = actions.send_plan(version=version, by=scene.officer.actor, at=AT)
    if state == "taken":
        PlanVersion.objects.filter(pk=version.pk).update(reviewer=scene.reviewer, taken_at=AT)
    elif state == "accepted":
        accept(version, by=scene.reviewer)
    elif state == "returned":
        give_back(version, by=scene.reviewer)
    elif state == "withdrawn":
        actions.withdraw_plan(version=version, by=scene.officer.actor, at=AT)
    return PlanVersion.objects.get(pk=version.pk)


@pytest.mark.parametrize(
    ("state", "kind", "says", "remedy"),
    [
        ("sent", LockKind.WAITING, "officer", "withdraw it"),
        ("taken", LockKind.UNDER_REVIEW, "reviewer", "returns it for additions"),
        ("accepted", LockKind.ACCEPTED, "reviewer", "amendment"),
        ("returned", LockKind.RETURNED, "reviewer", "next version"),
        ("withdrawn", LockKind.WITHDRAWN, "", "draft that followed"),
    ],
)
def test_why_a_version_cannot_be_changed(scene, state, kind, says, remedy):
    lock = lock_on_editing(in_state(scene, state))
    assert lock.kind == kind
    assert "2026" in lock.reason or state in ("accepted", "returned")
    if says:
        assert getattr(scene, says).person.full_name in lock.reason
    assert remedy in lock.remedy


def test_a_draft_is_not_locked(scene):
    assert lock_on_editing(in_state(scene, "draft")) is None


@pytest.mark.parametrize("role", [Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.UNIT_DEPUTY])
@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("draft", LockKind.WAITING), ("sent", None), ("taken", LockKind.UNDER_REVIEW),
        ("accepted", LockKind.ACCEPTED), ("returned", LockKind.RETURNED),
        ("withdrawn", LockKind.WITHDRAWN),
    ],
)  # fmt: skip
def test_why_a_version_cannot_be_withdrawn(scene, state, kind, role):
    lock = lock_on_withdrawing(in_state(scene, state), MandateFactory(unit=scene.unit, role=role))
    assert (lock.kind if lock else None) == kind
    if lock is not None:
        assert lock.reason
        assert lock.remedy


@pytest.mark.parametrize(
    ("role", "locked"),
    [(Role.UNIT_OFFICER, True), (Role.UNIT_HEAD, False), (Role.UNIT_DEPUTY, False)],
)
def test_what_the_head_sent_an_officer_does_not_withdraw(scene, role, locked):
    version = scene.complete_draft()
    sent = actions.send_plan(version=version, by=scene.head.actor, at=AT)
    lock = lock_on_withdrawing(
        PlanVersion.objects.get(pk=sent.pk), MandateFactory(unit=scene.unit, role=role)
    )
    assert bool(lock) is locked
    if lock:
        assert lock.kind == LockKind.SENT_BY_HEAD
        assert scene.head.person.full_name in lock.reason


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("draft", actions.NothingToWithdraw), ("taken", actions.WithdrawalTooLate),
        ("accepted", actions.NothingToWithdraw), ("returned", actions.NothingToWithdraw),
    ],
)  # fmt: skip
def test_the_action_refuses_with_the_sentence_of_the_lock(scene, state, error):
    version = in_state(scene, state)
    with pytest.raises(error) as refusal:
        actions.withdraw_plan(version=version, by=scene.officer.actor, at=AT)
    assert type(refusal.value) is error
    assert str(refusal.value) == str(lock_on_withdrawing(version))


TODAY = AT.date()


def panel_of(scene, mandate, *, on=TODAY):
    plan = Plan.objects.select_related("unit", "phase__campaign").get(pk=scene.plan.pk)
    version = plan.versions.order_by("-number").first()
    version.plan = plan
    return lock_panel(plan, version, mandate, on=on)


class TestThePanel:
    def test_of_an_open_phase_costs_nothing_and_shows_nothing(
        self, scene, django_assert_num_queries
    ):
        scene.start()
        plan = Plan.objects.select_related("unit", "phase__campaign").get(pk=scene.plan.pk)
        draft = plan.versions.get()
        with django_assert_num_queries(0):
            assert not lock_panel(plan, draft, scene.officer, on=AT.date())

    def test_of_a_closed_window_names_who_closed_it_and_lets_the_unit_ask(self, scene):
        scene.start()
        head = close(scene)
        panel = panel_of(scene, scene.officer)
        (lock,) = panel.locks
        assert lock.kind == LockKind.WINDOW_CLOSED
        for words in (head.person.full_name, "22/11/2026", "Đang tổng hợp"):
            assert words in lock.reason
        assert panel.can_ask
        assert not panel.may_decide

    def test_for_the_department_it_decides(self, scene):
        scene.start()
        close(scene)
        PlanExtensionFactory(phase=scene.phase, unit=scene.unit)
        panel = panel_of(scene, scene.reviewer)
        assert panel.may_decide
        assert panel.days.asked
        assert not panel.can_ask
        assert panel.last_day == date(2026, 11, 27)

    def test_of_a_unit_with_extra_days_has_no_lock(self, scene):
        scene.start()
        close(scene)
        PlanExtensionFactory(phase=scene.phase, unit=scene.unit, granted=True)
        panel = panel_of(scene, scene.officer)
        assert panel.locks == []
        assert panel.days.in_force
        assert "27/11/2026" in panel_of(scene, scene.officer, on=date(2026, 11, 28)).locks[0].reason

    def test_is_nobody_elses_affair(self, scene):
        scene.sent()
        close(scene)
        stranger = MandateFactory(unit=scene.campaign.host_unit)
        assert not panel_of(scene, stranger)


class TestThePages:
    @pytest.fixture
    def as_(self, client, sign_in):
        client.cookies["django_language"] = "en"
        return lambda mandate: sign_in(client, mandate)

    def test_the_hub_and_the_check_page_offer_to_ask(self, scene, as_):
        scene.start()
        head = close(scene)
        for name in ("plan-detail", "plan-check"):
            page = text_of(
                as_(scene.officer).get(reverse(f"campaigns:{name}", args=[scene.plan.pk]))
            )
            assert head.person.full_name in page
            assert reverse("campaigns:extension-ask", args=[scene.phase.pk]) in page

    def test_the_page_of_a_sent_version_says_why_it_is_locked(self, scene, as_):
        in_state(scene, "taken")
        address = reverse("campaigns:plan-version", args=[scene.plan.pk, 1])
        page = text_of(as_(scene.officer).get(address))
        assert scene.reviewer.person.full_name in page
        assert 'id="locks"' in page
        stranger = MandateFactory(unit=scene.campaign.host_unit)
        assert 'id="locks"' not in text_of(as_(stranger).get(address))

    def test_a_section_that_froze_while_it_was_written_says_by_whom(self, scene, as_):
        in_state(scene, "sent")
        response = as_(scene.head).post(
            section_url(scene.plan, "purpose"), {"narrative": "Chữ đã gõ"}
        )
        assert response.status_code == 409
        assert scene.officer.person.full_name in text_of(response)
        assert "Chữ đã gõ" in text_of(response)

    def test_the_department_finds_the_request_on_the_plan(self, scene, as_):
        scene.sent()
        close(scene)
        extension = PlanExtensionFactory(
            phase=scene.phase, unit=scene.unit, asked_by=scene.officer, reason="Máy chủ hỏng"
        )
        address = reverse("campaigns:plan-version", args=[scene.plan.pk, 1])
        page = text_of(as_(scene.reviewer).get(address))
        assert "Máy chủ hỏng" in page
        grant = reverse("campaigns:extension-grant", args=[extension.pk])
        assert grant in page
        response = as_(scene.reviewer).post(grant, {"valid_until": "27/11/2026", "back": address})
        assert response.url == address


def test_every_state_is_explained(scene):
    version = in_state(scene, "sent")
    for state in PlanState:
        version.state = state
        assert (lock_on_editing(version) is None) == (state == PlanState.DRAFT)
