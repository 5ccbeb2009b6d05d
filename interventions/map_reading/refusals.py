"""What to do with a file that is no provision map: the readers of files know pupil lists alone. Pure."""

from provisionmap.web.text_file import Refused

SAVE_AS = "Save the map as Excel workbook (.xlsx), OpenDocument (.ods) or CSV, or start from our template."
OF_LISTS = ("pupil list", "Common Transfer File", "MIS")  # remedies that are of no use for a map


def for_a_map(refused: Refused) -> Refused:
    """A refusal of the upload gate, with what to do for a map where it says what to do for a pupil list.

    >>> for_a_map(Refused("This file is empty.", "Export the pupil list from your MIS as CSV.")).remedy
    'Save the map as Excel workbook (.xlsx), OpenDocument (.ods) or CSV, or start from our template.'
    >>> for_a_map(Refused("This is a packed file (7z).", "Unpack it.")).remedy
    'Unpack it.'
    """
    if any(words in refused.remedy for words in OF_LISTS):
        return Refused(refused.message, SAVE_AS)
    return refused
