"""Why something about a plan is locked: what, by whom and since when, who can lift it and how.

The one place that knows: actions refuse with these sentences, rules explain with them, and the
pages show them. Reads only.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.plans.extra_days import ExtraDays, extra_days_of
from campaigns.plans.models import PlanVersion
from campaigns.plans.states import PlanState
from campaigns.programme.models import Phase
from campaigns.programme.queries import department_heads
from emulation_portal.formats.writing import show_date
from units.models import Mandate, Role, Unit


class LockKind(StrEnum):
    WAITING = "waiting"
    UNDER_REVIEW = "under_review"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    SENT_BY_HEAD = "sent_by_head"
    WINDOW_CLOSED = "window_closed"
    PHASE_OVER = "phase_over"
    UNIT_ENDED = "unit_ended"


@dataclass(frozen=True)
class Lock:
    """`what` is locked, the `reason` (who, when, why), and the `remedy` (who lifts it, how)."""

    kind: LockKind
    what: str
    reason: str
    remedy: str
    # Where the remedy is found, for those who may use it.
    url: str = ""
    url_label: str = ""

    def __str__(self) -> str:
        return f"{self.reason} {self.remedy}"

    @property
    def can_be_extended(self) -> bool:
        """Whether extra days lift it."""
        return self.kind in (LockKind.WINDOW_CLOSED, LockKind.PHASE_OVER)


# --- Sending -----------------------------------------------------------------------------


def locks_on_sending(
    unit: Unit, phase: Phase, *, on: date, mandate: Mandate | None = None
) -> list[Lock]:
    """Return what keeps anybody from sending the plan of `unit` for `phase` on the day `on`.

    Extra days lift a closed window and a phase that is over, for this unit only. A unit that has
    ended sends nothing itself, under whatever `mandate`; the department may still register what
    it issued. At most three queries, none while the phase runs and its window is open.
    """
    locks = []
    acts_for_unit = mandate is None or mandate.is_unit_side
    if acts_for_unit and unit.valid_to is not None and unit.valid_to <= on:
        locks.append(_unit_ended(unit, phase))
    if is_shut(phase, on=on):
        days = extra_days_of(unit, phase, on=on)
        if days.in_force is None:
            locks += _shut_locks(phase, days, on=on)
    return locks


def is_shut(phase: Phase, *, on: date) -> bool:
    """Whether nobody may send a plan for `phase` on the day `on` without extra days."""
    return phase.plans_closed_at is not None or phase.ends_on <= on


def _shut_locks(phase: Phase, days: ExtraDays, *, on: date) -> list[Lock]:
    phase = Phase.objects.select_related(
        "campaign__host_unit", "plans_closed_by__person", "plans_closed_by__unit"
    ).get(pk=phase.pk)
    locks = []
    if phase.ends_on <= on:
        locks.append(_phase_over(phase, days))
    if phase.plans_closed_at is not None:
        locks.append(_window_closed(phase, days, on=on))
    return locks


def _unit_ended(unit: Unit, phase: Phase) -> Lock:
    assert unit.valid_to is not None  # noqa: S101 - asked by the caller
    return Lock(
        LockKind.UNIT_ENDED,
        what=_("Sending"),
        reason=_("%(unit)s ended on %(date)s and sends no plans any more.")
        % {"unit": unit, "date": show_date(unit.valid_to)},
        remedy=_("%(body)s can register what the unit issued, with the source attached.")
        % {"body": phase.campaign.host_unit},
    )


def _phase_over(phase: Phase, days: ExtraDays) -> Lock:
    return Lock(
        LockKind.PHASE_OVER,
        what=_("Sending"),
        reason=_joined(
            _("%(phase)s ended on %(date)s; plans for it are no longer taken.")
            % {"phase": phase, "date": show_date(phase.last_day)},
            _expired(days),
        ),
        remedy=_("%(body)s can grant the unit extra days. Your draft is kept.")
        % {"body": phase.campaign.host_unit},
    )


def _window_closed(phase: Phase, days: ExtraDays, *, on: date) -> Lock:
    closer, closed_at = phase.plans_closed_by, phase.plans_closed_at
    assert closer is not None and closed_at is not None  # noqa: PT018, S101 - by constraint
    heads = [head.person.full_name for head in department_heads(phase.campaign, on)]
    return Lock(
        LockKind.WINDOW_CLOSED,
        what=_("Sending"),
        reason=_joined(
            _(
                "%(person)s (%(body)s) closed the taking of plans for %(phase)s on %(date)s "
                "(%(reason)s)."
            )
            % {
                "person": closer.person.full_name,
                "body": closer.unit,
                "phase": phase,
                "date": show_date(closed_at),
                "reason": phase.plans_closed_reason or _("no reason given"),
            },
            _expired(days),
        ),
        remedy=_(
            "%(people)s (%(body)s) can open it again for everybody; the department can grant "
            "your unit extra days. Your draft is kept."
        )
        % {
            "people": ", ".join(heads) or closer.person.full_name,
            "body": phase.campaign.host_unit,
        },
        url=reverse("campaigns:phase-window", args=[phase.pk]),
        url_label=_("Taking of plans"),
    )


def _expired(days: ExtraDays) -> str:
    if days.expired is None or days.expired.valid_until is None:
        return ""
    return _("The extra days that were granted have expired: the last one was %(date)s.") % {
        "date": show_date(days.expired.valid_until)
    }


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


# --- Changing and withdrawing a version --------------------------------------------------


def lock_on_editing(version: PlanVersion) -> Lock | None:
    """Return why `version` can no longer be changed, or None for a draft.

    `version` comes with its plan, unit and campaign, and whoever sent, reviews and decided it.
    """
    match version.state:
        case PlanState.DRAFT:
            return None
        case PlanState.SENT if version.taken_at is not None:
            remedy = _("%(reviewer)s accepts it, or returns it for additions; then the next "
                       "version can be written.") % {"reviewer": _reviewer(version)}  # fmt: skip
        case PlanState.SENT:
            remedy = _("Until the department takes it for review, the unit can withdraw it and "
                       "goes on with a draft of the same content.")  # fmt: skip
        case PlanState.ACCEPTED:
            remedy = _("The unit can open an amendment: a new version with the same content.")
        case PlanState.RETURNED:
            remedy = _("The unit can open the next version and make the additions there.")
        case _:
            remedy = _("The draft that followed it can be changed.")
    return Lock(_kind_of(version), _("Changing this version"), _what_became_of(version), remedy)


def lock_on_withdrawing(version: PlanVersion, mandate: Mandate | None = None) -> Lock | None:
    """Return why `version` cannot be taken back, or None; with `mandate`, also why not by it.

    The head or a deputy withdraws what was sent; an officer only what no head or deputy sent.
    """
    what = _("Withdrawing")
    if version.state == PlanState.SENT and version.taken_at is None:
        sender = version.sent_by
        by_head = sender is not None and sender.role in (Role.UNIT_HEAD, Role.UNIT_DEPUTY)
        is_officer = mandate is not None and mandate.role == Role.UNIT_OFFICER
        if sender is None or not (by_head and is_officer):
            return None
        return Lock(
            LockKind.SENT_BY_HEAD,
            what,
            _("%(person)s sent this version as %(office)s.")
            % {"person": sender.person.full_name, "office": sender.get_role_display()},
            _("Only the unit's head or a deputy withdraws it."),
        )
    match version.state:
        case PlanState.SENT:
            remedy = _("Ask %(reviewer)s to return it.") % {"reviewer": _reviewer(version)}
        case PlanState.ACCEPTED:
            remedy = _("An accepted plan is not withdrawn; it is changed by an amendment.")
        case PlanState.RETURNED:
            remedy = _("It is back with the unit already: open the next version.")
        case PlanState.WITHDRAWN:
            remedy = _("There is nothing left to withdraw.")
        case _:
            return Lock(
                LockKind.WAITING, what, _("This version is a draft and was never sent."),
                _("There is nothing to withdraw."),
            )  # fmt: skip
    return Lock(_kind_of(version), what, _what_became_of(version), remedy)


def _kind_of(version: PlanVersion) -> LockKind:
    if version.state == PlanState.SENT:
        return LockKind.WAITING if version.taken_at is None else LockKind.UNDER_REVIEW
    return LockKind(version.state)


def _what_became_of(version: PlanVersion) -> str:
    decider = version.decided_by.person.full_name if version.decided_by else _("The department")
    facts = {
        "number": version.number,
        "sender": version.sent_by.person.full_name if version.sent_by else version.plan.unit,
        "time": _moment(version.sent_at),
        "reviewer": _reviewer(version),
        "since": _moment(version.taken_at),
        "decider": decider,
        "decided": _moment(version.decided_at),
    }
    match _kind_of(version):
        case LockKind.UNDER_REVIEW:
            return (
                _(
                    "%(sender)s sent version %(number)s at %(time)s, and %(reviewer)s has been "
                    "reviewing it since %(since)s."
                )
                % facts
            )
        case LockKind.ACCEPTED:
            return _("%(decider)s accepted version %(number)s at %(decided)s.") % facts
        case LockKind.RETURNED:
            return (
                _("%(decider)s asked for additions to version %(number)s at %(decided)s.") % facts
            )
        case LockKind.WITHDRAWN:
            return _("Version %(number)s, sent at %(time)s, was withdrawn.") % facts
    return (
        _(
            "%(sender)s sent version %(number)s at %(time)s; nobody at the department has taken it "
            "for review yet."
        )
        % facts
    )


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%H:%M} {show_date(at)}" if at else ""


def _reviewer(version: PlanVersion) -> str:
    if version.reviewer is None:
        return _("the reviewer")
    person, body = version.reviewer.person.full_name, version.reviewer.unit
    return _("%(person)s (%(body)s)") % {"person": person, "body": body}
