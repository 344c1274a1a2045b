"""Files, folders and rows become :class:`~xcase.records.Source` records.

What cannot be read becomes a :class:`~xcase.records.Skipped` record with one of these codes; the
other inputs go on. ``sha256`` is empty where the bytes were not read.

    E_EMPTY          the file holds no bytes
    E_NO_TEXT        nothing visible in it: blank, or pages that are only pictures
    E_CORRUPT        cut short or damaged
    E_TYPE_MISMATCH  the content is not what the file name says
    E_UNSUPPORTED    a format that is not read, or not an ordinary file
    E_ENCRYPTED      a password is needed
    E_LIMIT_SIZE     larger than a cap in :mod:`xcase.read.limits`, packed or unpacked
    E_LIMIT_PAGES    a PDF with too many pages
    E_LIMIT_TIME     reading it took too long
    E_CRASH          its reader died, or returned no documents
    E_XML_UNSAFE     XML with a document type declaration inside a Word file
    E_ENCODING       the bytes are text in no known encoding
    E_IO             the file system refused: permissions, or the file vanished; or it was written
                     to while it was read
    E_ROW            a row of a .csv or .jsonl file is malformed or has no text
    E_DUPLICATE_ID   the id occurred before in the same file
"""

from xcase.read.document import read_file
from xcase.read.everything import read_all
from xcase.read.files import find_inputs
from xcase.read.isolate import read_files
from xcase.read.rows import read_rows

__all__ = ["find_inputs", "read_all", "read_file", "read_files", "read_rows"]
