"""Reading uploaded pupil lists: one gate, then CSV, workbook, JSON or Common Transfer File. Pure."""
