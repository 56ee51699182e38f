"""Addresses of the plan pages."""

from django.urls import path

from campaigns.plans.views import editor, sending, starting

urlpatterns = [
    path("plans/", starting.unit_plans, name="unit-plans"),
    path("phases/<int:pk>/plan/start/", starting.plan_start, name="plan-start"),
    path("phases/<int:pk>/plan/paper/", starting.plan_register_paper, name="plan-register-paper"),
    path("plans/<int:pk>/", editor.plan_detail, name="plan-detail"),
    path("plans/<int:pk>/sections/<slug:key>/", editor.plan_section, name="plan-section"),
    path("plans/<int:pk>/check/", sending.plan_check, name="plan-check"),
    path("plans/<int:pk>/send/", sending.plan_send, name="plan-send"),
    path("plans/<int:pk>/withdraw/", sending.plan_withdraw, name="plan-withdraw"),
    path("plans/<int:pk>/amend/", starting.plan_amend, name="plan-amend"),
    path(
        "plans/<int:pk>/versions/<int:number>/receipt/", sending.plan_receipt, name="plan-receipt"
    ),
]
