"""The map taken out: one description of its sheets and pages, drawn as workbook, OpenDocument, CSV and print."""
