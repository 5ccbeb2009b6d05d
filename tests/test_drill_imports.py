"""The drills of imports at small size, in this process: nothing breaks, and what was weakened on purpose is caught."""

import os
import signal
import time

import pytest
from drills import weakened
from drills.checksum import checksum
from drills.faults import Trial, with_error, with_error_and_no_transaction
from drills.files import KINDS, Maker
from drills.fuzz import CONTROLS, DATABASE, FAULTS, UPLOADS, counted
from drills.ground import school_of_the_drill, senco_of
from drills.import_acts import acts
from drills.import_points import KINDS as IMPORTS
from drills.import_points import Hands, in_turn
from drills.lanes import watched
from drills.page_reading import signed_in, through_pages
from drills.reading import judge

SEED, FILES, FEWER, POINTS = 12, 60, 20, 6
WITHOUT_A_PROCESS = [name for name in CONTROLS if name != "bounds off"]  # that one needs a process that may die


@pytest.fixture
def ground(db):
    """The drill's school and one of its people."""
    return school_of_the_drill()


def figures(ground, count, *, pages=False):
    """What the first files do to both imports."""
    user, school = ground
    maker, client = Maker(SEED), signed_in(user)
    found = {}
    for number in range(count):
        file = maker.file(number)
        found[number] = judge(file, user, school, press=pages)
        if pages and number % 10 == 0:
            found[number] += through_pages(file, client)
    return counted(found)


def test_spoiled_files_bring_no_error_page_no_early_write_and_no_silent_merge(ground):
    before = checksum(without=(*UPLOADS, "school_user"))

    found = figures(ground, FILES, pages=True)

    # The memory here is that of the whole suite: the drill measures it in processes of its own.
    assert {name: found[name] for name in FAULTS if "MB" not in name} == {
        name: 0 for name in FAULTS if "MB" not in name
    }
    assert checksum(without=(*UPLOADS, "school_user")) == before
    assert (found["of them csv"], found["of them xlsx"], found["of them xml"]) == (30, 18, 12)
    assert min(found[f"{which}: {what}"] for which in ("pupil list", "map") for what in ("refused", "previewed")) > 5
    assert DATABASE not in found


@pytest.mark.parametrize("name", WITHOUT_A_PROCESS)
def test_an_import_that_was_weakened_is_caught(ground, monkeypatch, name):
    weaken, expected = CONTROLS[name]
    weaken(monkeypatch.setattr)

    found = figures(ground, FEWER)

    assert sum(found[fault] for fault in expected) > 0


def test_a_file_is_the_same_each_time_and_another_with_another_seed():
    numbers = range(len(KINDS))

    first, again, other = ([Maker(seed).file(number) for number in numbers] for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_a_process_that_dies_or_hangs_is_told_and_the_rest_goes_on():
    def work(number):
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 4:
            time.sleep(60)
        return number

    found = watched([(range(3), lambda: work), (range(3, 6), lambda: work)], patience=1)

    assert found == {
        0: 0, 1: 1, 2: {"lost": "ended by itself, signal 9"}, 3: 3, 4: {"lost": "no answer in 1 s"}, 5: 5,
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_stopped_leaves_nothing_and_without_a_transaction_half():
    user, school = school_of_the_drill()
    for act in acts(user, school)[:3:2]:
        trial = Trial(act)
        points = trial.points(POINTS)

        as_it_is = trial.stopped(points, with_error)
        control = trial.stopped(points, with_error_and_no_transaction)

        assert as_it_is == {"none": POINTS - 1, "all": 1, "half": 0, "wrong": 0}
        assert control["half"] > 0
        assert trial.goes_through()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", IMPORTS, ids=lambda kind: kind.name)
def test_the_same_file_again_changes_nothing_and_undo_puts_everything_back(kind):
    user, school = school_of_the_drill()
    hands = Hands(kind, [user, senco_of(school, 2)], school)

    hands.again_and_back(in_turn)

    assert hands.found == {
        "changed by the same file again": 0, "undone": 1, "undone twice or not at all": 0,
        "not as before after undo": 0,
    }  # fmt: skip


def test_every_control_is_named_after_something_weakened():
    assert {weaken for weaken, _ in CONTROLS.values()} == {
        value for name, value in vars(weakened).items() if callable(value) and getattr(value, "__module__", "") ==
        "drills.weakened" and name not in ("nothing", "Never")
    }  # fmt: skip
