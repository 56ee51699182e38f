"""What a version says, in one canonical form: hashed when it is sent, compared before.

The form is JSON with sorted keys, dates as ISO, numbers without trailing zeros and files by
their own hash, so that the same content has the same hash on every database.
"""

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any

from campaigns.indicators.models import Measured
from campaigns.plans.models import PlanIssue, PlanVersion


def content_of(version: PlanVersion) -> dict[str, Any]:
    """Return everything `version` says, ready for JSON. Seven queries, whatever the size."""
    sections = list(version.sections.select_related("area").order_by("position"))
    tasks: dict[int, list[dict[str, Any]]] = {section.pk: [] for section in sections}
    for task in version.tasks.order_by("section__position", "position"):
        tasks[task.section_id].append(
            {
                "identity": str(task.identity),
                "title": task.title,
                "lead": task.lead,
                "partners": task.partners,
                "due_date": _day(task.due_date),
                "product": task.product,
            }
        )
    targets: dict[int, list[dict[str, Any]]] = {section.pk: [] for section in sections}
    rows = version.targets.select_related("indicator").prefetch_related("years")
    for target in rows.order_by("indicator__code"):
        targets[target.section_id].append(
            {
                "identity": str(target.identity),
                "indicator": target.indicator.code,
                "not_applicable": target.not_applicable,
                "baseline_year": target.baseline_year,
                "baseline": _measure(target),
                "note": target.note,
                "years": {str(year.year): _measure(year) for year in target.years.all()},
            }
        )
    papers = version.papers.select_related("attachment").order_by("position", "pk")
    return {
        "number": version.number,
        "registered_from_paper": version.registered_from_paper,
        "entered_on_behalf": version.entered_on_behalf,
        "sections": [
            {
                "key": section.key,
                "narrative": section.narrative,
                "tasks": tasks[section.pk],
                "targets": targets[section.pk],
            }
            for section in sections
        ],
        "issue": _issue(version),
        "papers": [
            {
                "kind": paper.kind,
                "number_symbol": paper.number_symbol,
                "issue_date": _day(paper.issue_date),
                "issuer": paper.issuer,
                "abstract": paper.abstract,
                "sha256": paper.attachment.sha256,
            }
            for paper in papers
        ],
    }


def content_hash_of(version: PlanVersion) -> str:
    """Return the SHA-256 of the version's content, in 64 hexadecimal digits."""
    text = json.dumps(
        content_of(version), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _issue(version: PlanVersion) -> dict[str, Any] | None:
    issue = PlanIssue.objects.select_related("scan").filter(version=version).first()
    if issue is None:
        return None
    return {
        "number_symbol": issue.number_symbol,
        "issue_date": _day(issue.issue_date),
        "signer_name": issue.signer_name,
        "signer_title": issue.signer_title,
        "signing_capacity": issue.signing_capacity,
        "sha256": issue.scan.sha256,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _number(number: Decimal | None) -> str | None:
    if number is None:
        return None
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def _measure(measured: Measured) -> dict[str, str | None]:
    return {
        "value": _number(measured.value),
        "numerator": _number(measured.numerator),
        "denominator": _number(measured.denominator),
    }
