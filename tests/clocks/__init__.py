"""The suite under other clocks, in other time zones and in other orders."""
