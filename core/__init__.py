"""ScalpSpectra: from a scalp photo to a grade that can be trusted, and to what follows from it."""

__version__ = "0.1.0"
