"""Addresses that serve the page of a section: autosave, and rows from a spreadsheet."""

from django.urls import path

from campaigns.plans.views import autosave, pasting

urlpatterns = [
    path(
        "plans/<int:pk>/sections/<slug:key>/autosave/",
        autosave.plan_section_autosave,
        name="plan-section-autosave",
    ),
    path(
        "plans/<int:pk>/sections/<slug:key>/paste/",
        pasting.plan_section_paste,
        name="plan-section-paste",
    ),
]
