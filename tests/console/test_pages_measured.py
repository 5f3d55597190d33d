"""No page is left out of the measurements."""

from benchmarks.bench_console import unmeasured


def test_every_page_of_the_route_table_is_measured() -> None:
    assert not unmeasured()
