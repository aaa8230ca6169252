"""How a bench judges: ratios of neighbours, percentiles of raw samples, and what makes a run void."""

import json
from pathlib import Path

import jsonschema
import pytest

from bench import docs, report, run
from bench.box import Use
from bench.pair import Result, Sample, VoidRun, percentiles

USE = Use(2.0, {"py": 0.5, "pg": 1.0}, 0.4, 0.05)


def a_result(*ratios: float, noisy: int = 0, why: str = "") -> Result:
    result = Result("append", "8", "appends/s", "P", 0.6, 0.8, why_void=why)
    for n, ratio in enumerate(ratios):
        result.subjects.append(Sample(int(ratio * 1000), 1.0, noisy=n < noisy))
        result.yardsticks.append(Sample(1000, 1.0, noisy=n < noisy))
        result.first.append("subject" if n % 2 else "yardstick")
    return result


def a_run(*results: Result, quick: bool = False) -> run.Run:
    box = {"cores": 2, "memory_gib": 24.0, "fdatasync_us": 171, "python": "3.11.7"}
    settings = {"postgres": {"server_version": "18.4", "fsync": "on", "synchronous_commit": "on"}, "kafka": "4.3", "transport": "TCP"}
    return run.Run(run.Options(quick=quick), box, settings, list(results))


def test_the_result_is_the_median_of_the_pairwise_ratios() -> None:
    result = a_result(0.5, 0.9, 0.7)
    assert result.median == 0.7
    assert result.ratios == [0.5, 0.9, 0.7]


@pytest.mark.parametrize(("ratio", "verdict"), [(0.85, "ambitious"), (0.7, "holds"), (0.59, "missed")])
def test_a_ratio_is_judged_against_bar_and_aim(ratio: float, verdict: str) -> None:
    assert a_result(ratio).verdict() == verdict


@pytest.mark.parametrize(("p99", "verdict"), [(9.0, "ambitious"), (15.0, "holds"), (21.0, "missed")])
def test_a_pair_may_also_be_judged_by_its_slowest_answers(p99: float, verdict: str) -> None:
    result = a_result(0.9, 0.9, 0.9)
    result.p99_ms = (20.0, 10.0)
    for sample in result.subjects:
        sample.latency_ms = percentiles([p99])
    assert result.verdict() == verdict
    assert a_run(result).status() == (verdict == "missed")


def test_a_machine_busy_with_other_things_in_more_than_a_third_of_the_cells_voids_the_result() -> None:
    assert a_result(0.7, 0.7, 0.7, noisy=1).verdict() == "holds"
    assert a_result(0.7, 0.7, 0.7, noisy=2).verdict() == "void"
    assert a_result(0.7, 0.7, 0.7, noisy=2).verdict(noise_voids=False) == "holds"


def test_the_exit_status_tells_held_missed_and_void() -> None:
    assert a_run(a_result(0.7)).status() == 0
    assert a_run(a_result(0.5)).status() == 1
    assert a_run(a_result(0.5), a_result(0.9, why="wrong totals")).status() == 2


def test_a_quick_run_fails_below_half_the_bar_only() -> None:
    assert a_run(a_result(0.31), quick=True).status() == 0
    assert a_run(a_result(0.29), quick=True).status() == 1


def test_cpu_is_told_per_operation_and_party() -> None:
    sample = Sample.of(1000, USE, latencies=[1.0, 2.0])
    assert sample.cpu_us == {"py": 500.0, "pg": 1000.0}
    assert sample.rate == 500


def test_percentiles_come_from_raw_samples() -> None:
    found = percentiles([float(n) for n in range(1, 1001)])
    assert (found["p50"], found["p99"], found["p999"], found["max"]) == (501.0, 991.0, 1000.0, 1000.0)
    assert percentiles([7.0])["p50"] == 7.0


def test_a_result_file_fits_its_schema(tmp_path: Path) -> None:
    done = a_run(a_result(0.7, 0.8), a_result(0.0, why="x"))
    done.series["memory"] = [{"what": "intake-api", "peak": 92.1}]
    path = tmp_path / "result.json"
    report.write(done, path)
    schema = json.loads((Path(run.__file__).parent / "result.schema.json").read_text())
    jsonschema.validate(json.loads(path.read_text()), schema)


def test_every_committed_baseline_fits_the_schema() -> None:
    folder = Path(run.__file__).parent
    schema = json.loads((folder / "result.schema.json").read_text())
    for path in (folder / "baselines").glob("*.json"):
        jsonschema.validate(json.loads(path.read_text()), schema)


def test_cells_are_told_in_the_order_in_which_they_ran() -> None:
    cells = a_result(0.7, 0.8).row()["cells"]
    assert [cell["side"] for cell in cells] == ["yardstick", "subject", "subject", "yardstick"]
    assert [cell["order"] for cell in cells] == [0, 1, 2, 3]


def test_a_table_filled_in_parts_keeps_what_was_not_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    report.write(a_run(a_result(0.7)), path)
    other = a_result(0.9)
    other.name = "group"
    report.write(a_run(other), path)
    assert {pair["name"] for pair in json.loads(path.read_text())["pairs"]} == {"append", "group"}


def test_the_page_marks_a_missed_bar() -> None:
    found = report.as_json(a_run(a_result(0.5)))
    assert "**MISSED**" in docs.text(found, "x.json", [], "")


async def test_a_wrong_outcome_voids_its_pair_and_not_the_run() -> None:
    class Lying:
        name, concurrency, unit, yardstick_name, bar, ambitious = "lying", "1", "x/s", "P", 0.5, 1.0
        needs = frozenset[str]()
        closed = False

        async def prepare(self, stack: object, corpus: object) -> None: ...

        async def yardstick(self, seconds: float) -> Sample:
            return Sample(10, 1.0)

        async def subject(self, seconds: float) -> Sample:
            return Sample(10, 1.0)

        async def check(self) -> None:
            raise VoidRun("9 stored of 10")

        async def close(self) -> None:
            self.closed = True

    class NoStack:
        async def only(self, needs: object) -> None: ...

    pair = Lying()
    result = await run.measure(pair, NoStack(), run.Options(pairs=1))  # type: ignore[arg-type]
    assert result.verdict() == "void"
    assert result.why_void == "9 stored of 10"
    assert pair.closed


def test_each_pair_named_in_the_table_is_made_by_its_module() -> None:
    for name in run.known():
        assert run.load([name]), name
