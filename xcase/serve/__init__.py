"""Cases over HTTP: pages for people, the same answers as JSON for programs. Read-only.

``create_app`` makes the application, ``Config`` says what it serves and to whom, ``run`` serves it.
"""

from xcase.serve.app import create_app
from xcase.serve.config import Config, Limits
from xcase.serve.run import run

__all__ = ["Config", "Limits", "create_app", "run"]
