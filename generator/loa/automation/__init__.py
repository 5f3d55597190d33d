"""Automation: start playout by the schedule, and end every airing with exactly one outcome in the log."""
