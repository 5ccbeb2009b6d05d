"""Uploads are held in memory, in bounds, and never touch the disk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler, StopUpload


class Bounded(MemoryFileUploadHandler):
    """Keeps a file in memory up to UPLOAD_LIMIT bytes, and lets a longer one go.

    The form then finds no file; `too_large` on the request says why.
    """

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """Take every upload: there is no handler after this one that would write it to disk."""
        self.activated = True

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Count from nothing."""
        self.size = 0
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece. Raises StopUpload once there is too much; the rest is read and thrown away."""
        self.size += len(raw_data)
        if self.size > settings.UPLOAD_LIMIT:
            vars(self.request)["too_large"] = True
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)
