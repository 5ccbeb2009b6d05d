"""Who works here, in which roles, and what nobody may hand out."""

from datetime import date

import pytest
from django.urls import reverse

from provisionmap.school.access import NotAllowed
from provisionmap.school.actions import people as actions
from provisionmap.school.actions.account import SPENT, tokens, use_welcome
from provisionmap.school.models import AuditEvent, Membership, School, User
from provisionmap.school.permissions import check_can_plan, check_can_set, grantable
from provisionmap.school.roles import LABELS, Capability, Role
from provisionmap.school.stale import Stale
from tests.factories import MembershipFactory, SchoolFactory, UserFactory, member

PEOPLE = reverse("school:people")
DAY = date(2026, 11, 23)
HX = {"HX-Request": "true"}


def page(name, person):
    return reverse(f"school:{name}", args=[person.pk])


def roles_of(person, school):
    return set(Membership.objects.on(DAY).filter(user=person, school=school).values_list("role", flat=True))


def test_the_list_holds_this_schools_people_by_name(client, senco):
    User.objects.filter(pk=senco.pk).update(name="Zoe Abara")
    member(Role.CLASS_TEACHER, senco.school, name="Ben Hill")
    member(Role.CLASS_TEACHER, name="Elsewhere Person")
    MembershipFactory(school=senco.school, user=UserFactory(name="Cara Dunn"), starts=date(2027, 1, 4))
    MembershipFactory(school=senco.school, user=UserFactory(name="Old Hand"), ends=date(2026, 7, 21))

    now, left = client.get(PEOPLE), client.get(PEOPLE, {"left": "1"})

    assert [row["person"].name for row in now.context["rows"]] == ["Ben Hill", "Cara Dunn", "Zoe Abara"]
    assert "from 4 Jan 2027" in now.text
    assert [row["person"].name for row in left.context["rows"]] == ["Old Hand"]
    assert "left 21 July 2026" in left.text


def test_people_are_found_by_name_and_address_sent_by_post(client, senco):
    member(Role.CLASS_TEACHER, senco.school, name="Ben Hill", email="b.hill@oakfield.example")
    member(Role.CLASS_TEACHER, senco.school, name="Ben Dale")

    found = client.post(PEOPLE, {"q": "ben b.hill@"}, headers=HX)
    nobody = client.post(PEOPLE, {"q": "xyz"})

    assert ("Ben Hill" in found.text, "Ben Dale" in found.text, "<html" in found.text) == (True, False, False)
    assert "Nobody matches" in nobody.text
    assert client.get(PEOPLE, {"q": "ben"}).context["words"] == ""


def test_fifty_people_a_page(client, senco):
    for _ in range(51):
        member(Role.CLASS_TEACHER, senco.school)

    assert len(client.get(PEOPLE).context["rows"]) == 50
    assert len(client.post(PEOPLE, {"q": "", "page": "2"}).context["rows"]) == 2


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_grow_with_the_people(client, senco, rows, django_assert_num_queries):
    for _ in range(rows):
        member(Role.CLASS_TEACHER, senco.school)

    with django_assert_num_queries(5):
        client.get(PEOPLE)


def test_a_person_is_added_and_gets_a_link_that_works_once(client, senco):
    form = client.get(reverse("school:person-add")).context["form"]
    assert form["starts"].value() == DAY
    new = {"name": "Ada Hill", "email": "Ada@Oakfield.example", "role": "class_teacher", "starts": "2026-11-23"}

    answer = client.post(reverse("school:person-add"), new)

    ada = User.objects.get(email="ada@oakfield.example")
    assert answer.url == page("person", ada)
    assert "Has not chosen a password yet" in client.get(answer.url).text
    link = client.post(page("person-link", ada)).context["links"][0]["link"]

    client.logout()
    assert "Hello Ada Hill" in client.get(link).text
    chosen = {"password": "three random words", "again": "three random words"}
    assert client.post(link, {**chosen, "again": "other"}).status_code == 422
    assert client.post(link, chosen).url == reverse("home")
    assert int(client.session["_auth_user_id"]) == ada.pk
    ada.refresh_from_db()
    assert ada.check_password("three random words")
    spent = client.get(link)
    assert (spent.status_code, SPENT in spent.text) == (404, True)
    assert client.post(link, chosen).status_code == 404
    assert [event.verb for event in AuditEvent.objects.order_by("pk")] == [
        "person.add",
        "person.invite",
        "account.sign_out",
        "account.welcome",
        "account.sign_in",
    ]


