"""What plans tell the foundations when the portal starts. Called by `CampaignsConfig.ready()`."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from campaigns.plans import (
    bulk_download,
    extension_registration,
    lists_registration,
    review_registration,
)
from campaigns.plans.actions.sending import PLAN_RECEIPT, PLAN_SENT
from campaigns.plans.mails import render_plan_receipt, render_plan_sent
from campaigns.plans.models import (
    Plan,
    PlanImport,
    PlanIssue,
    PlanPaper,
    PlanSection,
    PlanTarget,
    PlanTargetYear,
    PlanTask,
    PlanVersion,
    Remark,
)
from campaigns.plans.queries import reviewers_of
from campaigns.plans.rules import may_read
from campaigns.plans.states import PLAN_TRANSITIONS, PlanState
from emulation_portal.core import attachments, immutability, outbox
from emulation_portal.core.attachments import Viewer
from emulation_portal.core.navigation import register_nav
from emulation_portal.core.transitions import pairs_of
from units.api import UNIT_ROLES

_OPEN = (PlanState.DRAFT,)
_DECIDED_WHEN_SENT = (
    "plan",
    "number",
    "based_on",
    "created_at",
    "created_by",
    "registered_from_paper",
    "entered_on_behalf",
    "sent_at",
    "sent_by",
    "is_late",
    "content_hash",
)


def register() -> None:
    """Put the feature's tables under protection and announce its mails, files and pages."""
    _protect()
    outbox.register_kind(PLAN_SENT, render=render_plan_sent, label=_("A plan has come in"))
    outbox.register_kind(
        PLAN_RECEIPT, render=render_plan_receipt, label=_("Receipt for a sent plan")
    )
    attachments.register_link("plan", file_is_visible)
    attachments.register_link("plan-import", import_is_visible)
    attachments.register_audience("plan", people_of_file)
    review_registration.register()
    lists_registration.register()
    bulk_download.register()
    extension_registration.register()
    register_nav(_("The unit's plans"), "campaigns:unit-plans", roles=UNIT_ROLES, order=20)


def _protect() -> None:
    for model in (PlanSection, PlanTask, PlanTarget, PlanTargetYear, PlanPaper, PlanImport):
        immutability.register_frozen_with_parent(
            model, parent=PlanVersion, fk="version", state_field="state", open_states=_OPEN
        )
    # Where review comes before issue, an accepted version is issued later, and once.
    immutability.register_frozen_with_parent(
        PlanIssue,
        parent=PlanVersion,
        fk="version",
        state_field="state",
        open_states=_OPEN,
        insert_states=(*_OPEN, PlanState.ACCEPTED),
    )
    immutability.register_frozen_columns(
        PlanVersion, state_field="state", open_states=_OPEN, columns=_DECIDED_WHEN_SENT
    )
    immutability.register_transitions(
        PlanVersion, state_field="state", pairs=pairs_of(PLAN_TRANSITIONS)
    )
    immutability.register_append_only(Remark)


def import_is_visible(viewer: Viewer, attachment_id: UUID) -> bool:
    """Whether the viewer uploaded the file to be read into a draft that the mandate may read."""
    if viewer.mandate is None or viewer.actor.person_id is None:
        return False
    kept = PlanImport.objects.filter(
        attachment_id=attachment_id,
        attachment__uploaded_by=viewer.actor.person_id,
        version__plan__in=Plan.objects.visible_to(viewer.mandate),
    )
    rows = kept.select_related("version__plan")
    return any(may_read(viewer.mandate, row.version) for row in rows)


def file_is_visible(viewer: Viewer, attachment_id: UUID) -> bool:
    """Whether the mandate acted in may read a version that holds the file as paper or scan."""
    mandate = viewer.mandate
    if mandate is None:
        return False
    holders = PlanVersion.objects.holding(attachment_id).filter(
        plan__in=Plan.objects.visible_to(mandate)
    )
    return any(may_read(mandate, version) for version in holders.select_related("plan"))


def people_of_file(attachment_id: UUID, on: date) -> set[int]:
    """Who hears, beside its uploader, that malware was found in a file of a plan: its reviewers,
    also before the plan is sent, because whoever read the file may have been harmed.
    """
    plans = Plan.objects.filter(versions__in=PlanVersion.objects.holding(attachment_id)).distinct()
    return {
        person.pk
        for plan in plans.select_related("phase__campaign")
        for person in reviewers_of(plan, on=on)
    }
