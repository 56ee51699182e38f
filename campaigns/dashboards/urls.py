from django.urls import path

from campaigns.dashboards import views

urlpatterns = [
    path("", views.home, name="home"),
    path("dashboard/", views.dashboard_index, name="dashboard-index"),
    path("dashboard/<slug:code>/", views.dashboard, name="dashboard"),
]
