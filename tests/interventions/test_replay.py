"""Entries sent again, in any order, with answers lost: the log ends as if each had been applied once."""

import os
import random
from collections import deque
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from interventions.actions.grants import sync_grants
from interventions.actions.logging import Contradiction, SameId, Target, TooEarly, log_session
from interventions.actions.weeks import sums_of
from interventions.models import Attendance, DeliveryWeek, Entry, Session
from interventions.said import DELIVERED, MISSED, OPEN, Heard, Said
from provisionmap.school.roles import Role
from tests.factories import DelivererFactory, PlacementFactory, ProvisionFactory, SlotFactory, member

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
MONDAYS = (date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16))
HISTORIES = int(os.environ.get("REPLAYS", "120"))  # 2,000 for docs/security.md, row 34
FIGURES = list(DeliveryWeek.FIGURES)


@pytest.fixture
def group(db):
    """A provision on Mondays with two learners and two adults who deliver it."""
    provision = ProvisionFactory(minutes=20)
    placements = [PlacementFactory(learner__school=provision.school, provision=provision) for _ in range(2)]
    slot = SlotFactory(provision=provision)
    people = [member(Role.TEACHING_ASSISTANT, provision.school) for _ in range(2)]
    for one in people:
        DelivererFactory(provision=provision, user=one)
    sync_grants([provision.pk])
    return provision, placements, slot, people


def said(chance, client, after, placements):
    state = chance.choice((DELIVERED, DELIVERED, DELIVERED, MISSED, OPEN))
    made = NOW + timedelta(seconds=chance.randrange(-86_400, 86_400))  # a clock that is wrong by up to a day
    learners = {one.pk: Heard(chance.choice(("present", "present", "learner_absent"))) for one in placements}
    reason = chance.choice(("room", "trip")) if state == MISSED else ""
    return Said(client, made, state, reason, chance.choice((None, 15)), "", learners, after)


def devices_of(chance, placements):
    """Two devices, each with a queue: for sessions of its own one entry or a chain that amends it."""
    days = list(MONDAYS)
    chance.shuffle(days)
    queues, number = [], 0
    for mine in (days[:2], days[2:]):
        queue = []
        for day in mine:
            after = None
            for _ in range(chance.randrange(1, 4)):
                number += 1
                entry = said(chance, UUID(int=chance.getrandbits(128)), after, placements)
                queue.append((day, entry))
                after = entry.client
        queues.append(queue)
    return queues


def replay(chance, send, queues):
    """Send every entry one to five times, in any order, with answers lost, until each has been answered once."""
    left = deque(
        (place, one) for place, queue in enumerate(queues) for one in queue for _ in range(chance.randrange(1, 6))
    )
    chance.shuffle(left)
    while left:
        place, (day, entry) = left.popleft()
        try:
            send(place, day, entry)
        except TooEarly:
            left.append((place, (day, entry)))  # the device keeps it
            continue
        if chance.random() < 0.2:
            left.append((place, (day, entry)))  # the answer was lost


def ledger():
    """Everything the log and its sums say."""
    rows = Attendance.objects.order_by("on", "placement").values_list(
        "on", "placement", "outcome", "minutes", "planned"
    )
    states = Session.objects.order_by("on").values_list("on", "state", "reason", "standing", "actual")
    weeks = DeliveryWeek.objects.order_by("monday").values_list("monday", *FIGURES)
    return list(rows), list(states), [week for week in weeks if any(week[1:])]


def test_any_order_repetition_or_loss_ends_as_each_applied_once(group):
    provision, placements, slot, people = group

    def send(place, day, entry):
        target = Target("slot", slot.pk, day)
        log_session(school=provision.school, target=target, said=entry, by=people[place], now=NOW)

    for seed in range(HISTORIES // 10):
        chance = random.Random(seed)
        queues = devices_of(chance, placements)
        outcomes = []
        for again in range(10):
            with transaction.atomic():
                if again:
                    replay(random.Random(seed * 100 + again), send, queues)
                else:
                    for place, queue in enumerate(queues):
                        for day, entry in queue:
                            send(place, day, entry)
                assert Entry.objects.count() == sum(map(len, queues))
                outcomes.append(ledger())
                transaction.set_rollback(True)
        assert all(one == outcomes[0] for one in outcomes), f"seed {seed}"


def test_without_the_ids_the_same_replay_counts_twice(group):
    """The control: entries that the server does not know again are applied again."""
    provision, placements, _, people = group
    counts = []

    def send(place, day, entry):
        fresh = Said(UUID(int=chance.getrandbits(128)), entry.made_at, learners=entry.learners)
        target = Target("new", provision.pk, day, minutes=20)
        log_session(school=provision.school, target=target, said=fresh, by=people[place], now=NOW)
        counts.append(day)

    chance = random.Random(1)
    queues = devices_of(chance, placements)
    replay(random.Random(2), send, queues)

    assert Session.objects.count() == len(counts) > sum(map(len, queues))


def test_two_people_who_say_otherwise_never_overwrite_each_other(group):
    """Whoever came first stands; the other gets both versions, however often it is sent."""
    provision, placements, slot, people = group
    for seed in range(40):
        chance = random.Random(seed)
        first, second = (said(chance, UUID(int=chance.getrandbits(128)), None, placements) for _ in range(2))
        with transaction.atomic():
            told = []
            for place, entry in chance.choices([(0, first), (1, second)], k=6):
                target = Target("slot", slot.pk, MONDAYS[0])
                try:
                    log_session(school=provision.school, target=target, said=entry, by=people[place], now=NOW)
                    told.append((place, "kept"))
                except Contradiction as both:
                    told.append((place, str(both.entry.client)))
            stands = Session.objects.get().standing
            kept = {place for place, what in told if what == "kept"}
            assert first.content == second.content or len(kept) == 1
            assert all(what in ("kept", str(stands)) for _, what in told)
            assert [sums[name] for sums in sums_of(provision.school).values() for name in FIGURES] == [
                getattr(week, name) for week in DeliveryWeek.objects.all() for name in FIGURES if _any(week)
            ]
            transaction.set_rollback(True)


def _any(week):
    return any(getattr(week, name) for name in FIGURES)


def test_another_content_under_the_same_id_is_never_taken(group):
    provision, placements, slot, people = group
    entry = Said(UUID(int=7), NOW, learners={one.pk: Heard() for one in placements})
    target = Target("slot", slot.pk, MONDAYS[0])
    log_session(school=provision.school, target=target, said=entry, by=people[0], now=NOW)
    other = Said(UUID(int=7), NOW, actual=5, learners={one.pk: Heard() for one in placements})

    with pytest.raises(SameId):
        log_session(school=provision.school, target=target, said=other, by=people[0], now=NOW)
