"""One decision about several plans: each in its own transaction, so that one refusal stops none."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from campaigns.plans.actions.reviewing import accept_plan, return_plan
from campaigns.plans.models import PlanVersion
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError, NotAllowed
from emulation_portal.core.idempotency import once


@dataclass
class ManyDecided:
    """What became of each version: decided, or refused with the sentence that says why."""

    decided: list[PlanVersion] = field(default_factory=list)
    refused: list[tuple[PlanVersion, str]] = field(default_factory=list)


def decide_many(
    *,
    versions: Collection[PlanVersion],
    accepts: bool,
    reasons: Mapping[int, str],
    key: str,
    by: Actor,
    at: datetime,
) -> ManyDecided:
    """Accept or return each of `versions` with its own reason (`reasons`, by id).

    What somebody else holds, has decided, or what was withdrawn meanwhile is refused by itself;
    the others go through. The same `key` sent twice decides each version once.

    Side effects: those of `accept_plan` or `return_plan`, for each version by itself.
    """
    if by.person_id is None:
        raise NotAllowed
    person_id, outcome = by.person_id, ManyDecided()
    for version in sorted(versions, key=lambda one: one.pk):

        def act(version: PlanVersion = version) -> str:
            text = reasons.get(version.pk, "")
            if accepts:
                accept_plan(version=version, note=text, by=by, at=at)
            else:
                return_plan(version=version, reason=text, by=by, at=at)
            return str(version.pk)

        try:
            once(user_id=person_id, key=f"{key}-{version.pk}", at=at, act=act)
        except DomainError as refusal:
            outcome.refused.append((version, str(refusal)))
        else:
            outcome.decided.append(version)
    return outcome
