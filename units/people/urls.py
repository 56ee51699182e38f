from django.urls import path

from units.people import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("password-reset/", views.password_reset, name="password-reset"),
    path("password-reset/done/", views.password_reset_done, name="password-reset-done"),
    path("set-password/<str:uidb64>/<str:token>/", views.set_password, name="set-password"),
    path("password-change/", views.password_change, name="password-change"),
    path("profile/", views.profile, name="profile"),
]
