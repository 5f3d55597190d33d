"""Texts brought in: Word documents, PDF, text files and pasted pages become notices of a commune."""
