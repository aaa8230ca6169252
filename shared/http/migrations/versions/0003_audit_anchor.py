from shared.eventsourcing.migrate import beside

revision, down_revision = "0003", "0002"
upgrade = beside(__file__)
