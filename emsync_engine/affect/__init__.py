"""What music itself says: valence and arousal read from notes."""
