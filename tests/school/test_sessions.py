"""How long a session lasts, what a hidden screen still answers, and mail with one-time links."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as some
from kombu.exceptions import OperationalError

from provisionmap.school.actions.account import tokens
from provisionmap.school.models import Membership
from provisionmap.school.passwords import is_guessable
from provisionmap.school.roles import Role
from provisionmap.school.sign_in.limits import ABSOLUTE, IDLE, SHARED_IDLE, Session, seconds_left
from provisionmap.school.tasks import mail_invitation, mail_reset
from tests.factories import UserFactory, member

SESSION, HIDE, SIGN_IN = reverse("school:session"), reverse("school:hide"), reverse("account_login")
HX = {"HX-Request": "true"}
CHANCE = re.compile(r'content="\w{64}"|value="\w{64}"|nonce="[^"]+"')


class TestLimits:
    def test_twenty_minutes_without_use_end_it(self, client, senco, clock):
        clock.shift(IDLE - 40)
        assert client.get("/learners/").status_code == 200
        clock.shift(IDLE - 40)
        assert client.get("/learners/").status_code == 200
        clock.shift(IDLE + 1)

        gone = client.get("/learners/")

        assert gone.url == f"{SIGN_IN}?next=/learners/&ended=1"
        assert "nothing was done for a while" in client.get(gone.url).text
        assert client.get(SESSION).status_code == 401

    def test_ten_hours_end_it_however_busy(self, client, senco, clock):
        for _ in range(ABSOLUTE // 1_000 - 1):
            clock.shift(1_000)
            assert client.get(reverse("school:account")).status_code == 200

        clock.shift(1_001)

        assert client.get("/account/").status_code == 302

    def test_on_a_shared_computer_five_minutes_do(self, client, senco, clock):
        session = client.session
        session["shared"] = True
        session.save()
        clock.shift(SHARED_IDLE + 1)

        assert client.get("/learners/").status_code == 302

    def test_a_page_that_asks_by_itself_is_no_use_of_it(self, client, senco, clock):
        for _ in range(3):
            clock.shift(IDLE // 3 - 5)
            assert client.get(SESSION).status_code == 200
            assert client.get(reverse("interventions:changes"), headers=HX).status_code == 200
        clock.shift(20)

        assert client.get(SESSION).status_code == 401

    def test_somebody_there_says_so(self, client, senco, clock):
        clock.shift(IDLE - 60)
        assert client.get(SESSION).json()["left"] <= 60

        told = client.post(SESSION).json()

        assert (told["left"] > IDLE - 5, told["user"], told["hidden"]) == (True, senco.pk, False)

    def test_one_that_does_not_know_when_it_began_is_over(self, client, senco):
        session = client.session
        del session["began"]
        session.save()

        assert client.get("/learners/").status_code == 302

    def test_using_it_writes_it_twice_a_minute_at_most(self, client, senco, clock, django_assert_max_num_queries):
        client.get("/account/")
        with django_assert_max_num_queries(4):
            client.get("/account/")

    @given(
        began=some.floats(0, 10**9),
        used=some.floats(0, 10**5),
        later=some.floats(-(10**5), 10**6),
        shared=some.booleans(),
    )
    def test_no_clock_gives_more_than_the_limit(self, began, used, later, shared):
        left = seconds_left(Session(began, began + used, shared), began + used + later)

        assert 0 <= left <= (SHARED_IDLE if shared else IDLE)
        assert later < ABSOLUTE or left == 0


class TestHiding:
    def test_a_hidden_screen_answers_nothing_until_it_is_known_who_asks(self, client, senco):
        senco.set_password("kettle orbit marmalade")
        senco.save()
        client.force_login(senco)
        assert client.post(HIDE).status_code == 204

        again = client.get("/learners/")
        part = client.get("/learners/", headers=HX)

        assert (again.url, part.status_code) == (reverse("account_reauthenticate"), 401)
        assert client.get(SESSION).json()["hidden"] is True
        assert client.post(SESSION).json()["hidden"] is True
        assert client.post(again.url, {"password": "wrong"}).status_code == 422
        assert client.get("/learners/").status_code == 302
        assert client.post(again.url, {"password": "kettle orbit marmalade"}).status_code == 302
        assert client.get("/learners/").status_code == 200
        assert client.get(HIDE).url == reverse("home")

    def test_every_page_can_hide_itself_and_says_how_long_it_lasts(self, client, senco):
        page = client.get("/learners/").text

        assert 'data-idle="1200"' in page
        assert "data-hide" in page
        assert 'id="cover"' in page

    def test_the_page_after_signing_in_again_says_so(self, client, senco):
        assert "what you typed is still there" in client.get(reverse("school:signed-in")).text


class TestMail:
    @pytest.fixture(autouse=True)
    def sends(self, settings):
        settings.SENDS_MAIL = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        settings.CELERY_TASK_ALWAYS_EAGER = True

    def asked(self, client, email, monkeypatch):
        sent = []
        monkeypatch.setattr(mail_reset, "delay", lambda *given: sent.append(given))
        answer = client.post(reverse("school:forgotten"), {"email": email})
        return answer, sent

    def test_known_and_unknown_addresses_hear_the_same(self, client, monkeypatch, db):
        user = member(Role.SENCO, email="maya@oakfield.example")

        known, one = self.asked(client, "Maya@oakfield.example", monkeypatch)
        unknown, other = self.asked(client, "nobody@oakfield.example", monkeypatch)

        assert "If this address has an account here" in known.text
        assert CHANCE.sub("", known.text) == CHANCE.sub("", unknown.text)
        assert [one[0][0], other[0][0]] == [user.pk, 0]

    def test_a_link_goes_to_those_who_still_work_here(self, db):
        here, left, away = member(Role.SENCO), member(Role.SENCO), UserFactory(is_active=False)
        Membership.objects.filter(user=left).update(ends="2026-11-20")

        for user in (here, left, away):
            mail_reset(user.pk, "https://map.example/")
        mail_reset(0, "https://map.example/")

        assert [one.to for one in mail.outbox] == [[here.email]]
        assert "https://map.example/welcome/" in mail.outbox[0].body

    def test_too_many_questions_are_told_to_wait(self, client, monkeypatch, db):
        for number in range(10):
            assert self.asked(client, f"{number}@oakfield.example", monkeypatch)[0].status_code == 200

        assert self.asked(client, "more@oakfield.example", monkeypatch)[0].status_code == 429

    def test_a_wrong_address_is_mended_beside_the_field(self, client, db):
        assert client.post(reverse("school:forgotten"), {"email": "nonsense"}).status_code == 422
        assert client.put(reverse("school:forgotten")).status_code == 405

    def test_an_invitation_is_the_worker_s_to_send_and_holds_the_link_and_no_child(
        self, client, senco, monkeypatch, django_capture_on_commit_callbacks
    ):
        ada = member(Role.CLASS_TEACHER, senco.school)
        monkeypatch.setattr(mail_invitation, "delay", mail_invitation)

        with django_capture_on_commit_callbacks(execute=True):
            shown = client.post(reverse("school:person-link", args=[ada.pk])).context["links"][0]["link"]

        assert [one.to for one in mail.outbox] == [[ada.email]]
        path = re.search(r"http://testserver(/welcome/\S+)", mail.outbox[0].body)[1]
        assert shown == f"http://testserver{path}"

    def test_who_has_left_meanwhile_is_not_invited(self, senco):
        ada = member(Role.CLASS_TEACHER, senco.school)
        Membership.objects.filter(user=ada).update(ends="2026-11-20")

        mail_invitation(ada.pk, senco.school.pk, "https://map.example/")

        assert mail.outbox == []

    def test_a_queue_that_is_away_stops_no_invitation(
        self, client, senco, monkeypatch, caplog, django_capture_on_commit_callbacks
    ):
        def away(*given):
            raise OperationalError

        monkeypatch.setattr(mail_invitation, "delay", away)
        ada = member(Role.CLASS_TEACHER, senco.school)

        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse("school:person-link", args=[ada.pk]))

        assert "/welcome/" in answer.context["links"][0]["link"]
        assert "an invitation could not be queued" in caplog.messages

    def test_a_server_without_mail_says_whom_to_ask(self, client, db, settings):
        settings.SENDS_MAIL = False

        page = client.get(reverse("school:forgotten")).text

        assert "This server sends no e-mail" in page
        assert "<form" not in page

    def test_a_link_is_worth_nothing_after_a_day(self, db, clock):
        user = member(Role.SENCO)
        token = tokens.make_token(user)
        assert tokens.check_token(user, token)

        clock.shift(86_402)

        assert not tokens.check_token(user, token)


class TestPasswords:
    @pytest.mark.parametrize(
        "password",
        ["Password12345!", "qwertyuiop123", "oakfieldprimary", "provisionmap1", "aaaaaaaaaaaa", "Maya2026Okafor"],
    )
    def test_what_is_guessed_first_is_refused(self, password):
        assert is_guessable(password, ["Oakfield Primary", "Maya Okafor", "maya@oakfield.example"])

    @pytest.mark.parametrize("password", ["kettle orbit marmalade", "saucer meadow trombone", "x7#mQ2!vLp9wRt"])
    def test_three_random_words_and_a_manager_s_own_pass(self, password):
        assert not is_guessable(password, ["Oakfield Primary"])

    def test_the_school_s_own_words_are_known(self, client, senco):
        senco.school.name = "Thornbury Hollow"
        senco.school.save()
        senco.set_password("kettle orbit marmalade")
        senco.save()
        client.force_login(senco)
        word = "thornburyhollow12"
        given = {"what": "password", "current": "kettle orbit marmalade", "password": word, "again": word}

        answer = client.post(reverse("school:account"), given)

        assert answer.status_code == 422
        assert "guessed first" in answer.text
