from django.urls import path

from campaigns.indicators import views

urlpatterns = [
    path("campaigns/<slug:code>/indicators/", views.indicator_list, name="indicator-list"),
]