def test_a_link_for_nobody_and_one_that_ran_out_say_the_same(client, senco):
    ada = member(Role.CLASS_TEACHER, senco.school)
    token = tokens.make_token(ada)
    client.logout()

    for pk, word in ((ada.pk, "wrong"), (999_999, token)):
        answer = client.get(reverse("school:welcome", args=[pk, word]))
        assert (answer.status_code, SPENT in answer.text) == (404, True)
    assert client.put(reverse("school:welcome", args=[ada.pk, token])).status_code == 405


def test_of_two_who_open_one_link_the_second_is_told(senco):
    ada = member(Role.CLASS_TEACHER, senco.school)
    token = tokens.make_token(ada)
    use_welcome(user=ada, token=token, password="three random words")

    with pytest.raises(NotAllowed, match="used already"):
        use_welcome(user=ada, token=token, password="three other words")


def test_a_link_for_somebody_deactivated_since_opens_nothing(senco):
    ada = member(Role.CLASS_TEACHER, senco.school)
    token = tokens.make_token(ada)
    User.objects.filter(pk=ada.pk).update(is_active=False)

    with pytest.raises(NotAllowed):
        use_welcome(user=ada, token=token, password="three random words")


def test_a_link_of_the_password_reset_kind_opens_nothing_here(senco):
    from_django = type(tokens).__mro__[1]().make_token(senco)

    assert not tokens.check_token(senco, from_django)


def test_somebody_known_already_keeps_their_name_and_password(client, senco):
    known = member(Role.CLASS_TEACHER, name="Ben Hill")
    known.set_password("correct horse battery")
    known.save()
    new = {"name": "Other", "email": known.email, "role": "class_teacher", "starts": "2026-11-23"}

    first = client.post(reverse("school:person-add"), new, follow=True)
    again = client.post(reverse("school:person-add"), new, follow=True)

    assert "who has an account already. They keep it and are Class teacher now, too." in first.text
    assert "Nothing changed: this e-mail address is" in again.text
    known.refresh_from_db()
    assert (known.name, known.check_password("correct horse battery")) == ("Ben Hill", True)
    assert Membership.objects.filter(user=known, school=senco.school).count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"ends": "2026-11-01"}, "ends", "before the first one"),
        ({"role": "external"}, "ends", "last day of an external"),
        ({"role": "external", "ends": "x"}, "ends", "valid date"),
        ({"email": "x"}, "email", "valid email"),
        ({"role": "wizard"}, "role", "valid choice"),
    ],
)
def test_an_answer_that_will_not_do_says_so(client, senco, changes, field, words):
    new = {"name": "Ada Hill", "email": "ada@a.example", "role": "class_teacher", "starts": "2026-11-23"}

    answer = client.post(reverse("school:person-add"), {**new, **changes})

    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])


def test_an_external_professional_comes_until_a_day(senco):
    held = actions.add_person(
        school=senco.school, name="Eve", email="eve@nhs.example", role="external", starts=DAY,
        ends=date(2027, 3, 25), by=senco,
    )  # fmt: skip

    assert (held.ends, Membership.objects.on(date(2027, 3, 26)).filter(pk=held.pk).exists()) == (
        date(2027, 3, 25),
        False,
    )


def test_several_lines_are_added_together(client, senco):
    lines = "Name, E-mail, Role\n\nAda Hill, ada@a.example, TA\nDale; Ben; ben@a.example; class teacher\n"
    assert client.get(reverse("school:people-paste")).status_code == 200

    answer = client.post(reverse("school:people-paste"), {"lines": lines, "starts": "2026-11-23"})

    assert answer.url == PEOPLE
    assert set(User.objects.exclude(pk=senco.pk).values_list("name", flat=True)) == {"Ada Hill", "Ben Dale"}


def test_one_wrong_line_adds_nobody_and_every_wrong_line_is_named(client, senco):
    lines = "Ada Hill, ada@a.example, TA\nno address, TA\nBen, ben@a..example, TA\nEve, eve@nhs.example, external"

    answer = client.post(reverse("school:people-paste"), {"lines": lines, "starts": "2026-11-23"})

    assert answer.status_code == 422
    assert [line.number for line in answer.context["form"].bad] == [2, 3, 4]
    assert User.objects.count() == 1


