"""Addresses of the reports app."""

from django.urls import path

from reports.views import arriving, records, transfer

app_name = "reports"
urlpatterns = [
    path("learners/<int:pk>/everything/", records.everything, name="everything"),
    path("records/<int:pk>/", records.progress, name="record"),
    path("records/<int:pk>/file/", records.file, name="record-file"),
    path("learners/<int:pk>/transfer/", transfer.transfer, name="transfer"),
    path("learners/<int:pk>/transfer/<int:transfer_pk>/received/", transfer.received, name="received"),
    path("learners/arriving/", arriving.upload, name="arriving"),
    path("learners/arriving/<int:pk>/", arriving.arrival, name="arrival"),
    path("learners/arriving/<int:pk>/cancel/", arriving.cancel, name="arrival-cancel"),
]
