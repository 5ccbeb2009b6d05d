"""Addresses of the interventions app."""

from django.urls import path

from interventions.views import export, gaps, library, map, placements, provisions, saved_views, tiers, timeline

app_name = "interventions"
urlpatterns = [
    path("map/", map.show, name="map"),
    path("map/tally/", map.tally, name="tally"),
    path("map/changes/", map.changes, name="changes"),
    path("map/rows/", map.rows, name="rows"),
    path("map/export/", export.export, name="export"),
    path("map/export/template.xlsx", export.template, {"format": "xlsx"}, name="export-template"),
    path("map/export/template.ods", export.template, {"format": "ods"}, name="export-template-ods"),
    path("map/export/<int:pk>/", export.progress, name="print"),
    path("map/export/<int:pk>/file/", export.printed, name="print-file"),
    path("map/views/", saved_views.listed, name="views"),
    path("map/views/<int:pk>/", saved_views.rename, name="view-rename"),
    path("map/views/<int:pk>/delete/", saved_views.delete, name="view-delete"),
    path("map/learners/<int:pk>/", timeline.show, name="timeline"),
    path("map/undo/", placements.undo, name="undo"),
    path("map/placements/<int:pk>/", placements.edit, name="placement"),
    path("map/placements/<int:pk>/end/", placements.end, name="placement-end"),
    path("map/learners/<int:learner>/tier/<int:tier>/add/", placements.add, name="placement-add"),
    path("map/gaps/", gaps.overview, name="gaps"),
    path("map/gaps/<slug:key>/", gaps.one, name="gap"),
    path("settings/tiers/change/", tiers.change, name="tier-change"),
    path("settings/tiers/planned/<int:pk>/cancel/", tiers.cancel, name="tier-cancel"),
    path("provisions/", provisions.listed, name="provisions"),
    path("provisions/new/", provisions.new, name="provision-new"),
    path("provisions/<int:pk>/", provisions.one, name="provision"),
    path("provisions/<int:pk>/edit/", provisions.edit, name="provision-edit"),
    path("provisions/<int:pk>/end/", provisions.end, name="provision-end"),
    path("provisions/<int:pk>/learners/", provisions.add_learners, name="provision-learners"),
    path("provisions/find-learners/", provisions.find_learners, name="find-learners"),
    path("library/", library.listed, name="library"),
    path("library/stock/", library.stock, name="library-stock"),
    path("library/new/", library.new, name="intervention-new"),
    path("library/<int:pk>/", library.one, name="intervention"),
    path("library/<int:pk>/edit/", library.edit, name="intervention-edit"),
    path("library/<int:pk>/archive/", library.archive, name="intervention-archive"),
]
