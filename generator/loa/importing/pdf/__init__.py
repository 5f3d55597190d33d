"""The text of a PDF: letters with their places become lines, paragraphs, columns and tables."""
