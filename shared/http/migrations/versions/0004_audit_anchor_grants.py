from shared.eventsourcing.migrate import beside

revision, down_revision = "0004", "0003"
upgrade = beside(__file__)
