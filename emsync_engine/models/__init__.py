"""Models that people can add: what there is, where it lies, and how it comes here."""
