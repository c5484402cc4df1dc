"""What a plan says of each step, whichever engine previewed it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from cli.commands.drift import find_differences
from cli.planning import markdown, prices, text, words
from cli.project.stack import Project, Stack
from components import policy
from components.errors import JobError
from components.stack.archive import collapse_folders
from tests.end_to_end import jobs
from tests.unit.plan.documents import ARN, QUEUED, RUNNING, inputs, job_files, plan, state, step


def changed(**hyperparameters: str) -> dict[str, Any]:
    found = inputs()
    found["request"]["serviceRequestPayload"]["HyperParameters"].update(hyperparameters)
    return found


def test_a_new_job_is_submitted_where_and_on_what() -> None:
    """A created job's row has its queue, role, image, instances, S3 paths, account and ceiling."""
    (job,) = plan(step("create", new=inputs()), prices={"ml.m5.xlarge": 0.25}).jobs
    assert (job.action, job.why) == ("submit", "new")
    assert (job.region, job.account, job.queue) == ("us-east-1", "123456789012", "training")
    assert job.role == "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
    assert job.image.endswith("/sagemaker-xgboost:1.7-1")
    assert job.instances == ("1 x ml.m5.xlarge",)
    assert (job.reads, job.writes) == ((), ("s3://aws-jobs-output/churn/",))
    # 1 instance, 3600 s, 2 attempts
    assert (job.max_hours, job.cost) == (2.0, 0.5)


def test_a_changed_field_is_named_with_both_values_and_its_line() -> None:
    """A re-run says which field, from what to what, and where its file says so."""
    source = json.dumps({**jobs.hyperparameters(eta="0.3")}, indent=1)
    line = 1 + source[: source.index('"eta"')].count("\n")
    (job,) = plan(
        step("replace", old=state(inputs()), new=changed(eta="0.3")), jobs=job_files(churn=source)
    ).jobs
    assert job.action == "rerun"
    (change,) = job.changes
    assert change.path == "request.serviceRequestPayload.HyperParameters.eta"
    assert (change.old, change.new, change.reruns, change.line) == ('"0.1"', '"0.3"', True, line)
    assert (job.file, job.run) == (
        "jobs/churn.json",
        "churn-0ecf4a6b, SUCCEEDED since 2026-11-21T10:00:00Z",
    )


