"""One page that tells a meeting what an analysis holds; opens from disk, runs nothing, prints."""

from xcase.report.command import Written, report
from xcase.report.page import LARGEST, Report, build

__all__ = ["LARGEST", "Report", "Written", "build", "report"]
