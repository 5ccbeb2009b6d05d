"""Reading provision maps that schools kept in spreadsheets. Pure: no framework, no database."""
