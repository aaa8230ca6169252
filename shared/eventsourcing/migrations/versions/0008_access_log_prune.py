from shared.eventsourcing.migrate import beside

revision, down_revision = "0008", "0007"
upgrade = beside(__file__)
