from shared.eventsourcing.migrate import beside

revision, down_revision = "0002", "0001"
upgrade = beside(__file__)
