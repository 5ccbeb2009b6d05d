# ruff: noqa: E501
"""Row 11: fifty scripts through every text field of the models, on every page, fragment and copy that shows it."""

import re
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import models

from interventions.models import Intervention, Placement, Provision
from learners.models import Contact, Group, Learner, Passport, SenProvision
from provisionmap.school.models import School, User
from reports.models import EarlierProvision, RecordExport, Transfer
from tests.attacks.walking import OURS, addresses, browser
from tests.matrix.test_matrix import put_back

HOOK = "zqpwned"
PAYLOADS = [
    text.replace("X", HOOK)
    for text in (
        "<script>X()</script>", "<img src=x onerror=X()>", "\"><script>X()</script>", "'><svg onload=X()>",
        "<svg/onload=X()>", "<a href=javascript:X()>a</a>", "javascript:X()", "\" onmouseover=\"X()", "' onfocus='X()",
        "<body onload=X()>", "<iframe srcdoc='<script>X()</script>'>", "</textarea><script>X()</script>",
        "</title><script>X()</script>", "</option></select><img src=x onerror=X()>", "<div hx-get=/X hx-trigger=load>",
        "\" hx-get=\"/X\" hx-trigger=\"load", "<b hx-on:click=X()>", "<b data-hx-post=/X>", "<input autofocus onfocus=X()>",
        "<details open ontoggle=X()>", "<math><mtext><script>X()</script>", "<template><script>X()</script></template>",
        "{{ X }}", "{% X %}", "${X()}", "<!--><script>X()</script>-->", "]]><script>X()</script>", "<style>@import '//X'</style>",
        "<link rel=stylesheet href=//X>", "<meta http-equiv=refresh content='0;//X'>", "<base href=//X>", "<object data=//X>",
        "<embed src=//X>", "<form action=//X>", "<button formaction=javascript:X()>", "<video onerror=X()><source>",
        "&lt;script&gt;X()&lt;/script&gt;", "&#60;script&#62;X()", "\\u003cscript\\u003eX()", "%3Cscript%3EX()",
        "<scr<script>ipt>X()</script>", "<SCRIPT SRC=//X></SCRIPT>", "<script\n>X()</script>", "<img src=x:X onerror\n=X()>",
        "`onload=X()", "<svg><use href='data:X'>", "<marquee onstart=X()>", "<x style=animation:X onanimationend=X()>",
        "<p id=status class=X>", "\u202e<script>X()</script>",
    )
]  # fmt: skip
# Fields of text and the thing of the world they are of. A new one belongs into one of these two.
SHOWN = {
    Learner: ("surname", "forename", "middle_names", "preferred_name", "upn", "former_upn"),
    SenProvision: ("note",),
    apps.get_model("learners", "Grant"): ("reason",),
    Contact: ("name", "relationship", "phone"),
    apps.get_model("learners", "Hold"): ("reason",),
    apps.get_model("learners", "TrailExport"): ("reason",),
    apps.get_model("interventions", "MapExport"): ("reason",),
    Passport: ("strengths", "hard", "helps", "does_not_help", "aspirations", "communication"),
    Group: ("name",),
    Provision: ("name", "place", "responsible_name", "note"),
    Placement: ("outcome", "baseline", "target"),
    Intervention: ("name", "summary", "entry_criteria", "exit_criteria", "success_measure", "evidence_source", "training"),
    School: ("name", "urn", "la_code", "estab"),
    User: ("name",),
    apps.get_model("school", "Term"): ("name",),
    apps.get_model("school", "Closure"): ("name",),
    apps.get_model("school", "AcademicYear"): ("name",),
    apps.get_model("school", "TierLabel"): ("label",),
    apps.get_model("interventions", "Deliverer"): ("name",),
    apps.get_model("interventions", "SavedView"): ("name",),
    apps.get_model("interventions", "Slot"): ("place",),
    apps.get_model("interventions", "Trip"): ("name",),
    apps.get_model("interventions", "MapChange"): ("words",),
    apps.get_model("interventions", "TierPlan"): ("trouble",),
    **{apps.get_model("interventions", name): fields for name, fields in {
        "Session": ("note",), "Attendance": ("note",), "Answer": ("text",),
    }.items()},
    RecordExport: ("asked_by",),
    Transfer: ("to", "received_by"),
    EarlierProvision: ("school", "name", "tier_name", "place", "note", "outcome", "baseline", "target"),
}  # fmt: skip
# Written by the product in words of its own, or codes that no page shows as they stand.
NOT_TYPED = {
    "interventions.SavedView.query", "interventions.MapExport.query",
    "interventions.MapExport.text", "school.AuditSeal.hash", "interventions.Intervention.starter_key", "school.SignInTries.mark",
    "interventions.Feed.digest", "interventions.Entry.digest", "learners.Grant.source", "school.AuditEvent.verb", "school.AuditEvent.target_model", "school.AuditEvent.request_id", "school.User.password",
}  # fmt: skip


