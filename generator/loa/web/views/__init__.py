"""What the pages show: data read from files, database and schedule, ready for a template."""
