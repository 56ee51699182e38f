"""What a page shows of the locks on a plan: the locks themselves, and extra days against them."""

from dataclasses import dataclass, field
from datetime import date

from campaigns.plans.extra_days import ExtraDays, extra_days_of, usual_last_day
from campaigns.plans.locks import Lock, is_shut, lock_on_editing, locks_on_sending
from campaigns.plans.models import Plan, PlanVersion
from campaigns.plans.rules import may_ask_extra_days, may_decide_extra_days
from units.models import Mandate


@dataclass(frozen=True)
class LockPanel:
    """`locks` with who can lift them; `days` only where the phase is shut to plans."""

    plan: Plan
    locks: list[Lock] = field(default_factory=list)
    days: ExtraDays = field(default_factory=ExtraDays)
    may_ask: bool = False
    may_decide: bool = False
    # What one click grants.
    last_day: date | None = None

    def __bool__(self) -> bool:
        return bool(self.locks or self.days.in_force or self.days.asked)

    @property
    def can_ask(self) -> bool:
        """Whether the button “ask for extra days” is of use to this reader."""
        liftable = any(lock.can_be_extended for lock in self.locks)
        return self.may_ask and liftable and self.days.asked is None


def lock_panel(plan: Plan, version: PlanVersion | None, mandate: Mandate, *, on: date) -> LockPanel:
    """Return what to show `mandate` about the locks on `plan`, and on changing `version`.

    Those who neither write nor review the plan are shown nothing. No query while the phase takes
    plans and nobody has sent the version; `version` should bring whoever sent and decided it.
    """
    may_ask = bool(may_ask_extra_days(mandate, plan.unit))
    if not (may_ask or mandate.is_department):
        return LockPanel(plan)
    locks: list[Lock] = []
    # Of an earlier version, what is done about it stands beside the later one.
    if version is not None and version.pk == plan.current_id:
        locks += filter(None, [lock_on_editing(version)])
    if not is_shut(plan.phase, on=on):
        return LockPanel(plan, locks + locks_on_sending(plan.unit, plan.phase, on=on))
    days = extra_days_of(plan.unit, plan.phase, on=on)
    may_decide = bool(may_decide_extra_days(mandate, plan.unit, on=on))
    return LockPanel(
        plan,
        locks + locks_on_sending(plan.unit, plan.phase, on=on),
        days,
        may_ask,
        may_decide,
        usual_last_day(plan.phase.campaign, on=on) if may_decide else None,
    )
