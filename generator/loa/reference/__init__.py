"""Dated tables: the law in force on a day, and the names of administrative units on a day."""
