"""Caps that keep one bad input from eating the memory or the time of a run."""

# The longest real reports seen are below 20 MB, and most of that is pictures.
MAX_FILE_BYTES = 50_000_000

# Rows are read one by one, but a run holds all their texts: some 400,000 narratives.
MAX_ROWS_BYTES = 1_000_000_000

# A Word file of 50 MB is mostly pictures, which do not shrink; its XML unpacks about tenfold.
MAX_UNPACKED_BYTES = 100_000_000

# A Word file has some dozens of parts; each part costs time before its size is known.
MAX_ZIP_ENTRIES = 10_000

# Above a yearbook; pypdf needs about 20 ms a page, so that time ends most of these earlier.
MAX_PDF_PAGES = 2_000

# Twice what spaCy accepts in one piece (1,000,000), and some 350,000 words.
MAX_TEXT_CHARS = 2_000_000

# MAX_TEXT_CHARS where every character is an escape of six bytes, with room for the other fields.
MAX_LINE_BYTES = 16_000_000

# Each is a record in memory, and a gigabyte of rubbish has lines by the hundred million.
MAX_ROW_FAULTS = 1_000

# Deeper JSON than this is an attack or a mistake, and would break the writer's recursion later.
MAX_JSON_DEPTH = 32

# Levels of Markdown, of which a list takes two and a quotation one: no thread of replies is as
# deep, and the parser's recursion bears twice as many.
MAX_MARKDOWN_DEPTH = 100

# A front matter longer than this is no front matter but a text between two rules.
MAX_FRONT_MATTER_CHARS = 20_000

# A thousand pages of PDF, at the 20 ms a page that pypdf needs.
MAX_READ_SECONDS = 20.0

# Address space of a process that reads: twice what the longest texts allowed were seen to take.
MAX_READ_MEMORY = 1_000_000_000
