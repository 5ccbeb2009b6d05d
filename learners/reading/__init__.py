"""Reading uploaded pupil lists: one gate, then CSV, workbook or Common Transfer File. Pure."""
