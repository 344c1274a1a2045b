"""Names and contacts out of the narratives before anything is stored, and people out of it after.

``pseudonymise`` replaces, ``forget`` removes; :mod:`xcase.privacy.measure`-like figures stand in
``corpus/privacy``. What is found is never all there is: the README says how much was.
"""
