"""The gate rounds nothing and audits nothing: it only hides what is below ten, as a threshold alone would."""

from services.reporting.disclosure import protect, repair


def plant() -> None:
    protect.perturbed = lambda count, table: count.n
    repair.exposed = lambda block, hidden: []
