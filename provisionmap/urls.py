"""Every address of the product, by app."""

from django.urls import include, path

from provisionmap.school.sign_in.outside import urls as outside_urls
from provisionmap.school.views.entry import home
from provisionmap.school.views.health import health
from provisionmap.web.csp_reports import csp_report

urlpatterns = [
    path("", home, name="home"),
    path("health/", health, name="health"),
    path("csp/", csp_report, name="csp-report"),
    path("", include("provisionmap.school.urls")),
    path("", include("provisionmap.school.sign_in.urls")),
    *outside_urls(),
    path("learners/", include("learners.urls")),
    path("", include("interventions.urls")),
    path("", include("reports.urls")),
]

handler400 = "provisionmap.web.errors.bad_request"
handler403 = "provisionmap.web.errors.not_allowed"
handler404 = "provisionmap.web.errors.not_found"
handler500 = "provisionmap.web.errors.broken"
