"""Addresses of extra days: asking for them, and the department's word."""

from django.urls import path

from campaigns.plans.views import extensions

urlpatterns = [
    path("phases/<int:pk>/extra-days/ask/", extensions.extension_ask, name="extension-ask"),
    path("extra-days/", extensions.extensions_index, name="extensions"),
    path("extra-days/<int:pk>/grant/", extensions.extension_grant, name="extension-grant"),
    path("extra-days/<int:pk>/decline/", extensions.extension_decline, name="extension-decline"),
    path("extra-days/campaign/<slug:code>/", extensions.extension_list, name="extension-list"),
    path("extra-days/campaign/<slug:code>/give/", extensions.extension_give, name="extension-give"),
]
