"""``python -m xcase`` is the command ``xcase``."""

from xcase.cli import main

main()
