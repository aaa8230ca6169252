"""The one table of topics."""

import pytest

from shared.messaging.access import ROLLUP
from shared.messaging.contracts import aggregates, contracts
from shared.messaging.topics import BY_NAME, EVENT_TOPICS, TOPICS, Topic, replay_topic


def test_every_aggregate_has_its_topic() -> None:
    assert {aggregate.topic for aggregate in aggregates()} <= {*EVENT_TOPICS, ROLLUP}


def test_a_topic_may_carry_every_class_that_its_events_seal() -> None:
    for contract in contracts().values():
        for topic in contract.topics:
            assert set(contract.event.sealed_classes) <= set(BY_NAME[topic].sealed), (contract.name, topic)


def test_event_topics_keep_everything_in_six_partitions() -> None:
    for name in EVENT_TOPICS:
        settings = BY_NAME[name].settings()
        assert BY_NAME[name].partitions == 6
        assert (settings["cleanup.policy"], settings["retention.ms"]) == ("delete", "-1")
        assert settings["compression.type"] == "producer"
        assert settings["unclean.leader.election.enable"] == "false"


@pytest.mark.parametrize(("replication", "wanted"), [(1, "1"), (3, "2")])
def test_a_cluster_needs_two_replicas_in_sync(replication: int, wanted: str) -> None:
    assert TOPICS[0].settings(replication=replication)["min.insync.replicas"] == wanted


def test_a_region_may_ask_for_finite_retention_but_not_of_the_rollup() -> None:
    assert TOPICS[0].settings(retention_days=30)["retention.ms"] == str(30 * 86_400_000)
    assert BY_NAME["reporting.rollup.v1"].settings(retention_days=30)["retention.ms"] == "-1"
    assert BY_NAME["reporting.rollup.v1"].partitions == 1


def test_a_replay_topic_lives_a_week_and_has_the_partitions_of_its_original() -> None:
    topic = replay_topic("reporting.facts.v3", "casework.case.v1")
    assert topic == Topic("replay.reporting.facts.v3.casework.case.v1", BY_NAME["casework.case.v1"].sealed, "replay", 6)
    assert topic.settings()["retention.ms"] == str(7 * 86_400_000)


def test_names_are_used_once() -> None:
    assert len(BY_NAME) == len(TOPICS)
