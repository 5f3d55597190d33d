"""What goes out beside the loudspeakers, and the reports of it: pages that no daily work needs."""
