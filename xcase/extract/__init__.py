"""A story and what the network says of it to people, industries, skills, outcomes, programme.

Every function takes a :class:`~xcase.segment.Story` with the document's text and returns records
whose spans quote that text.
"""
