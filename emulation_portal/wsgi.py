"""Entry point of the web server; the embedded settings by default."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emulation_portal.settings.embedded")
os.environ.setdefault("PORTAL_PROCESS", "web")

application = get_wsgi_application()
