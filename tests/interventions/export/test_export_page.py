"""Taking the map out: the page, the files, what is kept of it, and large prints as jobs."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from interventions import tasks
from interventions.actions import exports
from interventions.export.drawing import PARTS
from interventions.models import MapExport
from interventions.views import export as views
from learners.models import SenProvision
from provisionmap.school.models import Alarm, AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.tasks import watch
from tests.factories import LearnerFactory, PlacementFactory, ProvisionFactory, SenProvisionFactory, member

pytestmark = pytest.mark.django_db
PAGE = "/map/export/"
HX = {"HX-Request": "true"}
ALL = {"paper": "A3", "names": "full", "parts": list(PARTS)}


def placed(school, **fields):
    return PlacementFactory(learner__school=school, **fields)


def taken(client, format, query="", **options):
    return client.post(f"{PAGE}?{query}", ALL | {"format": format} | options)


class TestWhatIsDrawnAtOnce:
    def test_a_handful_is_there_at_once(self, client, senco):
        placed(senco.school)

        assert taken(client, "pdf").status_code == 200

    @pytest.mark.parametrize("view", ["learners", "interventions", "groups"])
    def test_whatever_takes_a_second_is_a_job_that_says_how_far_it_is(self, client, senco, queued, view):
        for at in range(45):
            placed(senco.school, provision__name=f"Club {at:02}")

        answer = taken(client, "pdf", f"view={view}", paper="A4")

        kept = MapExport.objects.get()
        assert answer["Location"] == reverse("interventions:print", args=[kept.pk])
        assert kept.state == "waiting"
        assert kept.expected > 0


@pytest.fixture
def small(monkeypatch):
    """Every print is a large one."""
    monkeypatch.setattr(views, "AT_ONCE", 0)


@pytest.fixture
def queued(monkeypatch):
    """Which prints were handed to the queue; nothing is drawn."""
    sent = []
    monkeypatch.setattr(tasks.draw_print, "delay", sent.append)
    return sent


class TestThePage:
    def test_it_says_what_is_in_it_under_the_filters_of_the_address(self, client, senco):
        placed(senco.school, learner__nc_year="4")
        placed(senco.school, learner__nc_year="5")

        text = client.get(f"{PAGE}?year=4&as_of=2026-11-20").text

        assert "Friday 20 November 2026" in text
        assert "Year: Year 4" in text
        assert "1 learner, 1 placement<" in text
        assert 'action="?year=4&amp;as_of=2026-11-20"' in text
        assert 'href="/map/?year=4&amp;as_of=2026-11-20"' in text

    def test_for_sharing_begins_with_initials_and_without_upn_and_notes(self, client, senco):
        text = client.get(f"{PAGE}?for=sharing").text

        assert re.findall(r'name="names" value="(\w+)"[^>]* checked', text) == ["initials"]
        assert set(re.findall(r'name="parts" value="(\w+)"[^>]* checked', text)) == set(PARTS) - {"upn", "note"}

    def test_for_print_begins_with_the_pdf(self, client, senco):
        assert re.findall(r'name="format" value="(\w+)"[^>]* checked', client.get(f"{PAGE}?for=print").text) == ["pdf"]

    def test_what_cannot_be_read_is_said_next_to_its_field(self, client, senco):
        answer = taken(client, "docx")

        assert answer.status_code == 422
        assert "docx is not one of the available choices" in answer.text
        assert MapExport.objects.count() == 0

    def test_it_asks_as_often_for_thirty_as_for_one(self, client, senco):
        def count():
            with CaptureQueriesContext(connection) as asked:
                client.get(PAGE)
            return len(asked)

        placed(senco.school)
        one = count()
        for _ in range(29):
            placed(senco.school)

        assert count() == one


class TestTheFiles:
    @pytest.mark.parametrize(
        ("format", "kind", "begins"),
        [
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
            ("ods", "application/vnd.oasis.opendocument.spreadsheet", b"PK"),
            ("csv", "text/csv; charset=utf-8", b"\xef\xbb\xbfUPN"),
            ("pdf", "application/pdf", b"%PDF"),
        ],
    )
    def test_each_format_has_its_kind_and_a_name_that_names_nobody(self, client, senco, format, kind, begins):
        placed(senco.school, learner__surname="Zqname")

        answer = taken(client, format)

        assert (answer.status_code, answer["Content-Type"]) == (200, kind)
        assert answer["Content-Disposition"].endswith(f'filename="provision-map-2026-11-23.{format}"')
        assert answer.content.startswith(begins)

    def test_the_workbook_holds_the_view_and_its_placements(self, client, senco):
        placed(senco.school, learner__surname="Okafor", learner__forename="Maya", provision__name="Phonics")
        ProvisionFactory(school=senco.school, name="Lego club")

        made = openpyxl.load_workbook(io.BytesIO(taken(client, "xlsx", "view=areas").content))

        assert made.sheetnames == ["Areas of need by tier", "Placements"]
        assert [row[8].value for row in made["Placements"].iter_rows(3)] == ["Phonics", "Lego club"]

    @pytest.mark.parametrize("view", ["learners", "areas", "interventions", "groups", "staff"])
    @pytest.mark.parametrize("format", ["xlsx", "ods", "pdf"])
    def test_every_view_can_be_taken_out_in_every_format(self, client, senco, view, format):
        placed(senco.school)

        assert taken(client, format, f"view={view}").status_code == 200

    def test_an_empty_map_can_be_taken_out_too(self, client, senco):
        assert [taken(client, format).status_code for format in ("xlsx", "ods", "csv", "pdf")] == [200] * 4

    def test_a_copy_for_sharing_holds_no_name_and_says_so_in_its_own(self, client, senco):
        placed(senco.school, learner__surname="Zqname", learner__forename="Zqfore", learner__upn="A801200001001")

        answer = taken(client, "csv", names="initials", parts=["dose"])

        assert answer["Content-Disposition"] == 'attachment; filename="provision-map-2026-11-23-for-sharing.csv"'
        assert re.findall("Zq|A801200001001", answer.content.decode()) == []

    def test_paper_and_search_are_as_asked(self, client, senco):
        placed(senco.school, learner__surname="Thistle", learner__forename="Ann")
        placed(senco.school, learner__surname="Aldermoor", learner__forename="Bo")

        page = PdfReader(io.BytesIO(taken(client, "pdf", paper="A4", text="Thistle").content)).pages[0]

        assert tuple(round(float(side)) for side in page.mediabox[2:]) == (842, 595)
        assert "Ann Thistle" in page.extract_text()
        assert "Search by name: only the learners or provisions that match" in page.extract_text()
        assert "Aldermoor" not in page.extract_text()

    def test_a_confidential_entry_is_there_for_those_who_may_see_it_alone(self, client, senco):
        placed(senco.school, provision__name="Counselling", provision__confidential=True)
        head = member(Role.HEAD, senco.school)

        cleared = taken(client, "csv").content.decode()
        client.force_login(head)

        assert cleared.count("Counselling") == 1
        assert "Counselling" not in taken(client, "csv").content.decode()

    def test_a_governor_takes_out_nothing(self, client, senco):
        client.force_login(member(Role.GOVERNOR, senco.school))

        assert client.get(PAGE).status_code == 403
        assert taken(client, "csv").status_code == 403


class TestWhatIsKept:
    def test_who_took_out_what_is_in_the_trail_without_what_was_searched_for(self, client, senco):
        placed(senco.school, learner__nc_year="4")

        taken(client, "csv", "year=4&nonsense=1", text="Maya")

        event = AuditEvent.objects.get(verb="map.export")
        assert (event.user_id, event.school_id) == (senco.pk, senco.school.pk)
        assert event.changes == {
            "format": [None, "csv"],
            "query": [None, "year=4"],
            "searched": [None, True],
            "options": [None, "A3, full, class dates dose note outcome sen staff upn"],
            "learners": [None, 1],
            "placements": [None, 1],
        }
        kept = MapExport.objects.get()
        assert (kept.state, kept.text, kept.file) == ("recorded", "", None)

    def test_looking_at_the_page_keeps_nothing(self, client, senco):
        client.get(PAGE)

        assert (MapExport.objects.count(), AuditEvent.objects.filter(verb="map.export").count()) == (0, 0)


@pytest.mark.usefixtures("small")
class TestALargePrint:
    def start(self, client, queued, django_capture_on_commit_callbacks, **options):
        with django_capture_on_commit_callbacks(execute=True):
            answer = taken(client, "pdf", "year=4", **options)
        kept = MapExport.objects.get()
        assert answer["Location"] == reverse("interventions:print", args=[kept.pk])
        assert queued == [kept.pk]
        return kept

    def test_it_is_a_job_with_a_page_that_asks_again_until_it_is_done(
        self, client, senco, queued, django_capture_on_commit_callbacks
    ):
        placed(senco.school, learner__surname="Okafor", learner__forename="Maya")
        kept = self.start(client, queued, django_capture_on_commit_callbacks, text="Okafor")
        page = f"{PAGE}{kept.pk}/"

        waiting = client.get(page).text
        early = client.get(f"{page}file/")
        tasks.draw_print(kept.pk)
        done = client.get(page, headers=HX).text
        file = client.get(f"{page}file/")

        assert 'hx-trigger="load delay:1500ms"' in waiting
        assert "Waiting for its turn." in waiting
        assert '<meta http-equiv="refresh" content="5">' in waiting
        assert early["Location"] == page
        assert "hx-trigger" not in done
        assert "Your print is ready" in done
        assert "It is kept until 11:00" in done
        assert file["Content-Disposition"] == 'inline; filename="provision-map-2026-11-23.pdf"'
        text = PdfReader(io.BytesIO(file.content)).pages[0].extract_text()
        assert "Maya Okafor" in text
        assert f"Exported by {senco.name} on 23 November 2026 at 10:00" in text
        kept.refresh_from_db()
        assert (kept.state, kept.text, kept.pages) == ("done", "", 1)

    def test_it_is_its_askers_alone(self, client, senco, queued, django_capture_on_commit_callbacks):
        placed(senco.school)
        kept = self.start(client, queued, django_capture_on_commit_callbacks)
        tasks.draw_print(kept.pk)
        client.force_login(member(Role.SENCO, senco.school))

        assert client.get(f"{PAGE}{kept.pk}/").status_code == 404
        assert client.get(f"{PAGE}{kept.pk}/file/").status_code == 404

    def test_drawn_twice_or_late_it_comes_out_once(self, client, senco, queued, django_capture_on_commit_callbacks):
        placed(senco.school)
        kept = self.start(client, queued, django_capture_on_commit_callbacks)
        tasks.draw_print(kept.pk)
        first = bytes(MapExport.objects.get().file)

        tasks.draw_print(kept.pk)

        assert bytes(MapExport.objects.get().file) == first

    def test_it_shows_what_its_asker_may_see_when_it_is_drawn(
        self, client, senco, queued, django_capture_on_commit_callbacks
    ):
        placed(senco.school, learner__surname="Okafor")
        kept = self.start(client, queued, django_capture_on_commit_callbacks)
        senco.memberships.update(ends=timezone.localdate() - timedelta(days=1))

        tasks.draw_print(kept.pk)

        text = PdfReader(io.BytesIO(MapExport.objects.get().file)).pages[0].extract_text()
        assert "Okafor" not in text

    def test_one_that_cannot_be_made_says_so_and_loses_nothing(
        self, client, senco, queued, django_capture_on_commit_callbacks
    ):
        placed(senco.school)
        kept = self.start(client, queued, django_capture_on_commit_callbacks)
        MapExport.objects.update(by=None)

        with pytest.raises(LookupError):
            tasks.draw_print(kept.pk)

        MapExport.objects.update(by=senco)
        text = client.get(f"{PAGE}{kept.pk}/").text
        assert "The print could not be made" in text
        assert 'href="/map/export/?year=4"' in text

    def test_a_worker_that_lost_it_to_another_changes_nothing(
        self, client, senco, queued, django_capture_on_commit_callbacks, monkeypatch
    ):
        placed(senco.school)
        kept = self.start(client, queued, django_capture_on_commit_callbacks)
        tell = exports.tell_pages

        def taken_over(pk, **told):
            MapExport.objects.filter(pk=pk).update(taken_at=timezone.now() + timedelta(seconds=1))
            return tell(pk, **told)

        monkeypatch.setattr(exports, "tell_pages", taken_over)
        tasks.draw_print(kept.pk)

        kept.refresh_from_db()
        assert (kept.state, kept.file) == ("drawing", None)

    def test_it_is_gone_after_an_hour(self, client, senco, queued, clock, django_capture_on_commit_callbacks):
        placed(senco.school)
        kept = self.start(client, queued, django_capture_on_commit_callbacks)
        tasks.draw_print(kept.pk)
        clock.shift(timedelta(minutes=61))
        client.force_login(senco)

        gone = client.get(f"{PAGE}{kept.pk}/file/").status_code
        tasks.look_after_prints()

        kept.refresh_from_db()
        assert (gone, kept.state, kept.file, kept.text) == (404, "gone", None, "")

    def test_one_that_fell_silent_is_queued_again_and_one_at_work_is_not(
        self, client, senco, queued, clock, django_capture_on_commit_callbacks
    ):
        placed(senco.school)
        kept = self.start(client, queued, django_capture_on_commit_callbacks)
        assert exports.take_print(kept.pk, now=timezone.now())
        clock.shift(timedelta(minutes=2))
        tasks.look_after_prints()
        assert queued == [kept.pk]
        assert not exports.take_print(kept.pk, now=timezone.now())

        clock.shift(timedelta(minutes=2))
        tasks.look_after_prints()

        assert queued == [kept.pk, kept.pk]
        tasks.draw_print(kept.pk)
        assert MapExport.objects.get().state == "done"


class TestTheTemplate:
    @pytest.mark.parametrize("role", [Role.SENCO, Role.GOVERNOR])
    @pytest.mark.parametrize("format", ["xlsx", "ods"])
    def test_whoever_is_signed_in_gets_it(self, client, senco, role, format):
        client.force_login(member(role, senco.school))

        answer = client.get(f"{PAGE}template.{format}")

        assert answer["Content-Disposition"] == f'attachment; filename="provision-map-template.{format}"'
        assert answer.content.startswith(b"PK")

    def test_it_has_the_schools_own_tiers(self, client, senco):
        senco.school.tier_set = "layers"
        senco.school.save()

        made = openpyxl.load_workbook(io.BytesIO(client.get(f"{PAGE}template.xlsx").content))

        assert [made["Lists"].cell(row, 1).value for row in range(2, 6)] == [
            "Universal", "Targeted", "Targeted Plus", "Specialist",
        ]  # fmt: skip


def test_prints_are_looked_after_by_the_schedule():
    assert settings.CELERY_BEAT_SCHEDULE["look after prints"]["task"] == tasks.look_after_prints.name


def test_an_export_is_named_by_its_number():
    assert str(MapExport(pk=7)) == "Export 7"


@pytest.mark.parametrize("text", ["a\0b", " ", "x" * 90])
def test_a_search_that_no_database_takes_is_refused_in_words_or_finds_nothing(client, senco, text):
    placed(senco.school)

    assert taken(client, "csv", text=text).status_code in (200, 422)


class TestManyAtOnce:
    @pytest.fixture
    def many(self, senco):
        """A hundred and one learners with SEN support."""
        for learner in LearnerFactory.create_batch(101, school=senco.school):
            SenProvisionFactory(learner=learner)

    def test_a_hundred_and_one_need_a_reason_that_is_kept(self, client, senco, many):
        page = client.get(PAGE)
        assert "Why so many at once" in page.text

        without = taken(client, "csv")
        with_one = taken(client, "csv", reason="Annual return")

        assert (without.status_code, with_one.status_code) == (422, 200)
        assert (MapExport.objects.get().reason, MapExport.objects.get().learners) == ("Annual return", 101)
        watch()
        assert list(Alarm.objects.values_list("kind", "about", "count")) == [("export", senco.pk, 101)]

    def test_and_whoever_asks_shows_who_they_are(self, client, senco, many, clock):
        clock.shift(timedelta(minutes=6))

        for answer in (client.get(PAGE), taken(client, "csv", reason="Annual return")):
            assert answer.url == "/account/again/?next=%2Fmap%2Fexport%2F"
        assert not MapExport.objects.exists()

    def test_a_hundred_need_neither(self, client, senco, many, clock):
        SenProvision.objects.first().delete()
        clock.shift(timedelta(minutes=6))

        assert "Why so many at once" not in client.get(PAGE).text
        assert taken(client, "csv").status_code == 200

    def test_more_than_five_hundred_are_no_file(self, client, senco, many, monkeypatch):
        monkeypatch.setattr("interventions.forms.export.MOST", 100)

        answer = taken(client, "csv", reason="All")

        assert answer.status_code == 422
        assert "narrow the filters" in answer.text
