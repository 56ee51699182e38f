"""Addresses of comparing two versions of a plan."""

from django.urls import path

from campaigns.plans.views import comparing

urlpatterns = [
    path("plans/<int:pk>/compare/", comparing.plan_compare_choose, name="plan-compare-choose"),
    path(
        "plans/<int:pk>/compare/<int:old>/<int:new>/", comparing.plan_compare, name="plan-compare"
    ),
]