def test_lines_without_anybody_ask_for_one(client, senco):
    answer = client.post(reverse("school:people-paste"), {"lines": "Name, Role", "starts": "2026-11-23"})

    assert "at least one line" in str(answer.context["form"].errors["lines"])


def test_a_role_lost_meanwhile_stops_the_whole_paste(senco, administrator):
    new = [
        actions.NewPerson("Ada", "ada@a.example", Role.TEACHING_ASSISTANT),
        actions.NewPerson("B", "b@a.example", "head"),
    ]

    MembershipFactory(school=administrator.school, role=Role.SENCO)
    with pytest.raises(NotAllowed, match="Headteacher or senior leader"):
        actions.add_people(school=administrator.school, people=new, starts=DAY, by=administrator)


def test_the_office_cannot_paste_a_role_beyond_its_own(client, administrator):
    MembershipFactory(school=administrator.school, role=Role.SENCO)

    answer = client.post(reverse("school:people-paste"), {"lines": "Ada, ada@a.example, head", "starts": "2026-11-23"})

    assert [line.value for line in answer.context["form"].bad] == ["Headteacher or senior leader"]
    assert not User.objects.filter(email="ada@a.example").exists()


def test_roles_are_changed_from_today_on(client, senco):
    ben = member(Role.CLASS_TEACHER, senco.school)
    seen = client.get(page("person", ben)).context["roles_form"]["seen"].value()

    answer = client.post(page("person-roles", ben), {"roles": ["teaching_assistant", "head"], "seen": seen})

    assert answer.url == page("person", ben)
    assert roles_of(ben, senco.school) == {"teaching_assistant", "head"}
    assert Membership.objects.get(user=ben, role=Role.CLASS_TEACHER).ends == date(2026, 11, 22)
    verbs = sorted(AuditEvent.objects.values_list("verb", flat=True))
    assert verbs == ["person.role_end", "person.role_give", "person.role_give"]
    assert client.get(page("person-roles", ben)).url == page("person", ben)


def test_a_role_given_and_taken_on_one_day_never_was(senco):
    ben = member(Role.CLASS_TEACHER, senco.school)
    change = {"person": ben, "school": senco.school, "day": DAY, "by": senco}
    actions.change_roles(roles=["head", "class_teacher"], seen="class_teacher", **change)

    actions.change_roles(roles=["class_teacher"], seen="class_teacher,head", **change)

    assert list(Membership.objects.filter(user=ben).values_list("role", flat=True)) == ["class_teacher"]


def test_two_who_change_one_persons_roles_do_not_overwrite_each_other(client, senco):
    ben = member(Role.CLASS_TEACHER, senco.school)
    MembershipFactory(user=ben, school=senco.school, role=Role.HEAD)

    answer = client.post(page("person-roles", ben), {"roles": ["teaching_assistant"], "seen": "class_teacher"})

    assert answer.status_code == 409
    assert "They are now: Class teacher, Headteacher or senior leader" in answer.text
    assert roles_of(ben, senco.school) == {"class_teacher", "head"}
    again = client.post(
        page("person-roles", ben),
        {"roles": ["teaching_assistant"], "seen": answer.context["roles_form"]["seen"].value()},
    )
    assert again.status_code == 302
    with pytest.raises(Stale):
        actions.change_roles(person=ben, school=senco.school, roles=["head"], seen="x", day=DAY, by=senco)


def test_nobody_is_left_without_any_role_by_a_slip(client, senco):
    ben = member(Role.CLASS_TEACHER, senco.school)

    answer = client.post(page("person-roles", ben), {"roles": [], "seen": "class_teacher"})

    assert answer.status_code == 422
    assert "Choose at least one role" in answer.text
    with pytest.raises(NotAllowed, match="at least one role"):
        actions.change_roles(person=ben, school=senco.school, roles=[], seen="class_teacher", day=DAY, by=senco)


def test_the_last_day_of_somebody_is_the_last_with_access(client, senco):
    ben = member(Role.CLASS_TEACHER, senco.school)
    MembershipFactory(user=ben, school=senco.school, role=Role.HEAD, starts=date(2027, 1, 4))

    answer = client.post(page("person-end", ben), {"last_day": "2026-12-18"})

    assert answer.url == PEOPLE
    assert list(Membership.objects.filter(user=ben).values_list("role", "ends")) == [
        ("class_teacher", date(2026, 12, 18))
    ]
    assert client.get(page("person-end", ben)).url == page("person", ben)


