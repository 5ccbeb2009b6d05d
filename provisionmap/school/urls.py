"""Addresses of the ground floor."""

from django.urls import path

from provisionmap.school.views import account, entry, set_up, settings

app_name = "school"
urlpatterns = [
    path("sign-in/", entry.SignIn.as_view(), name="sign-in"),
    path("sign-out/", entry.SignOut.as_view(), name="sign-out"),
    path("no-school/", entry.no_school, name="no-school"),
    path("preferences/", entry.preferences, name="preferences"),
    path("switch/", entry.switch, name="switch"),
    path("account/", account.account, name="account"),
    path("welcome/<int:pk>/<str:token>/", account.welcome, name="welcome"),
    path("first-run/", set_up.first_run, name="first-run"),
    path("set-up/", set_up.set_up, name="set-up"),
    path("settings/", settings.settings, name="settings"),
    path("settings/school/", settings.details, name="details"),
    path("settings/tiers/", settings.tiers, name="tiers"),
    path("roles/", settings.roles, name="roles"),
]
