"""Where all addresses come together. No app imports this module."""

from django.urls import include, path

urlpatterns = [
    path("", include("emulation_portal.core.urls")),
    path("", include("units.urls")),
    path("", include("campaigns.urls")),
]

handler400 = "emulation_portal.core.views.bad_request"
handler403 = "emulation_portal.core.views.permission_denied"
handler404 = "emulation_portal.core.views.page_not_found"
handler500 = "emulation_portal.core.views.server_error"
