"""What each view of the map shows, as plain values. Pure: the page, a workbook and paper draw from the same ones.

Two steps lead to a view. `interventions.reading` turns rows of the database, already narrowed to what the person may
see, into the plain values of `values` (`Who`, `Item`, `Place`, `Running`). The modules here arrange them:

| View of the address | Arranged by | Into |
|---|---|---|
| `learners` (the usual one) | `learners.arrange`, then `learners.table` | `Row`s for the page, a `Table` for copies |
| `areas` | `areas.table` | a `Table`: areas of need × tiers |
| `interventions` | `matrix.table` | a `Table`: learners × names of provision |
| `groups` | `groups.table` | a `Table` with a section a class, year group or subject |
| `staff` | `staff.table` | a `Table`: a line a person |
| one learner's map through time | `timeline.arrange` | `Bar`s under the terms |

A `Table` has columns, and sections of lines; a line has a cell for each column, and a cell is text, a number (`count`,
`minutes` or `hours`, as its column says) or a tuple of things listed in it: `Item`s, placements of one learner, or
`Entry`s, provisions with how many learners they have. Both say what stands beside their name with `about(shown)`, where
`shown` holds the parts of `shown.PARTS` that somebody chose. `interventions.views.frame.table_of` gives the whole table
of whatever view an address asks for.
"""

from interventions.grid.learners import Row, arrange
from interventions.grid.sections import Sums
from interventions.grid.tables import Cell, Column, Line, Section, Table
from interventions.grid.values import Adult, Entry, Item, Place, Running, Who

__all__ = [
    "Adult", "Cell", "Column", "Entry", "Item", "Line", "Place", "Row", "Running", "Section", "Sums", "Table", "Who",
    "arrange",
]  # fmt: skip
