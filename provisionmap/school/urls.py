"""Addresses of the ground floor."""

from django.urls import path

from provisionmap.school.views import entry

app_name = "school"
urlpatterns = [
    path("sign-in/", entry.SignIn.as_view(), name="sign-in"),
    path("sign-out/", entry.SignOut.as_view(), name="sign-out"),
    path("preferences/", entry.preferences, name="preferences"),
    path("switch/", entry.switch, name="switch"),
]
