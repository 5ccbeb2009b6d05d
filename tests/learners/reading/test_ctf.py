"""Pupils in transfer files and census returns."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learners.reading import sheet
from learners.reading.gate import open_upload
from learners.reading.sheet import ContactRow
from provisionmap.web.text_file import Refused

PUPIL = """<Pupil><UPN>R201100018042</UPN><Surname>Ó Brien</Surname><Forename>Zoë</Forename><DOB>2015-03-12</DOB>
<Gender>F</Gender><BasicDetails><FormerUPN>P207000016049</FormerUPN><PreferredForename>Zo</PreferredForename>
<MiddleNames>Ann</MiddleNames><NCyearActual>6</NCyearActual><EnrolStatus>C</EnrolStatus>
<Languages><Type><LanguageType>H</LanguageType><Language>PAN</Language></Type>
<Type><LanguageType>F</LanguageType><Language>URD</Language></Type></Languages></BasicDetails>
<LookedAfter><InCare>Y</InCare></LookedAfter>
<FSMhistory><FSMinstance><FSMstartDate>2020-01-01</FSMstartDate><FSMendDate>2021-01-01</FSMendDate></FSMinstance>
<FSMinstance><FSMstartDate>2024-01-01</FSMstartDate></FSMinstance></FSMhistory>
<SENhistory><SEN><StartDate>2024-09-01</StartDate><SENprovision>K</SENprovision></SEN>
<SEN><StartDate>2022-09-01</StartDate><SENprovision>N</SENprovision></SEN>
<SENneeds><SENneed><SENtypeRank>2</SENtypeRank><SENtype>SEMH</SENtype></SENneed>
<SENneed><SENtypeRank>1</SENtypeRank><SENtype>SLCN</SENtype></SENneed>
<SENneed><SENtypeRank>x</SENtypeRank><SENtype>HI</SENtype><NeedEndDate>2020-01-01</NeedEndDate></SENneed>
</SENneeds></SENhistory>
<Contacts><Contact><Title>Mrs</Title><Surname>Ó Brien</Surname><Forename>Ann</Forename><Relationship>PAM</Relationship>
<ParentalResponsibility>Y</ParentalResponsibility><Phones><Phone><PhoneNo>01234 567890</PhoneNo></Phone></Phones>
<Email>ann@home.example</Email></Contact><Contact><Relationship>DOC</Relationship></Contact>
<Contact><Surname>Hill</Surname><Relationship>Neighbour</Relationship></Contact></Contacts></Pupil>"""


def ctf(pupils: str = PUPIL, head: str = '<?xml version="1.0" encoding="utf-8"?>\n') -> str:
    """A transfer file."""
    return (
        f"{head}<CTfile><Header><DocumentName>x</DocumentName></Header><CTFpupilData>{pupils}</CTFpupilData></CTfile>"
    )


def first(sheet):
    """The first pupil, by heading."""
    number, cells = sheet.rows[0]
    return {"row": number, **dict(zip(sheet.headers, cells, strict=True))}


def test_a_pupil_is_read_wherever_the_file_keeps_the_details():
    pupil = first(open_upload("820LLLL_CTF_8201234_001.xml", ctf().encode()))

    assert pupil == {
        "row": 1, "UPN": "R201100018042", "Surname": "Ó Brien", "Forename": "Zoë", "DOB": "2015-03-12", "Sex": "F",
        "FormerUPN": "P207000016049", "MiddleNames": "Ann", "PreferredForename": "Zo", "NCyearActual": "6",
        "EnrolStatus": "C", "InCare": "Y", "Language": "URD", "FSMeligible": "Y", "SENprovision": "K",
        "SEN start date": "2024-09-01", "Need 1": "SLCN", "Need 2": "SEMH",
    }  # fmt: skip


def test_adults_are_read_with_what_they_are_and_nameless_ones_are_passed_over():
    sheet = open_upload("x.xml", ctf().encode())

    assert sheet.contacts == {
        1: (
            ContactRow("Mrs Ann Ó Brien", "Mother", "01234 567890", "ann@home.example", True),
            ContactRow("Hill", "Neighbour"),
        )
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings_and_namespaces_make_no_difference(encoding):
    spaced = ctf(head="").replace("<CTfile>", '<CTfile xmlns="urn:example:ctf">')
    data = ('<?xml version="1.0" encoding="wrong"?>' + spaced).encode(encoding)

    assert first(open_upload("x.xml", data)) == first(open_upload("x.xml", ctf().encode()))


def test_a_pupil_with_little_said_has_few_columns():
    pupil = "<Pupil><UPN>A1</UPN><Sex>M</Sex><FSMhistory><FSMinstance><FSMendDate>2021-01-01</FSMendDate></FSMinstance>"

    sheet = open_upload("x.xml", ctf(pupil + "</FSMhistory></Pupil>").encode())

    assert sheet.headers == ["UPN", "Surname", "Forename", "DOB", "Sex", "FSMeligible"]
    assert sheet.rows == [(1, ["A1", None, None, None, "M", "N"])]


def test_a_file_without_pupils_is_an_empty_list():
    assert open_upload("x.xml", ctf("").encode()).rows == []


def test_assessments_and_attendance_are_passed_over():
    marks = "<StageAssessments>" + "<KeyStage><Stage>KS2</Stage></KeyStage>" * 400 + "</StageAssessments>"

    sheet = open_upload("x.xml", ctf(PUPIL.replace("</Pupil>", marks + "</Pupil>") * 60).encode())

    assert len(sheet.rows) == 60


CENSUS = """<Message><Header/><Pupils><PupilsOnRoll><PupilOnRoll><PupilIdentifiers><UPN>R201100018042</UPN>
<Surname>Bee</Surname><Forename>Ada</Forename><DOB>2015-03-12</DOB><Sex>F</Sex></PupilIdentifiers>
<PupilCharacteristics><Language>ENG</Language><ServiceChild>Y</ServiceChild><YoungCarerIndicator>N</YoungCarerIndicator>
<FSMeligibility><FSMperiods><FSMperiod><FSMstartDate>2024-01-01</FSMstartDate></FSMperiod></FSMperiods></FSMeligibility>
</PupilCharacteristics><PupilStatus><EntryDate>2020-09-01</EntryDate><NCyearActual>6</NCyearActual></PupilStatus>
<SpecialEducationalNeeds><SENprovision>E</SENprovision><SENNeeds><SENneed><SENtypeRank>1</SENtypeRank>
<SENtype>ASD</SENtype></SENneed></SENNeeds></SpecialEducationalNeeds></PupilOnRoll></PupilsOnRoll></Pupils></Message>"""


def test_a_census_return_is_read_like_a_transfer_file():
    pupil = first(open_upload("census.xml", CENSUS.encode()))

    assert pupil == {
        "row": 1, "UPN": "R201100018042", "Surname": "Bee", "Forename": "Ada", "DOB": "2015-03-12", "Sex": "F",
        "NCyearActual": "6", "EntryDate": "2020-09-01", "ServiceChild": "Y", "YoungCarer": "N", "Language": "ENG",
        "FSMeligible": "Y", "SENprovision": "E", "Need 1": "ASD",
    }  # fmt: skip


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><CTfile>&l9;</CTfile>', "document type"),
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><CTfile>&a;</CTfile>', "document type"),
        ('<?xml version="1.0"?>\n<!DOCTYPE x SYSTEM "http://example.org/x.dtd"><CTfile/>', "document type"),
        ("<Pupils><Pupil/></Pupils>", "starts with <Pupils>"),
        ("<CTfile><Header/></CTfile>", r"no pupils' part \(CTFpupilData\)"),
        ("<Message><Staff/></Message>", r"no pupils' part \(PupilsOnRoll\)"),
        ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "Excel 2003"),
        (ctf()[:-9], "broken at line"),
        (ctf("<Pupil><UPN>A1</Pupil>"), "broken at line 2"),
        ("<CTfile>" + "<a>" * 60, "nested or filled"),
        ("<CTfile><CTFpupilData><Pupil>" + "<a/>" * 20_001, "nested or filled"),
        ("<CTfile " + " ".join(f'a{n}="1"' for n in range(60_000)) + "/>", "nested or filled"),
    ],
)
def test_xml_that_is_no_transfer_file_is_refused_with_a_remedy(data, words):
    with pytest.raises(Refused, match=words) as refused:
        open_upload("x.xml", data.encode())

    assert refused.value.remedy


def test_more_pupils_than_a_school_has_are_refused(monkeypatch):
    """With fewer than the real limit: twenty thousand take seconds when coverage looks on, and a clock runs."""
    monkeypatch.setattr(sheet, "MOST_ROWS", 200)

    with pytest.raises(Refused, match="more than 200 rows"):
        open_upload("x.xml", ("<CTfile><CTFpupilData>" + "<Pupil><UPN>A</UPN></Pupil>" * 201).encode())


def test_the_markup_of_an_alien_file_is_not_shown_back():
    with pytest.raises(Refused, match=r"starts with <script>;"):
        open_upload("x.xml", b'<script onload="x">alert(1)</script>')


def test_much_before_and_after_the_pupils_does_no_harm():
    filled = CENSUS.replace("<Header/>", "<Header>" + "<a/>" * 30_000 + "</Header>")

    assert len(open_upload("census.xml", filled.encode()).rows) == 1


@given(st.text("<>/CTfileUPN &;'\"=pupdata", max_size=200))
def test_any_markup_is_read_or_refused_and_nothing_else(text):
    with suppress(Refused):
        open_upload("x.xml", ("<CTfile>" + text).encode())
