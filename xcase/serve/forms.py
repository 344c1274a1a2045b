"""What may be asked: the parameters and bodies of the requests, checked at the door."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from xcase.serve.config import MOST_ANSWERS, MOST_PEOPLE, MOST_ROWS

Text = Annotated[str, StringConstraints(max_length=20_000)]
Name = Annotated[str, StringConstraints(max_length=200)]
Scalar = Text | int | float | bool | None
Several = Text | Annotated[list[Text], Field(max_length=200)] | None
Count = Annotated[int, Field(ge=1, le=MOST_ANSWERS)]


class _Strict(BaseModel):
    """A misspelt parameter is refused: it would silently ask for something else."""

    model_config = ConfigDict(extra="forbid")


class SimilarFilters(_Strict):
    """Which cases may be shown."""

    source: Name = Field("", alias="from", description="Only cases that start in this industry.")
    target: Name = Field("", alias="to", description="Only cases that lead to this industry.")
    skill: Name = Field("", description="Only cases about this gap.")
    outcome: Name = Field("", description="Only cases with this type or polarity of outcome.")


class SimilarOptions(SimilarFilters):
    """How a search for similar cases is made."""

    k: Count = Field(5, description="How many cases at most.")
    across: bool = Field(
        False, description="The same gap in another industry than the mentee's, with a good end."
    )


class SimilarQuery(SimilarOptions):
    """A search for cases that resemble what a mentee says."""

    text: Text = Field(description="The mentee in a sentence or two.")


class CasesQuery(SimilarFilters):
    """A page of the list of cases."""

    limit: int = Field(50, ge=1, le=MOST_ROWS, description="How many records at most.")
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        None, description="From the Link header of the page before."
    )


class PageQuery(_Strict):
    """A page of a list."""

    limit: int = Field(50, ge=1, le=MOST_ROWS, description="How many records at most.")
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        None, description="From the Link header of the page before."
    )


class TransferQuery(_Strict):
    """A question about skills that carry over; a side left out means every industry."""

    source: Name | None = Field(None, alias="from", description="The industry that is left.")
    target: Name | None = Field(None, alias="to", description="The industry to go to.")
    skill: Name | None = Field(None, description="Only this skill: where does it go?")
    k: Count = Field(10, description="How many rows at most.")


class Person(BaseModel):
    """A mentee or mentor. Other columns are kept, and may be used by rules.

    What the reader of files takes passes: a number for an id, and null where nothing is told.
    """

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)
    __pydantic_extra__: dict[str, JsonValue]

    id: Scalar = Field("", description="Else the e-mail address or the name is taken.")
    name: Scalar = ""
    text: Scalar = Field("", description="Free description.")
    industry: Scalar = ""
    target_industry: Scalar = ""
    role: Scalar = ""
    goals: Several = Field(default_factory=list)
    skills_have: Several = Field(default_factory=list)
    skills_want: Several = Field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """Return what was sent and nothing else."""
        return self.model_dump(exclude_unset=True)


People = Annotated[list[Person], Field(min_length=1, max_length=MOST_PEOPLE)]


class SuggestBody(_Strict):
    """Mentees to make suggestions for, and mentors to suggest from, if any."""

    mentees: People
    mentors: People | None = None
    rules: dict[str, Any] | None = Field(None, description="As in the rules file of `match`.")


class MatchBody(_Strict):
    """The two rosters of a pairing, and its rules."""

    mentees: People
    mentors: People
    rules: dict[str, Any] | None = Field(None, description="As in the rules file of `match`.")
    partial: bool = Field(False, description="Give the possible pairs if not all can be matched.")
    alternatives: int = Field(3, ge=0, le=20, description="Other mentors shown for each pair.")


class SearchForm(SimilarOptions):
    """The search of the first page; without a text nothing is searched."""

    text: Text = ""
    k: Count = 6


class TransferForm(TransferQuery):
    """The question of the transfer page."""

    source: Name = Field("", alias="from")
    target: Name = Field("", alias="to")
    skill: Name = ""
