from django.urls import path

from campaigns.reminders import views

urlpatterns = [
    path("campaigns/<slug:code>/held-reminders/", views.held_reminders, name="held-reminders"),
]
