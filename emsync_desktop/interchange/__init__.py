"""What other programs know of the film: lists of cuts, and new versions of the edit."""
