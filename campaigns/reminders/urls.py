from django.urls import path

from campaigns.reminders import views

# Below the dashboard, which leads here and stays marked in the navigation.
urlpatterns = [
    path("dashboard/<slug:code>/held-reminders/", views.held_reminders, name="held-reminders"),
]
