"""What each host in test_two_hosts runs with: production where there are servers, else embedded.

Only static files are served as they lie, because collecting them tells nothing about hosts.
"""

import os

import environ

if os.environ.get("REDIS_URL"):
    from emulation_portal.settings.production import *  # noqa: F403 - settings extend one another
else:
    from emulation_portal.settings.embedded import *  # noqa: F403

from emulation_portal.settings.base import STORAGES

vars().update(environ.Env().email("EMAIL_URL"))
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