@pytest.mark.parametrize(
    ("prices", "hours", "cost"),
    [
        ({}, {"ml.g5.xlarge": 4.0}, None),
        ({"ml.g5.xlarge": 1.0, "ml.m5.xlarge": 3.0}, {"ml.m5.xlarge": 2.0}, 6.0),
        ({"ml.g5.xlarge": 9.0}, {"ml.m5.xlarge": 2.0}, None),
    ],
)
def test_of_alternatives_only_the_dearest_is_counted(
    prices: dict[str, float], hours: dict[str, float], cost: float | None
) -> None:
    """SageMaker uses one of `InstancePreferences`; a type without a price may be the dearest."""
    new = inputs()
    new["request"]["serviceRequestPayload"]["ResourceConfig"] = {
        "InstancePreferences": [
            {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
            {"InstanceType": "ml.g5.xlarge", "InstanceCount": 2},
        ]
    }
    found = plan(step("create", new=new), prices=prices)
    assert (dict(found.hours), found.jobs[0].cost, found.cost) == (hours, cost, cost)


@pytest.mark.parametrize(
    ("old", "new", "path", "shown"),
    [
        ({"period": "2026-W46"}, {"period": "2026-W47"}, "period", ('"2026-W46"', '"2026-W47"')),
        ({"generation": 1}, {"generation": 2}, "generation", ("1", "2")),
        ({}, {"generation": 1}, "generation", ("", "1")),
        (
            {"watched": {"s3://b/k": "e1"}},
            {"watched": {"s3://b/k": "e2"}},
            "watched.s3://b/k",
            ('"e1"', '"e2"'),
        ),
        (
            {"code": {"sha256": "a", "files": {"train.py": "1", "util.py": "2"}}},
            {"code": {"sha256": "b", "files": {"train.py": "3", "util.py": "2"}}},
            "code: train.py",
            ('"1"', '"3"'),
        ),
        (
            {"code": {"sha256": "a", "files": {"train.py": "1"}}},
            {"code": {"sha256": "b", "files": {"train.py": "1"}}},
            "code.sha256",
            ('"a"', '"b"'),
        ),
    ],
)
def test_whatever_makes_a_run_is_a_reason(
    old: dict[str, Any], new: dict[str, Any], path: str, shown: tuple[str, str]
) -> None:
    """The period, the generation, a watched object's ETag and a file of the code each explain a re-run."""
    (job,) = plan(step("replace", old=state(inputs(**old)), new=inputs(**new))).jobs
    assert [(each.path, (each.old, each.new), each.reruns) for each in job.changes] == [
        (path, shown, True)
    ]


def test_a_release_that_is_taken_back_is_named() -> None:
    """No input shows it: an `up` released the run and died, and its file is back."""
    old = state(inputs(), **QUEUED, released=True)
    (job,) = plan(step("update", old=old, new=inputs())).jobs
    assert job.effect == "its release is taken back: the `up` that released it died"


def test_what_changes_in_place_makes_no_run() -> None:
    """Tags, the priority and settings of the lifecycle are updates, and their changes say that they make no run."""
    new = inputs(onDelete="keep")
    new["request"]["tags"] = {"team": "vision"}
    new["request"]["schedulingPriority"] = 5
    (job,) = plan(step("update", old=state(inputs(), **QUEUED), new=new)).jobs
    assert (job.action, job.effect) == ("update", "the run is changed in place")
    assert [(each.path, each.reruns) for each in job.changes] == [
        ("request.schedulingPriority", False),
        ("request.tags.team", False),
        ("onDelete", False),
    ]


@pytest.mark.parametrize(
    ("run", "rule", "action", "effect", "ends"),
    [
        ({}, "refuse", "rerun", "its results are kept", ""),
        (QUEUED, "refuse", "rerun", "taken from the queue", "QUEUED"),
        (RUNNING, "terminate", "rerun", "TERMINATED (onReplace: terminate)", "RUNNING"),
        (RUNNING, "keep", "rerun", "it keeps running (onReplace: keep)", ""),
        (RUNNING, "refuse", "refuse", "refused: it is running (onReplace: refuse)", ""),
    ],
)
def test_a_replacement_says_what_becomes_of_the_run(
    run: dict[str, str], rule: str, action: str, effect: str, ends: str
) -> None:
    """What a replacement does to a run depends on whether it runs now and on `onReplace`."""
    new = {**changed(eta="0.3"), "onReplace": rule}
    (job,) = plan(step("replace", old=state(inputs(), **run), new=new)).jobs
    assert (job.action, job.effect, job.ends) == (action, effect, ends)


@pytest.mark.parametrize(
    ("run", "rule", "allowed", "action", "effect"),
    [
        ({}, "refuse", False, "release", "its results are kept"),
        (QUEUED, "refuse", False, "terminate", "taken from the queue"),
        (RUNNING, "terminate", False, "terminate", "TERMINATED (onDelete: terminate)"),
        (RUNNING, "keep", False, "release", "it keeps running (onDelete: keep)"),
        (RUNNING, "refuse", False, "refuse", "refused: it is running (onDelete: refuse)"),
        (RUNNING, "refuse", True, "terminate", "TERMINATED (aws-jobs:allowTerminate)"),
    ],
)
def test_a_removed_file_says_what_becomes_of_the_run(
    run: dict[str, str], rule: str, allowed: bool, action: str, effect: str
) -> None:
    """What a removal does depends on whether the job runs now, on `onDelete` and on the stack's setting."""
    old = state(inputs(onDelete=rule), **run)
    (job,) = plan(step("delete", old=old), may_terminate=allowed).jobs
    assert (job.action, job.effect, job.why) == (action, effect, "its file was removed")


def test_a_removed_cell_is_no_removed_file() -> None:
    """A cell that its matrix no longer has is planned as such, with the line of the matrix; other names are files."""
    document = jobs.hyperparameters(eta="${matrix.eta}")
    files = job_files(churn=json.dumps({**document, "matrix": {"eta": ["0.1"]}}, indent=1))
    steps = [
        step("delete", old=state(inputs(name)), name=name)
        for name in ("churn-eta-0-3", "churn-old")
    ]
    cell, file = plan(*steps, jobs=files).jobs
    assert (cell.name, cell.why) == ("churn-eta-0-3", "its matrix no longer has this cell")
    assert cell.file == "jobs/churn.json"
    assert files[0].source is not None
    assert '"matrix"' in files[0].source.text.splitlines()[cell.line - 1]
    assert (file.name, file.why, file.file) == ("churn-old", "its file was removed", "")


@pytest.mark.parametrize(
    ("changes", "removed", "new", "why"),
    [
        ({}, "churn-eta-0-3", "churn", "its file no longer has a matrix"),
        ({}, "churn-old", "", "its file was removed"),
        ({"matrix": {"eta": ["1"]}}, "churn-lr-3", "churn-eta-1", "its matrix has other keys now"),
        (
            {"matrix": {"eta": ["1"]}},
            "churn",
            "churn-eta-1",
            "its file has a matrix now; `aliases`",
        ),
        ({"name": "leavers"}, "churn", "leavers", "its file now declares another name; `aliases`"),
    ],
)
def test_a_file_that_is_still_there(
    changes: dict[str, Any], removed: str, new: str, why: str
) -> None:
    """A job that its file no longer declares: what the file declares instead is new in the same plan."""
    value = "${matrix.eta}" if "matrix" in changes else "0.1"
    text = json.dumps({**jobs.hyperparameters(eta=value), **changes})
    steps = [step("delete", old=state(inputs(removed)), name=removed)]
    steps += [step("create", new=inputs(new), name=new)] if new else []
    found = {job.name: job for job in plan(*steps, jobs=job_files(churn=text)).jobs}
    assert found[removed].why.startswith(why)
    assert found[removed].file == ("jobs/churn.json" if new else "")


def test_a_file_of_another_kind() -> None:
    """A job whose file declares another kind by the same name is not said to have lost its file."""
    old = state({**inputs(), "request": jobs.inference()["request"]})
    steps = [step("delete", old=old, kind="BatchInferenceJob"), step("create", new=inputs())]
    found = plan(*steps, jobs=job_files(churn=json.dumps(jobs.service()))).jobs
    why = {job.kind: job.why for job in found}
    assert why["BatchInferenceJob"] == "its file now declares another kind of job"


def test_since_when_a_run_runs() -> None:
    """A running run is named with its status and the time at which it began."""
    old = state(inputs(onDelete="terminate"), **RUNNING)
    (job,) = plan(step("delete", old=old)).jobs
    assert job.run == "churn-0ecf4a6b, RUNNING since 2026-11-22T09:30:00Z"


def test_a_personalize_job_cannot_be_stopped() -> None:
    """A batch inference job that runs goes on when its file goes, and the plan says so."""
    old = state({**inputs(), "request": jobs.inference()["request"]}, **RUNNING)
    (job,) = plan(step("delete", old=old, kind="BatchInferenceJob")).jobs
    assert (job.action, job.effect) == ("release", "it keeps running: it cannot be stopped")


def test_what_waits_is_deferred_until_its_turn() -> None:
    """A job that waits is deferred whether it is new, unchanged or ran before; on its turn it is submitted."""
    waits = inputs(waitingFor=["prepare"])
    placeholder = {"id": "waiting/x", "inputs": waits, "outputs": {**waits, "phase": "WAITING"}}
    for found in (
        step("create", new=waits),
        step("same", old=placeholder, new=waits),
        step("update", old=state(inputs()), new=waits),
    ):
        (job,) = plan(found).jobs
        assert (job.action, job.why) == ("defer", "waiting for prepare")
    (job,) = plan(step("replace", old=placeholder, new=inputs())).jobs
    assert (job.action, job.why) == ("submit", "dependencies are ready")


def test_an_adopted_run_is_not_submitted() -> None:
    """A job with `adopt` adopts the run that it names."""
    (job,) = plan(step("create", new=inputs(adopt=ARN))).jobs
    assert (job.action, job.run, job.effect) == ("adopt", ARN, "adopted; nothing is submitted")


def test_jobs_are_counted() -> None:
    """The counts are of jobs by what `up` does; terminations count running runs, however they come about."""
    new = {**changed(eta="0.3"), "onReplace": "terminate"}
    found = plan(
        step("create", "a", new=inputs("a")),
        step("replace", "churn", old=state(inputs(), **RUNNING), new=new),
        step("delete", "c", old=state(inputs("c"), **QUEUED)),
        step("delete", "d", old=state(inputs("d"))),
        step("same", "e", old=state(inputs("e")), new=inputs("e")),
    )
    assert {key: count for key, count in found.counts.items() if count} == {
        "submit": 1,
        "rerun": 1,
        "terminate": 1,
        "dequeue": 1,
        "release": 1,
        "unchanged": 1,
    }


def test_the_ceiling_adds_up_what_is_submitted() -> None:
    """Instances x longest runtime x attempts, by type, of what is submitted or runs again; money where prices are."""
    big = inputs("big")
    body = big["request"]["serviceRequestPayload"]
    body["ResourceConfig"] = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 4}
    big["request"]["timeoutConfig"] = {"attemptDurationSeconds": 1800}
    old = step("delete", "gone", old=state(inputs("gone")))
    found = plan(step("create", new=inputs()), step("create", "big", new=big), old)
    assert found.hours == {"ml.g5.xlarge": 4.0, "ml.m5.xlarge": 2.0}
    assert (found.max_hours, found.cost) == (6.0, None)
    priced = plan(
        step("create", new=inputs()), step("create", "big", new=big), prices={"ml.m5.xlarge": 0.25}
    )
    assert (priced.cost, priced.unpriced) == (0.5, ("ml.g5.xlarge",))


