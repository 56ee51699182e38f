"""Addresses of the search, of the list of tasks, of lists as files, and of files coming back."""

from django.urls import path

from campaigns.plans.views import exports, imports, listing, searching

urlpatterns = [
    path("search/", searching.search, name="search"),
    path("all-tasks/<slug:code>/", listing.task_list, name="task-list"),
    path(
        "all-plans/<slug:code>/export.csv",
        exports.plan_export,
        {"form": "csv"},
        name="plan-export-csv",
    ),
    path(
        "all-plans/<slug:code>/export.xlsx",
        exports.plan_export,
        {"form": "xlsx"},
        name="plan-export-xlsx",
    ),
    path(
        "all-tasks/<slug:code>/export.csv",
        exports.task_export,
        {"form": "csv"},
        name="task-export-csv",
    ),
    path(
        "all-tasks/<slug:code>/export.xlsx",
        exports.task_export,
        {"form": "xlsx"},
        name="task-export-xlsx",
    ),
    path("all-tasks/<slug:code>/import/", imports.task_import, name="task-import"),
    path("phases/<int:pk>/plans/import/", imports.plan_import, name="plan-import"),
]
