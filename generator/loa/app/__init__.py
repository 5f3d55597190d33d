"""Jobs that use several packages: build, demo, doctor, backup, restore, reports."""
