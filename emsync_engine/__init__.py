"""EMSYNC's engine: from a film to a score that follows its emotion and lands on its cuts."""

__version__ = "0.1.0"
