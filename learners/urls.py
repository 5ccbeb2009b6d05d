"""Addresses of the learners app."""

from django.urls import path

from learners.views import contacts, groups, importing, imports, learner, passport, register, sen, sight, trail

app_name = "learners"
urlpatterns = [
    path("", register.register, name="register"),
    path("add/", learner.add, name="add"),
    path("groups/", groups.groups, name="groups"),
    path("groups/add/", groups.add, name="group-add"),
    path("groups/<int:pk>/", groups.group, name="group"),
    path("groups/<int:pk>/learners/", groups.join, name="group-learners"),
    path("groups/<int:pk>/edit/", groups.edit, name="group-edit"),
    path("groups/<int:pk>/delete/", groups.delete, name="group-delete"),
    path("import/", importing.upload, name="import"),
    path("import/history/", imports.history, name="import-history"),
    path("import/<int:pk>/columns/", importing.columns, name="import-columns"),
    path("import/<int:pk>/preview/", importing.preview, name="import-preview"),
    path("import/<int:pk>/apply/", importing.apply, name="import-apply"),
    path("import/<int:pk>/cancel/", importing.cancel, name="import-cancel"),
    path("import/<int:pk>/", imports.result, name="import-result"),
    path("import/<int:pk>/undo/", imports.undo, name="import-undo"),
    path("<int:pk>/", learner.learner, name="learner"),
    path("<int:pk>/edit/", learner.edit, name="edit"),
    path("<int:pk>/leave/", learner.leave, name="leave"),
    path("<int:pk>/return/", learner.come_back, name="return"),
    path("<int:pk>/sen/", sen.change, name="sen-change"),
    path("<int:pk>/sen/correct/", sen.correct, name="sen-correct"),
    path("<int:pk>/contacts/add/", contacts.add, name="contact-add"),
    path("<int:pk>/contacts/<int:contact_pk>/", contacts.edit, name="contact-edit"),
    path("<int:pk>/contacts/<int:contact_pk>/remove/", contacts.remove, name="contact-remove"),
    path("<int:pk>/sight/", sight.sight, name="sight"),
    path("<int:pk>/sight/<int:share_pk>/", sight.share, name="share"),
    path("seen-by/<int:pk>/", sight.seen_by, name="seen-by"),
    path("access-review/", sight.access_review, name="access-review"),
    path("<int:pk>/passport/", passport.passport, name="passport"),
    path("<int:pk>/passport/pdf/", passport.as_pdf, name="passport-pdf"),
    path("<int:pk>/passport/agreed/", passport.agree, name="passport-agree"),
    path("<int:pk>/passport/<slug:name>/", passport.part, name="passport-part"),
    path("<int:pk>/passport/<slug:name>/edit/", passport.edit_part, name="passport-edit"),
    path("<int:pk>/looks/", trail.access_log, name="access-log"),
    path("audit/", trail.trail, name="audit"),
]
