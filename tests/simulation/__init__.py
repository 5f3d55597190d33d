"""The real station on a simulated clock, with seeded faults; a seed reproduces a failure.

python -m tests.simulation --seeds 1000 --days 100     # makes station-days and prints what broke
python -m tests.simulation --seed 4711 --days 100 -v    # one world, step by step
"""
