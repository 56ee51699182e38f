"""A unit of the ministry with its plan, and the paper made of it."""

from typing import Any

from django.utils import translation

from campaigns.models import PlanVersion
from campaigns.plans.document import document_of
from campaigns.plans.paper import paper_of
from campaigns.plans.queries import issue_of, papers_of
from emulation_portal.core.documents.model import Paper
from tests.campaigns.plans.scenes import Scene, make_scene
from tests.factories.units import UnitFactory
from units.models import UnitKind


def ministry_scene() -> Scene:
    """Make an authority below the ministry that is about to write its plan."""
    made = make_scene(areas=2)
    ministry = UnitFactory(
        name_vi="Bộ Văn hóa, Thể thao và Du lịch", kind=UnitKind.MINISTRY, abbreviation="BVHTTDL"
    )
    made.unit.parent = ministry
    made.unit.abbreviation, made.unit.name_vi = "DSVH", "Cục Di sản văn hóa"
    made.unit.save()
    return made


def read(version: PlanVersion) -> dict[str, Any]:
    """Read what a paper is made of."""
    version = PlanVersion.objects.select_related(
        "plan__unit__parent", "plan__phase__campaign__host_unit"
    ).get(pk=version.pk)
    with translation.override("vi"):
        return {
            "version": version,
            "sections": document_of(version),
            "issue": issue_of(version),
            "papers": papers_of(version),
        }


def paper(version: PlanVersion) -> Paper:
    return paper_of(**read(version))


def section(version: PlanVersion, kind: str, *, number: int | None = None) -> Any:
    rows = version.sections.filter(kind=kind)
    return rows.get(area__number=number) if number else rows.get()
