"""How a receipt is numbered and its hash shown to people."""

from campaigns.plans.models import PlanVersion


def receipt_number(version: PlanVersion) -> str:
    """Return the receipt's number: phase, unit and version, for example "GD1-CUC-DSVH-02"."""
    plan = version.plan
    return f"GD{plan.phase.number}-{plan.unit.code.upper()}-{version.number:02}"


def grouped_hash(content_hash: str) -> str:
    """Return the hash in groups of eight, fit for reading aloud."""
    return " ".join(content_hash[i : i + 8] for i in range(0, len(content_hash), 8))
