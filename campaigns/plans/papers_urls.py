"""Addresses of a plan's issue, its papers and the uploads they begin with."""

from django.urls import path

from campaigns.plans.views import papers, uploads

urlpatterns = [
    path("uploads/", uploads.upload, name="upload"),
    path("plans/<int:pk>/issue/", papers.plan_issue, name="plan-issue"),
    path("plans/<int:pk>/papers/", papers.plan_papers, name="plan-papers"),
    path("plans/<int:pk>/papers/upload/", uploads.paper_upload, name="plan-paper-upload"),
    path("plans/<int:pk>/papers/describe/", papers.papers_describe, name="plan-papers-describe"),
    path("plans/<int:pk>/papers/<int:paper_pk>/", papers.plan_paper, name="plan-paper"),
]
