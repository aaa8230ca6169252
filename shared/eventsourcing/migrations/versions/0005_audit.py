from shared.eventsourcing.migrate import beside

revision, down_revision = "0005", "0004"
upgrade = beside(__file__)
