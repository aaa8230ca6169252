from shared.eventsourcing.migrate import beside

revision, down_revision = "0007", "0006"
upgrade = beside(__file__)
