"""The emergency kit: what to say about each hazard, in the order that is understood; sirens of the provinces."""
