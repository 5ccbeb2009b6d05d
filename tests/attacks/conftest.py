"""Two schools with one of everything, as the matrix builds them."""

from tests.matrix.test_matrix import built, world

__all__ = ["built", "world"]
