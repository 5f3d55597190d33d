"""One station, many loudspeakers: players far away that air by themselves, their plans, outcomes and line."""
