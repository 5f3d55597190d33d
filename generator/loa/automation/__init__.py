"""The station on air: the schedule starts playout, every airing ends in one outcome, nothing fails in silence."""
