"""Files, folders and rows become :class:`~xcase.records.Source` records.

What cannot be read becomes a :class:`~xcase.records.Skipped` record with one of the codes of
:data:`xcase.errors.CODES`; the other inputs go on. ``sha256`` is empty where the bytes were not
read.
"""

from xcase.read.document import read_file
from xcase.read.everything import read_all
from xcase.read.files import find_inputs
from xcase.read.isolate import read_files
from xcase.read.rows import read_rows

__all__ = ["find_inputs", "read_all", "read_file", "read_files", "read_rows"]
