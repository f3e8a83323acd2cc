"""What a score is handed off as: lists and timelines for editing programs, sheets for people."""
