"""Addresses of a version as official paper, and of its receipt."""

from django.urls import path

from campaigns.plans.views import bulk
from campaigns.plans.views.printing import plan_final, plan_print, plan_receipt_pdf

_VERSION = "plans/<int:pk>/versions/<int:number>"

urlpatterns = [
    path(f"{_VERSION}/print.pdf", plan_print, {"form": "pdf"}, name="plan-print-pdf"),
    path(f"{_VERSION}/print.docx", plan_print, {"form": "docx"}, name="plan-print-docx"),
    path(f"{_VERSION}/final.pdf", plan_final, {"form": "pdf"}, name="plan-final-pdf"),
    path(f"{_VERSION}/final.docx", plan_final, {"form": "docx"}, name="plan-final-docx"),
    path(f"{_VERSION}/receipt.pdf", plan_receipt_pdf, name="plan-receipt-pdf"),
    path("campaigns/<slug:code>/plans/download/", bulk.plans_download, name="plans-download"),
    path("plans/downloads/<int:job_id>/", bulk.plans_file, name="plans-file"),
]