def test_a_time_cannot_end_before_it_began(client, senco):
    ben = member(Role.CLASS_TEACHER, senco.school)

    answer = client.post(page("person-end", ben), {"last_day": "2016-12-18"})

    assert answer.status_code == 422
    assert "Their role began on 01/09/2020" in answer.text


def test_a_time_that_is_over_has_nothing_to_end(client, senco):
    ben = MembershipFactory(school=senco.school, ends=date(2026, 7, 21)).user

    assert "holds no role here any more" in client.get(page("person", ben)).text
    answer = client.post(page("person-end", ben), {"last_day": "2026-12-18"})
    assert "nothing to end" in answer.context["end_form"].errors["last_day"][0]


def test_the_last_person_who_manages_people_stays(client, senco):
    member(Role.HEAD, senco.school)
    never_came = MembershipFactory(school=senco.school, role=Role.ADMINISTRATOR).user
    never_came.set_unusable_password()
    never_came.save()

    end = client.post(page("person-end", senco), {"last_day": "2026-11-23"})
    roles = client.post(page("person-roles", senco), {"roles": ["head"], "seen": "senco"})

    assert "is the last person here who can add people" in end.context["end_form"].errors["last_day"][0]
    assert "is the last person here who can add people" in roles.context["roles_form"].errors["roles"][0]
    assert roles_of(senco, senco.school) == {"senco"}


def test_with_a_colleague_who_manages_people_one_may_go(client, senco):
    member(Role.ADMINISTRATOR, senco.school)

    assert client.post(page("person-end", senco), {"last_day": "2026-11-23"}).url == PEOPLE


def test_a_colleague_who_comes_later_does_not_count(senco):
    MembershipFactory(school=senco.school, role=Role.ADMINISTRATOR, starts=date(2027, 1, 4))

    with pytest.raises(NotAllowed, match="last person"):
        actions.end_membership(person=senco, school=senco.school, last_day=DAY, day=DAY, by=senco)


@pytest.mark.parametrize("role", [Role.SENCO, Role.SENCO_ASSISTANT, Role.HEAD])
def test_the_office_gives_no_role_that_reads_every_learners_notes(client, administrator, role):
    MembershipFactory(school=administrator.school, role=Role.SENCO)
    new = {"name": "Ada", "email": "ada@a.example", "role": role, "starts": "2026-11-23"}

    assert client.post(reverse("school:person-add"), new).status_code == 422
    with pytest.raises(NotAllowed, match=f"does not let you give the role “{LABELS[role]}”"):
        actions.add_person(
            school=administrator.school,
            name="A",
            email="a@a.example",
            role=role,
            starts=DAY,
            ends=None,
            by=administrator,
        )


def test_nobody_gives_themselves_more(administrator):
    MembershipFactory(school=administrator.school, role=Role.SENCO)

    with pytest.raises(NotAllowed, match="can't give yourself a role you don't hold"):
        actions.change_roles(
            person=administrator, school=administrator.school, roles=["administrator", "class_teacher"],
            seen="administrator", day=DAY, by=administrator,
        )  # fmt: skip
    assert grantable(administrator, administrator.school, DAY, to=administrator) == [Role.ADMINISTRATOR]


def test_the_office_adds_itself_to_nothing_by_its_own_address(client, administrator):
    MembershipFactory(school=administrator.school, role=Role.SENCO)
    new = {"name": "Me", "email": administrator.email, "role": "class_teacher", "starts": "2026-11-23"}
    line = {"lines": f"Me, {administrator.email}, teacher", "starts": "2026-11-23"}

    one, several = client.post(reverse("school:person-add"), new), client.post(reverse("school:people-paste"), line)

    for answer, field in ((one, "role"), (several, "lines")):
        assert answer.status_code == 422
        assert "can't give yourself a role" in answer.context["form"].errors[field][0]
    assert roles_of(administrator, administrator.school) == {"administrator"}


def test_the_office_appoints_the_first_senco_and_never_itself(administrator):
    school = administrator.school
    assert Role.SENCO in grantable(administrator, school, DAY)
    assert Role.SENCO not in grantable(administrator, school, DAY, to=administrator)

    actions.add_person(
        school=school, name="Maya", email="maya@a.example", role=Role.SENCO, starts=DAY, ends=None, by=administrator
    )

    assert Role.SENCO not in grantable(administrator, school, DAY)