def test_a_run_that_is_preempted_without_limit_has_no_ceiling() -> None:
    """A quota share requeues it as often as it likes: no sum is named for it."""
    given = inputs()
    given["request"]["quotaShareName"] = "gold"
    found = plan(step("create", new=given))
    assert words.describe_job_ceiling(found.jobs[0]) == "no ceiling"
    assert words.describe_ceiling(found) == "no ceiling for churn: preempted without limit"


def test_an_adopted_run_costs_nothing_more() -> None:
    """Nothing is submitted."""
    found = plan(
        step("create", new=inputs(adopt="arn:aws:batch:us-east-1:123456789012:service-job/x"))
    )
    assert (found.jobs[0].action, words.describe_job_ceiling(found.jobs[0])) == ("adopt", "0 h")


def test_a_run_terminated_behind_our_back_is_drift() -> None:
    """What the refresh found ended by hand is drift, with AWS's reason; a plan that answers it says nothing."""
    ended = state(inputs(), phase="FAILED", terminated=True, statusReason="by hand")
    found = plan(step("refresh", old=state(inputs(), **RUNNING)), step("same", old=ended))
    assert [(each.name, each.job_arn) for each in found.drift] == [("churn", ARN)]
    assert "terminated" in found.drift[0].what and "by hand" in found.drift[0].what
    answered = plan(step("replace", old=ended, new=inputs(generation=2)))
    assert answered.drift == ()


