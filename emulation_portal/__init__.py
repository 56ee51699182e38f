"""The portal. Importing it makes its Celery application the one that tasks belong to."""

from emulation_portal.celery import app as celery_app

__all__ = ["celery_app"]
