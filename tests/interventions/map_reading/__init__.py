"""Reading provision maps: doses in words, columns, shapes."""
