from django.urls import include, path

from campaigns.programme import views

urlpatterns = [
    path("", include("campaigns.programme.table_urls")),
    path("campaigns/", views.campaign_list, name="campaign-list"),
    path("campaigns/<slug:code>/", views.campaign_detail, name="campaign-detail"),
    path("campaigns/<slug:code>/deliverables/", views.deliverable_list, name="deliverable-list"),
    path(
        "campaigns/<slug:code>/deliverables/<slug:deliverable>/",
        views.deliverable_update,
        name="deliverable-update",
    ),
    path("campaigns/<slug:code>/unconfirmed/", views.unconfirmed_list, name="unconfirmed-list"),
    path(
        "campaigns/<slug:code>/unconfirmed/<slug:kind>/<int:pk>/",
        views.fact_confirm,
        name="fact-confirm",
    ),
    path("phases/<int:pk>/plan-window/", views.phase_window, name="phase-window"),
]
