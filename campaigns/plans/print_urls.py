"""Addresses of a version as official paper."""

from django.urls import path

from campaigns.plans.views.printing import plan_print

_VERSION = "plans/<int:pk>/versions/<int:number>"

urlpatterns = [
    path(f"{_VERSION}/print.pdf", plan_print, {"form": "pdf"}, name="plan-print-pdf"),
    path(f"{_VERSION}/print.docx", plan_print, {"form": "docx"}, name="plan-print-docx"),
]
