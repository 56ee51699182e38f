"""What the frame of every page shows about the person who reads it."""

from typing import Any

from django.http import HttpRequest


def mandate(request: HttpRequest) -> dict[str, Any]:
    """Return the mandate acted under and whether there are others to change to. No queries."""
    return {
        "mandate": getattr(request, "mandate", None),
        "can_change_mandate": len(getattr(request, "mandates", [])) > 1,
    }
