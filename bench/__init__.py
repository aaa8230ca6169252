"""Performance as ratios: what Gabay does, divided by a limit of the same parts in the same run. See docs/reference/performance.md."""
