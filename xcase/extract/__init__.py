"""A story and what the network says of it to people, industries, skills, outcomes, programme.

What finds the facts of a story is given the text of the document and the sentences or spans of the
story, and returns records whose spans quote that text.
"""
