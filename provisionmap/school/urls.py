"""Addresses of the ground floor."""

from django.urls import path, re_path

from provisionmap.school.views import account, alarms, calendar, entry, people, set_up, settings, sign_in, term_import

app_name = "school"
urlpatterns = [
    path("sign-out/", entry.SignOut.as_view(), name="sign-out"),
    path("sign-out/everywhere/", sign_in.sign_out_everywhere, name="sign-out-everywhere"),
    path("forgotten/", sign_in.forgotten, name="forgotten"),
    path("session/", sign_in.session, name="session"),
    path("session/hide/", sign_in.hide, name="hide"),
    path("signed-in/", sign_in.signed_in, name="signed-in"),
    path("account/second-step/", sign_in.second_step, name="second-step"),
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
    path("settings/calendar/", calendar.calendar, name="calendar"),
    path("settings/calendar/years/add/", calendar.year_add, name="year-add"),
    path("settings/calendar/years/<int:pk>/", calendar.year_edit, name="year-edit"),
    path("settings/calendar/terms/add/", calendar.term_add, name="term-add"),
    path("settings/calendar/terms/<int:pk>/", calendar.term_edit, name="term-edit"),
    path("settings/calendar/closures/add/", calendar.closure_add, name="closure-add"),
    path("settings/calendar/closures/<int:pk>/", calendar.closure_edit, name="closure-edit"),
    path("settings/calendar/import/", term_import.upload, name="calendar-import"),
    path("settings/calendar/import/confirm/", term_import.confirm, name="calendar-confirm"),
    path("settings/calendar/bank-holidays/", calendar.bank_holidays, name="bank-holidays"),
    re_path(
        r"^settings/calendar/(?P<noun>year|term|closure)/(?P<pk>[0-9]{1,18})/remove/$",
        calendar.remove,
        name="calendar-remove",
    ),
    path("settings/people/", people.people, name="people"),
    path("settings/people/add/", people.add, name="person-add"),
    path("settings/people/paste/", people.paste, name="people-paste"),
    path("settings/people/links/", people.links, name="people-links"),
    path("settings/people/<int:pk>/", people.person, name="person"),
    path("settings/people/<int:pk>/roles/", people.roles, name="person-roles"),
    path("settings/people/<int:pk>/hours/", people.hours, name="person-hours"),
    path("settings/people/<int:pk>/end/", people.end, name="person-end"),
    path("settings/people/<int:pk>/link/", people.link, name="person-link"),
    path("settings/people/<int:pk>/second-step/", people.second_step, name="person-second-step"),
    path("settings/alarms/", alarms.alarms, name="alarms"),
    path("settings/alarms/<int:pk>/", alarms.noticed, name="alarm-noticed"),
    path("roles/", settings.roles, name="roles"),
]
