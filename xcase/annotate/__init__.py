"""The trained network at work: sentences in, probabilities for everything out.

Nothing is decided here; :mod:`xcase.segment` and :mod:`xcase.extract` decide. Only
:mod:`xcase.annotate.annotator` and :mod:`xcase.annotate.network` import torch.
"""
