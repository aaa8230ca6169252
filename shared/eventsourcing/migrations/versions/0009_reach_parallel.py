from shared.eventsourcing.migrate import beside

revision, down_revision = "0009", "0008"
upgrade = beside(__file__)
