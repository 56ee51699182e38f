"""Addresses of bringing text of another source into a draft."""

from django.urls import path

from campaigns.plans.views import importing

_PLAN = "plans/<int:pk>/bring-in"

urlpatterns = [
    path(f"{_PLAN}/", importing.bring_in, name="plan-bring-in"),
    path(f"{_PLAN}/model/", importing.bring_in_model, name="plan-bring-in-model"),
    path(f"{_PLAN}/plans/", importing.bring_in_plans, name="plan-bring-in-plans"),
    path(f"{_PLAN}/plans/<int:source_pk>/", importing.bring_in_plan, name="plan-bring-in-plan"),
    path(f"{_PLAN}/document/", importing.bring_in_document, name="plan-bring-in-document"),
    path(
        f"{_PLAN}/document/<uuid:attachment_id>/",
        importing.bring_in_confirm,
        name="plan-bring-in-confirm",
    ),
]