def test_a_run_let_go_of_behind_our_back_is_drift() -> None:
    """A job whose run the refresh could not keep is submitted again, and called drift."""
    found = plan(step("refresh", old=state(inputs())), step("create", new=inputs()))
    assert [job.action for job in found.jobs] == ["submit"]
    assert [each.name for each in found.drift] == ["churn"]


def test_mistakes_and_warnings_come_with_the_plan() -> None:
    """Errors and warnings of the preview are the plan's; the engine's own closing remark is not."""
    found = plan(
        diagnostics=[
            {"severity": "warning", "message": "warning: jobs/a.yaml:1: not checked\n"},
            {"severity": "error", "message": "error: jobs/b.yaml:2: wrong\n"},
            {"severity": "error", "message": "error: an unhandled error occurred: program exited"},
        ]
    )
    assert found.warnings == ("jobs/a.yaml:1: not checked",)
    assert found.errors == ("jobs/b.yaml:2: wrong",)


def test_a_plans_budget_is_a_policy() -> None:
    """A policy of the scope `plan` is judged on what would be submitted, and is an error where it is mandatory."""
    budget = policy.Policy(
        "budget", "policy/budget.yaml", "too much", "error", "plan",
        {"properties": {"maxInstanceHours": {"maximum": 3}}},
    )  # fmt: skip
    one = plan(step("create", new=inputs()), policies=[budget])
    two = plan(
        step("create", new=inputs()), step("create", "b", new=inputs("b")), policies=[budget]
    )
    assert one.errors == ()
    assert two.errors == ("policy/budget.yaml: too much; it is 4 (policy/budget.yaml)",)


