"""From profiles to pairs: rosters and rules in, pairs with reasons and suggestions out.

``match`` tells the story of a pairing, ``suggest`` that of one mentee's suggestions.
"""
