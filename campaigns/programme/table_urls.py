"""Addresses of the deliverables as a file, and of the file coming back."""

from django.urls import path

from campaigns.programme import table_views

_LIST = "campaigns/<slug:code>/deliverables"

urlpatterns = [
    path(
        f"{_LIST}/export.csv",
        table_views.deliverable_export,
        {"form": "csv"},
        name="deliverable-export-csv",
    ),
    path(
        f"{_LIST}/export.xlsx",
        table_views.deliverable_export,
        {"form": "xlsx"},
        name="deliverable-export-xlsx",
    ),
    path(
        "campaigns/<slug:code>/import-deliverables/",
        table_views.deliverable_import,
        name="deliverable-import",
    ),
]
