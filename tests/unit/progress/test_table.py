"""The table of jobs at the widths of real terminals, letter by letter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from cli.progress.table import format_jobs, summarize
from cli.runs.statuses import sort_by_chain
from tests.unit.progress.sample import CHAIN, NOW, a_job

GOLDEN = {
    140: """\
NAME             PHASE      STATUS    TRY  WAITED  RAN     OF  WHERE                RESULT
defects          FAILED               3/3          2m 05s  2h  2x ml.g5.2xlarge
    AlgorithmError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 22.0 GiB total)
forecast         QUEUED     RUNNABLE       45m                 #3 in training
    number 3 in queue training, behind etl-a, etl-b; env: 8 of 8 instances in use by this queue
prepare          SUCCEEDED            1/3  4m      12m     2h  2x ml.g5.2xlarge     s3://my-bucket/models/AWSBa…11a7a79c/output/model.tar.gz
└ churn-xgboost  RUNNING              2/3          1h 10m  2h  2x ml.g5.2xlarge
  └ score        WAITING                                       after churn-xgboost""",
    80: """\
NAME             PHASE      STATUS    TRY  WAITED  RAN     WHERE
defects          FAILED               3/3          2m 05s  2x ml.g5.2xlarge
    AlgorithmError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 22.0
    GiB total)
forecast         QUEUED     RUNNABLE       45m             #3 in training
    number 3 in queue training, behind etl-a, etl-b; env: 8 of 8 instances in
    use by this queue
prepare          SUCCEEDED            1/3  4m      12m     2x ml.g5.2xlarge
└ churn-xgboost  RUNNING              2/3          1h 10m  2x ml.g5.2xlarge
  └ score        WAITING                                   after churn-xgboost""",
    60: """\
NAME             PHASE      RAN     WHERE
defects          FAILED     2m 05s  2x ml.g5.2xlarge
    AlgorithmError: CUDA out of memory. Tried to allocate
    2.00 GiB (GPU 0; 22.0 GiB total)
forecast         QUEUED             #3 in training
    number 3 in queue training, behind etl-a, etl-b; env: 8
    of 8 instances in use by this queue
prepare          SUCCEEDED  12m     2x ml.g5.2xlarge
└ churn-xgboost  RUNNING    1h 10m  2x ml.g5.2xlarge
  └ score        WAITING            after churn-xgboost""",
}

SEVERAL = """\
STACK  NAME             PHASE      TRY  WAITED  RAN     OF  WHERE
dev    prepare          SUCCEEDED  1/3  4m      12m     2h  2x ml.g5.2xlarge
dev    └ churn-xgboost  RUNNING    2/3          1h 10m  2h  2x ml.g5.2xlarge
dev      └ score        WAITING                             after churn-xgboost
prod   prepare          SUCCEEDED  1/3  4m      12m     2h  2x ml.g5.2xlarge
prod   └ churn-xgboost  RUNNING    2/3          1h 10m  2h  2x ml.g5.2xlarge
prod     └ score        WAITING                             after churn-xgboost"""


def shown(width: int) -> str:
    return "\n".join(line.plain for line in format_jobs(CHAIN, NOW, width))


@pytest.mark.parametrize("width", GOLDEN)
def test_table(width: int) -> None:
    """Less important columns leave first; the chain reads from top to bottom."""
    assert shown(width) == GOLDEN[width]


@pytest.mark.parametrize("width", range(24, 160))
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Whatever the width: a line that wraps would break a table that updates in place."""
    assert max(cell_len(line) for line in shown(width).splitlines()) <= width


def test_several_stacks() -> None:
    """Each stack's chain stays together, whatever names they share; the stack is the first column."""
    jobs = [replace(job, stack=name) for name in ("prod", "dev") for job in CHAIN[:3]]
    lines = format_jobs(jobs, NOW, 80)
    assert "\n".join(line.plain for line in lines) == SEVERAL
    assert summarize(jobs, "2026-11-27T12:00:00Z") == (
        "as of 2026-11-27T12:00:00Z: 6 jobs in 2 stacks, 2 waiting, 2 running, 2 succeeded"
    )
    styled = {
        line.plain[span.start : span.end].strip() for line in lines[1:] for span in line.spans
    }
    assert styled == {"SUCCEEDED", "RUNNING", "WAITING"}


@pytest.mark.parametrize("width", range(24, 120))
def test_several_stacks_fit(width: int) -> None:
    """A long name of a stack is cut as well."""
    jobs = [replace(job, stack="a-team-with-a-long-name") for job in CHAIN]
    assert max(cell_len(line.plain) for line in format_jobs(jobs, NOW, width)) <= width


def test_chains_of_many_ways_are_sorted_at_once() -> None:
    """Each of two jobs in sixty layers depends on both of the layer before: 2^60 ways lead to the last."""
    layers = [[f"{at:02}{side}" for side in "ab"] for at in range(60)]
    before: list[list[str]] = [[], *layers]
    jobs = [
        a_job(name, "WAITING", *above)
        for layer, above in zip(layers, before, strict=False)
        for name in layer
    ]
    depths = {job.name: depth for job, depth in sort_by_chain(jobs)}
    assert depths == {name: at for at, layer in enumerate(layers) for name in layer}


def test_wide_characters_count_double() -> None:
    """Columns stay aligned behind a name in Chinese."""
    jobs = [a_job("流失", "RUNNING"), a_job("churn", "RUNNING")]
    lines = [line.plain for line in format_jobs(jobs, NOW, 80)]
    assert len({cell_len(line[: line.index("RUNNING")]) for line in lines[1:]}) == 1


def test_a_long_reason_in_wide_characters_stays_in_its_lines() -> None:
    """Four lines at most, the last with a mark."""
    job = a_job("churn", "FAILED", statusReason="流失率 " * 60)
    lines = [line.plain for line in format_jobs([job], NOW, 50)][2:]
    assert len(lines) == 4
    assert max(map(cell_len, lines)) <= 50
    assert lines[-1].endswith(" …")


def test_control_characters_of_aws_are_shown_not_obeyed() -> None:
    """A reason that clears the screen is text."""
    job = a_job("churn", "FAILED", statusReason="\x1b[2J\u202eevil")
    text = "\n".join(line.plain for line in format_jobs([job], NOW, 80))
    assert "\\u001b[2J\\u202eevil" in text
    assert "\x1b" not in text
