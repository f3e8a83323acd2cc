"""A new version of the edit: what only moved keeps its music, what changed becomes stale."""
