"""Files that are no map, and what to do instead."""

import pytest

from interventions.map_reading.refusals import SAVE_AS, for_a_map
from learners.reading.gate import open_upload
from provisionmap.web.text_file import Refused


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"", b"\x89PNG", b"<Other/>", b"[1]", b"{\\rtf"])
def test_a_file_that_is_no_map_is_refused_with_what_to_do_for_a_map(content):
    with pytest.raises(Refused) as refused:
        open_upload("map.xlsx", content)

    told = for_a_map(refused.value)

    assert told.message == refused.value.message
    assert told.remedy == SAVE_AS


def test_a_remedy_that_holds_for_every_file_stays():
    with pytest.raises(Refused) as refused:
        open_upload("map.xls", b"\xd0\xcf\x11\xe0")

    assert for_a_map(refused.value) is refused.value
