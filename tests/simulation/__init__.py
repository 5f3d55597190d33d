"""The real station on a simulated clock, with seeded faults; a seed reproduces a failure.

python -m tests.simulation --seeds 0-999 --days 100 -j 16 --out FILE   # makes station-days; prints and saves what broke
python -m tests.simulation --seeds 4711 --days 100 -v                  # one world, step by step
"""