def test_the_office_changes_nobody_above_it(client, administrator):
    maya = member(Role.SENCO, administrator.school)

    shown = client.get(page("person", maya))
    assert "does not let you change a person with the role “SENCO”" in shown.context["no_change"]
    assert client.post(page("person-end", maya), {"last_day": "2026-11-23"}).status_code == 422
    assert client.post(page("person-roles", maya), {"roles": ["senco"], "seen": "senco"}).status_code == 422
    assert client.post(page("person-link", maya)).url == page("person", maya)
    assert not AuditEvent.objects.exists()


def test_a_link_never_opens_another_school(client, senco):
    ben = member(Role.CLASS_TEACHER, senco.school)
    MembershipFactory(user=ben, role=Role.SENCO)

    client.post(page("person-link", ben))

    assert "works at another school here as well" in client.get(page("person", ben)).context["no_link"]
    assert not AuditEvent.objects.filter(verb="person.invite").exists()


def test_a_link_is_made_for_nobody_who_left_and_not_for_oneself(client, senco):
    old = MembershipFactory(school=senco.school, ends=date(2026, 7, 21)).user

    assert "holds no role here" in client.get(page("person", old)).context["no_link"]
    assert "your account page" in client.get(page("person", senco)).context["no_link"]
    assert client.get(page("person-link", old)).url == page("person", old)


def test_links_for_all_who_never_came(client, senco):
    for name in ("Ada Hill", "Ben Dale"):
        actions.add_person(
            school=senco.school, name=name, email=f"{name[:3]}@a.example", role=Role.CLASS_TEACHER, starts=DAY,
            ends=None, by=senco,
        )  # fmt: skip
    elsewhere = User.objects.get(name="Ben Dale")
    MembershipFactory(user=elsewhere)

    made = client.post(reverse("school:people-links"))

    assert [one["person"].name for one in made.context["links"]] == ["Ada Hill"]
    assert client.get(reverse("school:people-links")).url == PEOPLE


def test_with_everybody_there_no_link_is_made(client, senco):
    assert client.post(reverse("school:people-links")).url == PEOPLE


def test_people_of_another_school_do_not_exist_here(client, senco):
    strange = member(Role.CLASS_TEACHER)

    for name in ("person", "person-roles", "person-end", "person-link"):
        assert client.post(page(name, strange)).status_code == (405 if name == "person" else 404)
    assert client.get(page("person", strange)).status_code == 404


@pytest.mark.parametrize("role", [Role.CLASS_TEACHER, Role.HEAD, Role.GOVERNOR, Role.SENCO_ASSISTANT])
def test_other_roles_have_no_staff_list(client, db, role):
    user = member(role)
    client.force_login(user)

    for name in ("people", "person-add", "people-paste", "people-links", "settings", "tiers", "details", "calendar"):
        assert client.get(reverse(f"school:{name}")).status_code == 403
    assert grantable(user, user.school, DAY) == []
    for check in (check_can_set, check_can_plan):
        with pytest.raises(NotAllowed):
            check(user.school, user)
    with pytest.raises(NotAllowed, match="staff list"):
        actions.invite(person=member(Role.HEAD, user.school), school=user.school, day=DAY, by=user)
    with pytest.raises(NotAllowed, match="staff list"):
        actions.add_person(school=user.school, name="A", email="a@a.example", role=role, starts=DAY, ends=None, by=user)


def test_what_each_role_can_do_is_told_to_everybody(client, db):
    client.force_login(member(Role.TEACHING_ASSISTANT))

    shown = client.get(reverse("school:roles"))

    assert [card["label"] for card in shown.context["cards"]] == list(LABELS.values())
    assert len(shown.context["table"]) == len(Capability)


def test_one_account_of_a_school_that_ended_is_not_the_other(db):
    person = UserFactory()
    school = SchoolFactory()
    MembershipFactory(user=person, school=school, ends=date(2026, 1, 1))

    assert list(User.objects.at(school, DAY)) == []
    assert list(User.objects.at(school, date(2025, 1, 1))) == [person]
    assert School.objects.count() == 1


def test_several_at_once_tells_who_was_known_already(client, senco):
    known = member(Role.CLASS_TEACHER, name="Ben Hill")
    lines = f"Other, {known.email}, TA\nAda Hill, ada@oakfield.example, TA"

    answer = client.post(reverse("school:people-paste"), {"lines": lines, "starts": "2026-11-23"}, follow=True)

    assert "2 people are on the list now." in answer.text
    assert "These had an account already, keep it, and got the role too: Ben Hill." in answer.text
