"""Incidents (domain chapter, section 9): where an account is taken, what belongs to which type, what may become of it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from services.intake.incident.decisions import INCIDENT, TOLD_HERE, ProgressIncident, ReportIncident
from shared.codes import IncidentStage, IncidentType, PlaceLevel, ReportedBy
from shared.contracts.intake.incident import Harmed, IncidentProgressed, IncidentRecord, IncidentReported
from shared.errors import Rejected
from shared.eventsourcing.event import Event
from tests.unit.intake.people import C1, TODAY
from tests.unit.kit import given, in_every_way_forgotten

DEADLY = {"type": "DEATH", "dead": 2, "missing": 0, "cause": "DROWNING", "route": "Gulf"}


def report(client: UUID | None = C1, record: dict[str, Any] | None = None, **changes: Any) -> ReportIncident:
    told = IncidentRecord(**{"type": "ILLEGAL_RECRUITMENT", "event_date": "2025-11", "country": "PHL", **(record or {})})
    members = {
        "today": TODAY, "reported_on": TODAY, "by": ReportedBy.FAMILY, "client_id": client, "place_level": PlaceLevel.MUNICIPALITY,
        "record": told,
    }  # fmt: skip
    return ReportIncident(**{**members, **changes})


def progress(stage: str, to_org: str | None = None, **more: Any) -> ProgressIncident:
    return ProgressIncident(stage=IncidentStage(stage), to_org=to_org, **more)


REPORTED = given(INCIDENT).when(report(open_case=True, counted=True)).after()


def test_of_a_client_it_counts_only_with_consent_and_of_nobody_always() -> None:
    assert given(INCIDENT).when(report()).fact(IncidentReported).profile is None
    assert given(INCIDENT).when(report(counted=True)).fact(IncidentReported).profile is not None
    assert given(INCIDENT).when(report(None)).fact(IncidentReported).profile is not None


@pytest.mark.parametrize("type", IncidentType)
def test_an_account_is_taken_of_five_types_only(type: IncidentType) -> None:
    fatal = {"dead": 1, "missing": 0, "cause": "ACCIDENT"} if type in ("DEATH", "MISSING") else {}
    told = given(INCIDENT).when(report(record={"type": type, "account": "what was told", **fatal}))
    if type in TOLD_HERE:
        told.then_types(IncidentReported)
    else:
        told.rejected("account-not-allowed", fields=["/account"])
        given(INCIDENT).when(report(record={"type": type})).then_types(IncidentReported)


def test_the_account_and_the_names_are_not_in_the_profile() -> None:
    record = {"account": "told at length", "alleged": [{"name": "An Agent"}], "reporter": {"name": "A Sister"}}
    fact = given(INCIDENT).when(report(counted=True, record=record)).fact(IncidentReported)
    assert not [text for text in ("told at length", "An Agent", "A Sister") if text in fact.profile.model_dump_json()]


def test_each_type_has_its_own_members() -> None:
    given(INCIDENT).when(report(record={"type": "OTHER", "licence_checked": "NO"})).refused_at("/licence_checked")
    given(INCIDENT).when(report(record={"dead": 1})).refused_at("/dead")
    given(INCIDENT).when(report(record=DEADLY)).then_types(IncidentReported)
    given(INCIDENT).when(report(record={**DEADLY, "dead": 0})).refused_at("/dead")
    given(INCIDENT).when(report(record={"type": "MISSING"})).refused_at("/dead", "/missing", "/cause")


def test_without_a_client_nobody_is_one() -> None:
    given(INCIDENT).when(report(None, open_case=True, by=ReportedBy.CLIENT)).refused_at("/open_case", "/client_id")
    given(INCIDENT).when(report(None, record={"person": Harmed(name="A Person")})).then_types(IncidentReported)
    given(INCIDENT).when(report(record={"person": Harmed(name="A Person")})).refused_at("/person")


def test_places_and_days() -> None:
    given(INCIDENT).when(report(record={"psgc_mun": "0600613000"})).refused_at("/vintage")
    named = {"psgc_mun": "0600613000", "vintage": "2026-1Q"}
    given(INCIDENT).when(report(record=named, place_level=PlaceLevel.COUNTRY)).refused_at("/psgc_mun")
    given(INCIDENT).when(report(record={"event_date": "2026-04"}, reported_on=date(2026, 3, 3))).rejected(
        "date-in-future", fields=["/reported_on", "/event_date"]
    )


def test_it_is_reported_once() -> None:
    REPORTED.when(report()).rejected("already-exists")


def test_forwarding_names_somebody_whom_the_region_knows() -> None:
    REPORTED.when(progress("FORWARDED")).refused_at("/to_org")
    REPORTED.when(progress("CLOSED", "DMW")).refused_at("/to_org")
    REPORTED.when(progress("FORWARDED", "NOBODY", known_org=False)).refused_at("/to_org")
    sent = REPORTED.when(progress("FORWARDED", "DMW")).then(IncidentProgressed(stage=IncidentStage.FORWARDED, to_org="DMW"))
    sent.when(progress("FORWARDED", "DMW")).nothing()
    sent.when(progress("FORWARDED", "PNP")).then_types(IncidentProgressed)


def test_what_was_found_stands_and_what_is_closed_stays_closed() -> None:
    found = REPORTED.when(progress("SUBSTANTIATED")).after()
    found.when(progress("UNFOUNDED")).rejected("invalid-state", state="SUBSTANTIATED", allowed=["CLOSED", "FORWARDED"])
    closed = found.when(progress("CLOSED")).after()
    closed.when(progress("FORWARDED", "DMW")).rejected("invalid-state", allowed=[])
    given(INCIDENT).when(progress("CLOSED")).rejected("not-found")


def test_it_folds_after_the_keys_are_gone() -> None:
    for events in in_every_way_forgotten(REPORTED.when(progress("CLOSED")).after().events):
        assert INCIDENT.fold(events).stage is IncidentStage.CLOSED


class Machine(RuleBasedStateMachine):
    """Beside the simplest model: the list of stages that were accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []
        self.stages: list[str] = []

    @initialize(counted=st.booleans())
    def report(self, counted: bool) -> None:
        self.events += INCIDENT.decide(report(counted=counted), INCIDENT.initial)

    @rule(stage=st.sampled_from(IncidentStage), org=st.sampled_from(["DMW", "PNP"]))
    def progress(self, stage: IncidentStage, org: str) -> None:
        command = progress(stage, org if stage == "FORWARDED" else None)
        state = INCIDENT.fold(self.events)
        try:
            new = INCIDENT.decide(command, state)
        except Rejected:
            assert self.stages
            assert self.stages[-1] in ("SUBSTANTIATED", "UNFOUNDED", "CLOSED")
            return
        self.events += new
        self.stages += [stage] if new else []
        assert INCIDENT.fold(self.events).stage == (self.stages[-1] if self.stages else None)
        assert self.stages.count("CLOSED") <= 1


Machine.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
TestMachine = Machine.TestCase
