"""Names and contacts out of the narratives before anything is stored, and people out of it after.

``pseudonymise`` replaces, ``forget`` removes. What is found is never all there is:
docs/privacy.md says how much was found of what ``corpus/privacy`` marks.
"""
