from shared.eventsourcing.migrate import beside

revision, down_revision = "0006", "0005"
upgrade = beside(__file__)
