"""Addresses of the list of plans, of reading a plan, and of the department's review."""

from django.urls import path

from campaigns.plans.views import (
    deciding_many,
    listing,
    phrases,
    reading,
    remarking,
    reviewing,
)

urlpatterns = [
    path("all-plans/", listing.plans_index, name="plans"),
    path("all-plans/<slug:code>/", listing.plan_list, name="plan-list"),
    path("plans/<int:pk>/versions/<int:number>/", reading.plan_version, name="plan-version"),
    path("plans/<int:pk>/trail/", reading.plan_trail, name="plan-trail"),
    path("reviews/", reviewing.reviews_index, name="reviews"),
    path("reviews/version/<int:pk>/", reviewing.review, name="review"),
    path("reviews/version/<int:pk>/take/", reviewing.review_take, name="review-take"),
    path("reviews/version/<int:pk>/release/", reviewing.review_release, name="review-release"),
    path(
        "reviews/version/<int:pk>/remarks/<slug:key>/",
        remarking.review_remark,
        name="review-remark",
    ),
    path(
        "reviews/version/<int:pk>/checklist/<slug:part>/",
        remarking.review_checklist,
        name="review-checklist",
    ),
    path("reviews/version/<int:pk>/decision/", reviewing.review_decide, name="review-decide"),
    path("reviews/campaign/<slug:code>/", reviewing.queue, name="review-queue"),
    path("reviews/campaign/<slug:code>/next/", reviewing.review_next, name="review-next"),
    path("reviews/campaign/<slug:code>/several/", deciding_many.review_many, name="review-many"),
    path("reviews/campaign/<slug:code>/phrases/", phrases.phrase_list, name="phrase-list"),
    path("reviews/phrases/<int:pk>/", phrases.phrase_change, name="phrase-change"),
    path("remarks/<int:pk>/", remarking.remark_thread, name="remark"),
    path("plans/<int:pk>/fixes/", remarking.plan_fixes, name="plan-fixes"),
]