def test_the_same_document_gives_the_same_bytes() -> None:
    """A plan depends on neither the order of the engine's steps nor on where the dictionaries come from."""
    steps = [step("create", name, new=inputs(name)) for name in ("b", "a", "c")]
    assert text.render(plan(*steps)) == text.render(plan(*copy.deepcopy(steps[::-1])))


@pytest.mark.parametrize("value", ["[1]", "{", {"ml.m5.large": "much"}, {"ml.m5.large": -1}])
def test_prices_must_be_prices(value: Any) -> None:
    """A price that is none is an error that names the file and shows a right one."""
    with pytest.raises(JobError, match=r"Pulumi\.prod\.yaml: aws-jobs:prices .* 0\.23"):
        prices.read(Stack(Project(Path(), "aws-jobs"), "prod", {"aws-jobs:prices": value}))


def test_what_a_preview_cannot_know_is_said_so() -> None:
    """Pulumi's mark for an unknown value is shown as one that `up` will know."""
    new = changed(eta="04da6b54-80e4-46f7-96ec-b56ff0331ba9")
    (job,) = plan(step("replace", old=state(inputs()), new=new)).jobs
    assert job.changes[0].new == '"[known after up]"'


def test_text_that_is_no_document_is_refused() -> None:
    """What is not the engine's document is one sentence."""
    from cli.planning.preview import read

    with pytest.raises(JobError, match="did not print a JSON document"):
        read("engine: pulumi\n")


def test_what_a_reviewer_must_not_miss_comes_first() -> None:
    """What ends a run that costs money stands above every other change; of those that cost, the dearest is first."""
    dear = inputs("z-dear")
    dear["request"]["serviceRequestPayload"]["ResourceConfig"]["InstanceCount"] = 8
    found = plan(
        step("create", "a", new=inputs("a")),
        step("create", "z-dear", new=dear),
        step("delete", "b-queued", old=state(inputs("b-queued"), **QUEUED)),
        step("replace", "churn", old=state(inputs()), new=changed(eta="0.3")),
        step(
            "replace",
            "z-running",
            old=state(inputs("z-running"), **RUNNING),
            new={**changed(eta="0.3"), "name": "z-running", "onReplace": "terminate"},
        ),
        prices={"ml.m5.xlarge": 0.25},
    )
    assert [(words.name_action(job), job.name) for job in found.jobs] == [
        ("re-run", "z-running"),
        ("dequeue", "b-queued"),
        ("submit", "z-dear"),
        ("submit", "a"),
        ("re-run", "churn"),
    ]


def test_what_is_deferred_costs_later() -> None:
    """The ceiling names what a later `up` submits without another review."""
    found = plan(
        step("create", new=inputs()),
        step("create", "later", new=inputs("later", waitingFor=["churn"])),
        prices={"ml.m5.xlarge": 0.25},
    )
    assert words.describe_ceiling(found) == (
        "at most 2 instance-hours (2 h ml.m5.xlarge), 0.50 at the stack's prices;"
        " deferred jobs take at most 2 h ml.m5.xlarge later, 0.50 at the stack's prices"
    )


