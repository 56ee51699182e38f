"""The app's addresses: each feature keeps its own."""

from django.urls import include, path

app_name = "campaigns"

urlpatterns = [
    path("", include("campaigns.dashboards.urls")),
    path("", include("campaigns.programme.urls")),
    path("", include("campaigns.indicators.urls")),
    path("", include("campaigns.plans.urls")),
    path("", include("campaigns.plans.papers_urls")),
    path("", include("campaigns.plans.editor_urls")),
    path("", include("campaigns.plans.review_urls")),
    path("", include("campaigns.plans.compare_urls")),
    path("", include("campaigns.plans.extension_urls")),
    path("", include("campaigns.plans.print_urls")),
    path("", include("campaigns.plans.lists_urls")),
    path("", include("campaigns.plans.starting_urls")),
    path("", include("campaigns.reminders.urls")),
]
