"""Addresses of signing in from outside: there only where the environment names a directory."""

from allauth.socialaccount import views
from django.urls import path

from provisionmap.school.access import require

urlpatterns = [
    path("outside/cancelled/", views.login_cancelled, name="socialaccount_login_cancelled"),
    path("outside/error/", views.login_error, name="socialaccount_login_error"),
    path("outside/unknown/", views.signup, name="socialaccount_signup"),
    path("account/outside/", require(writes=["POST"])(views.connections), name="socialaccount_connections"),
]
