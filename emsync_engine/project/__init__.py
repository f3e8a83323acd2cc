"""The document: what a project holds, and its file. Needs only the standard library."""
