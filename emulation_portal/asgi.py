"""Entry point of an asynchronous web server; the embedded settings by default."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emulation_portal.settings.embedded")
os.environ.setdefault("PORTAL_PROCESS", "web")

application = get_asgi_application()
