"""Addresses that belong to no feature."""

from django.urls import include, path

from emulation_portal.core import views

app_name = "core"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("language/", views.set_language, name="set-language"),
    path(
        "attachments/<uuid:attachment_id>/", views.attachment_download, name="attachment-download"
    ),
    path("attachments/checks/", views.file_checks, name="file-checks"),
    path("jobs/<int:job_id>/", views.job_detail, name="job-detail"),
    path("jobs/<int:job_id>/cancel/", views.job_cancel, name="job-cancel"),
    path("outgoing-mail/", include("emulation_portal.core.outbox.urls")),
    path("style/", views.style_page, name="style"),
]
