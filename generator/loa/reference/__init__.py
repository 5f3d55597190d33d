"""Dated tables: which law was in force, and which administrative units existed, on a given day."""
