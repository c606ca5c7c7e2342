"""Benchmarks: crawl beside lychee, on servers of this machine. `make bench` runs them."""