def test_hours_without_a_price_are_never_left_out() -> None:
    """Money stands beside the hours that no price is known for, of jobs with both kinds of instances too."""
    both = inputs("both")
    both["request"]["serviceRequestPayload"]["ResourceConfig"] = {
        "InstanceGroups": [
            {"InstanceGroupName": "a", "InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
            {"InstanceGroupName": "b", "InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2},
        ]
    }
    found = plan(step("create", "both", new=both), prices={"ml.m5.xlarge": 0.25})
    assert words.describe_ceiling(found) == (
        "at most 6 instance-hours (2 h ml.m5.xlarge, 4 h ml.p4d.24xlarge), 0.50 at the stack's prices"
        " and 4 h ml.p4d.24xlarge without a price in aws-jobs:prices"
    )


def test_packed_code_is_named_by_its_files_alone() -> None:
    """The archive's new address in the request is no reason of its own; another address would be."""
    old, new = inputs(), inputs()
    for side, digest in ((old, "a" * 64), (new, "b" * 64)):
        side["code"] = {"sha256": digest, "files": {"train.py": digest[:12]}}
        parameters = side["request"]["serviceRequestPayload"]["HyperParameters"]
        parameters["sagemaker_submit_directory"] = f"s3://code/{digest}.tar.gz"
    (job,) = plan(step("replace", old=state(old), new=new)).jobs
    assert [each.path for each in job.changes] == ["code: train.py"]
    new["request"]["serviceRequestPayload"]["HyperParameters"]["sagemaker_submit_directory"] = (
        "s3://x"
    )
    (job,) = plan(step("replace", old=state(old), new=new)).jobs
    assert [each.path.rpartition(".")[2] for each in job.changes][0] == "sagemaker_submit_directory"


def test_the_plan_counts_what_is_packed() -> None:
    """How many files and bytes go to AWS, for who reviews the change; a state of before has no count."""
    packed = {"sha256": "b", "files": {"train.py": "2"}, "count": 1_200, "bytes": 34_567}
    found = plan(step("create", new=inputs(code=packed)))
    assert "    code:      1,200 files, 34,567 bytes\n" in text.render(found)
    old = state(inputs(code={"sha256": "a", "files": {"train.py": "1"}}))
    (job,) = plan(step("replace", old=old, new=inputs(code=packed))).jobs
    assert (job.code_files, job.code_bytes) == (1_200, 34_567)
    assert [(each.path, each.old, each.new) for each in job.changes] == [
        ("code: train.py", '"1"', '"2"')
    ]


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        # two folders as one entry each on one side only: what did not change is not named
        (
            {"a/b/c.py": "1", "d/e.py": "2", "f.py": "3"},
            collapse_folders({"a/b/c.py": "1", "d/e.py": "4", "f.py": "3"}, 1),
            ["code: d/"],
        ),
        (
            {"a/b/c.py": "1"},
            collapse_folders({"a/b/c.py": "1", "a/b/d.py": "2"}, 2),
            ["code: a/b/"],
        ),
        # too many files for a record: nothing is said of any
        ({}, {"a.py": "1"}, ["code.sha256"]),
        ({"a.py": "1"}, {}, ["code.sha256"]),
    ],
)
def test_changed_files_are_named_by_their_folders_where_there_are_many(
    old: dict[str, str], new: dict[str, str], paths: list[str]
) -> None:
    """The record of many files has folders, and it may have had files the last time."""
    before = state(inputs(code={"sha256": "a", "files": old}))
    after = inputs(code={"sha256": "b", "files": new})
    (job,) = plan(step("replace", old=before, new=after)).jobs
    assert [each.path for each in job.changes] == paths


NOTHING = "nothing that makes a run has changed"
AGAIN = "changed, so that it runs again"


def test_a_job_that_depends_on_secrets_is_neither_changed_nor_unchanged() -> None:
    """Without secrets the program lets such a job wait for them, whatever step the engine makes of that: the plan
    says so in each format, counts nothing of it, and takes it for no drift."""
    unseen = inputs(waitingFor=["[secrets] abc"])
    for given, known in (
        (step("create", new=unseen), "new"),
        (step("update", old=state(inputs(), digest="abc"), new=unseen), NOTHING),
        (step("same", old=state(inputs(), digest="abd"), new=unseen), AGAIN),
        (step("update", old=state(inputs(), **RUNNING, digest="abd"), new=unseen), AGAIN),
    ):
        found = plan(given, step("create", "fresh", new=inputs("fresh")))
        job = next(job for job in found.jobs if job.name == "churn")
        assert (job.action, job.changes, job.effect, job.waits_for) == ("unknown", (), "", ())
        assert (found.counts["unknown"], found.counts["unchanged"], found.max_hours) == (1, 0, 2)
        why = f"depends on secrets: not previewable without them; {known}"
        assert (found.unlimited == ("churn",)) == (known != NOTHING)
        assert why in text.render(found) and why in markdown.render(found)
        assert "❔ unknown" in markdown.render(found)
        assert words.summarize(found) == "submit 1, unknown 1"
        assert [name for name, _ in find_differences(found)] == ["fresh"]
