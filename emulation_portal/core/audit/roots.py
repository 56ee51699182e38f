"""How a root object is named in the trail."""

from django.db import models


def root_key(root: models.Model) -> tuple[str, str]:
    """("campaigns.plan", "12"): stable while the model keeps its name. `root` must be saved."""
    if root.pk is None:
        raise ValueError(f"{root._meta.label} must be saved before something is recorded about it")
    return root._meta.label_lower, str(root.pk)
