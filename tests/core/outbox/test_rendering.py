"""Mails from templates: text unescaped, HTML escaped and optional, whole addresses."""

import pytest
from django.template import TemplateDoesNotExist

from emulation_portal.core.outbox import Rendered, render_templates

TEMPLATES = {
    "note.subject.txt": "{{ title }}\n",
    "note.txt": "{{ title }}\n{{ portal_url }}{{ path }}\n",
    "rich.subject.txt": "{{ title }}",
    "rich.txt": "{{ title }}",
    "rich.html": "<p>{{ title }}</p>\n",
    "core/outbox/_no_html.html": "",
}


@pytest.fixture(autouse=True)
def own_templates(settings):
    loader = ("django.template.loaders.locmem.Loader", TEMPLATES)
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [loader]},
        }
    ]
    settings.PORTAL_URL = "https://portal.example.vn/"


def test_text_is_not_escaped_and_addresses_are_whole():
    assert render_templates("note", {"title": "Vụ A & B", "path": "/plans/"}) == Rendered(
        subject="Vụ A & B", text="Vụ A & B\nhttps://portal.example.vn/plans/\n", html=""
    )


def test_html_is_escaped():
    assert render_templates("rich", {"title": "A & <b>"}).html == "<p>A &amp; &lt;b&gt;</p>"


def test_a_mail_needs_its_templates():
    with pytest.raises(TemplateDoesNotExist):
        render_templates("missing", {})
