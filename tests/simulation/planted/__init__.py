"""Defects planted in the product on purpose: does the simulation find them? `python -m tests.simulation.planted`"""