def fields_of_text():
    """Every field of ours that holds words without a list of choices; histories repeat them."""
    return {
        f"{model._meta.label}.{field.name}"
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        if not model.__name__.startswith("Historical")
        for field in model._meta.fields
        if isinstance(field, (models.CharField, models.TextField)) and not field.choices
        and not isinstance(field, models.EmailField)
    }  # fmt: skip


def test_every_field_of_text_is_tried():
    tried = {f"{model._meta.label}.{name}" for model, names in SHOWN.items() for name in names}
    parts = {name for name in fields_of_text() if re.search(r"Import|Upload|Run|Column", name)}  # files on their way in

    assert fields_of_text() - tried - NOT_TYPED - parts == set()


class Alive(HTMLParser):
    """Finds whatever of a payload became an element, an attribute or an address that runs."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            leads = name in {"href", "action", "src", "formaction", "xlink:href"}
            runs = name.startswith(("on", "hx-on")) or (
                leads and (value or "").strip().lower().startswith("javascript:")
            )
            if HOOK in name or (HOOK in (value or "") and (runs or name in LIVE)):
                self.found.append(f"<{tag} {name}>")
        self.inside = "" if ("type", "application/json") in attrs else tag  # data, which no browser runs

    def handle_data(self, data):
        if HOOK in data and getattr(self, "inside", "") in {"script", "style"}:
            self.found.append(f"<{self.inside}>")

    def handle_endtag(self, tag):
        self.inside = ""


LIVE = {"src", "srcdoc", "hx-get", "hx-post", "data-hx-post", "hx-trigger", "formaction", "style", "http-equiv"}


def alive(html):
    """What of a payload lives in `html`."""
    parser = Alive()
    parser.feed(html)
    return parser.found


def plant(text_for):
    """Put `text_for(which, most)` into every field of every row of the world; at most so many characters long."""
    for model, names in SHOWN.items():
        for turn, row in enumerate(model._default_manager.all()):
            values = {
                name: text_for(turn + place, model._meta.get_field(name).max_length) for place, name in enumerate(names)
            }
            if not (model is Learner and row.upn == ""):
                values.pop("upn", None)
                values.pop("former_upn", None)
            if model._meta.label == "school.AcademicYear":
                values = {}
            if values:
                model._default_manager.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize("payload", PAYLOADS[:6] + PAYLOADS[14:16])
def test_a_page_that_did_not_escape_would_be_seen(payload):
    assert alive(f'<p title="{payload}">{payload}</p><div {payload}></div>') != [] or "javascript" in payload


@pytest.mark.parametrize("at", range(0, 50, 10))
def test_no_script_lives_on_any_page_or_fragment(world, at):
    """Ten at a time: each field holds another one, so that in five turns each page has shown all fifty."""
    lot, wrong, shown = PAYLOADS[at : at + 10], [], 0
    with put_back():
        plant(lambda at, most: lot[at % len(lot)] if len(lot[at % len(lot)]) <= most else HOOK[:most])
        for name, address, _body, _route in addresses(world):
            for headers in ({}, {"HX-Request": "true"}):
                answer = browser(world).get(address, headers=headers)
                if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
                    shown += answer.text.count(HOOK)
                    wrong += [f"{name}: {one}" for one in alive(answer.text)]

    assert shown > 100
    assert sorted(set(wrong)) == []
