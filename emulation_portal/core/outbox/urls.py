"""Included by core.urls, in the namespace "core"."""

from django.urls import path

from emulation_portal.core.outbox import views

urlpatterns = [
    path("", views.message_list, name="message-list"),
    path("<int:pk>/", views.message_detail, name="message-detail"),
    path("<int:pk>/retry/", views.message_retry, name="message-retry"),
]
