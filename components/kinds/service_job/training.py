"""Rules of CreateTrainingJob: time, algorithm and data.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html and the pages of its parts
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...jobfile.rules.view import JobProblem, Rule, View, get_known, warning
from ...wire import Path

DAY = 24 * 3600
SPOT = "EnableManagedSpotTraining"
_STOPPING = "StoppingCondition"
_RUN = (_STOPPING, "MaxRuntimeInSeconds")
_WAIT = (_STOPPING, "MaxWaitTimeInSeconds")
_ECR = re.compile(r"[0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/.+")
_VPC_PARTS = ("sg-", "subnet-", "vpc-")
_MOVING_TAGS = frozenset({"latest", "main", "master", "dev", "develop", "nightly", "stable"})


def find_repeated(view: View, field: str, *lists: Path) -> Iterator[tuple[Path, Any, Path]]:
    """Yield where an item of the payload's lists has a field's value that an earlier item has, and that one's path."""
    seen: dict[Any, Path] = {}
    for at, item in (pair for path in lists for pair in view.items(*path)):
        value = get_known(item, (field,))
        first = seen.setdefault(value, at)
        if value is not None and first != at:
            yield (*at, field), value, first


def spot(view: View) -> Iterator[JobProblem]:
    """API_StoppingCondition.html; managed spot training: .../latest/dg/model-managed-spot-training.html."""
    wait, run = view.body(*_WAIT), view.body(*_RUN)
    if view.body(SPOT) is not True:
        if wait is not None and not view.has(SPOT):
            message = f"is for spot training only: add `{SPOT}: true`, or remove it"
            yield warning(view.at(*_WAIT), message, "spot-only")
        return
    if not view.has(*_WAIT):
        message = f"spot training needs `{'.'.join(_WAIT)}`, at least MaxRuntimeInSeconds"
        yield JobProblem(view.at(SPOT), message, "spot-wait-time")
    elif wait is not None and (run is not None or not view.has(*_RUN)):
        least, default = (DAY, ", one day by default") if run is None else (run, "")
        if wait < least:
            message = f"{wait} is less than MaxRuntimeInSeconds ({least}{default}); it covers waiting and training"
            yield JobProblem(view.at(*_WAIT), message, "spot-wait-time")
    if not view.has("CheckpointConfig"):
        message = "without `CheckpointConfig` an interrupted training starts from the beginning"
        yield warning(view.at(SPOT), message, "spot-checkpoint")


def stopping(view: View) -> Iterator[JobProblem]:
    """ "The default value is 1 day. The maximum value is 28 days." (API_StoppingCondition.html)"""
    run = view.body(*_RUN)
    if run is not None and run > 28 * DAY:
        message = f"{run} is more than the maximum of {28 * DAY} (28 days)"
        yield JobProblem(view.at(*_RUN), message, "runtime-maximum")
    limited = view.has(_STOPPING) or "timeoutConfig" in view.request
    if view.payload and not limited and not view.has("ServerlessJobConfig"):
        message = "no `StoppingCondition`: a training that hangs costs money for a day"
        yield warning(view.at(), message, "runtime-default")


def algorithm(view: View) -> Iterator[JobProblem]:
    """One of TrainingImage and AlgorithmName (API_AlgorithmSpecification.html)."""
    if not view.payload or view.has("ServerlessJobConfig"):
        return
    if not view.has("AlgorithmSpecification"):
        message = "`AlgorithmSpecification` is missing: the training image"
        yield JobProblem(view.at(), message, "algorithm-missing")
        return
    at = view.at("AlgorithmSpecification")
    image = view.has("AlgorithmSpecification", "TrainingImage")
    name = view.has("AlgorithmSpecification", "AlgorithmName")
    if image and name:
        message = "cannot be combined with `TrainingImage`"
        yield JobProblem((*at, "AlgorithmName"), message, "algorithm-both")
    elif not image and not name and view.body("AlgorithmSpecification") is not None:
        message = "needs `TrainingImage` or `AlgorithmName`"
        yield JobProblem(at, message, "algorithm-none")


def image(view: View) -> Iterator[JobProblem]:
    """An image whose tag moves makes two runs of one definition differ; ECR images are read in the job's region."""
    value = view.body("AlgorithmSpecification", "TrainingImage")
    if not isinstance(value, str):
        return
    at = view.at("AlgorithmSpecification", "TrainingImage")
    if "://" in value or value.split() != [value]:
        message = "an image has no https:// and no blanks: write <registry>/<repository>:<tag>"
        yield JobProblem(at, message, "image-form")
        return
    tag = value.rpartition("/")[2].partition(":")[2]
    if "@sha256:" not in value and (not tag or tag in _MOVING_TAGS):
        what = f"the tag `{tag}`" if tag else "an image without a tag (`latest`)"
        message = f"{what} may point to a different image tomorrow; use a fixed tag or a digest (@sha256:...)"
        yield warning(at, message, "image-tag")
    registry = _ECR.fullmatch(value)
    if registry and view.region and registry[1] != view.region:
        message = f"an image in {registry[1]}, but the job runs in {view.region}; use that region's registry"
        yield warning(at, message, "image-region")


def channels(view: View) -> Iterator[JobProblem]:
    """Channels have names of their own, one source each, and modes that go together (API_Channel.html)."""
    for at, name, first in find_repeated(view, "ChannelName", ("InputDataConfig",)):
        message = f"`{name}` is also the name of channel {int(first[-1]) + 1}"
        yield JobProblem(at, message, "channel-names")
    general = view.body("AlgorithmSpecification", "TrainingInputMode")
    for at, channel in view.items("InputDataConfig"):
        if isinstance(channel, dict):
            yield from _source(view, channel, at)
            mode = get_known(channel, ("InputMode",)) if "InputMode" in channel else general
            yield from _modes(channel, mode, at)


def _source(view: View, channel: dict[str, Any], at: Path) -> Iterator[JobProblem]:
    sources = get_known(channel, ("DataSource",))
    if isinstance(sources, dict) and len(sources) != 1:
        have = "it has more than one" if sources else "it has none"
        message = f"needs exactly one of `S3DataSource`, `FileSystemDataSource` and `DatasetSource`; {have}"
        yield JobProblem((*at, "DataSource"), message, "channel-source")
    if get_known(channel, ("DataSource", "FileSystemDataSource")) and not view.has("VpcConfig"):
        message = "a file system is reachable only through a VPC: add `VpcConfig`"
        yield warning((*at, "DataSource", "FileSystemDataSource"), message, "file-system-vpc")


def _modes(channel: dict[str, Any], mode: str | None, at: Path) -> Iterator[JobProblem]:
    """API_S3DataSource.html and API_Channel.html, on what only Pipe mode does."""
    path = ("DataSource", "S3DataSource", "S3DataType")
    data_type = get_known(channel, path)
    if data_type == "AugmentedManifestFile" and mode not in (None, "Pipe"):
        message = f"needs the input mode Pipe, but this channel uses {mode}"
        yield JobProblem((*at, *path), message, "manifest-pipe")
    for field in ("CompressionType", "RecordWrapperType"):
        value = get_known(channel, (field,))
        if value not in (None, "None") and mode == "File":
            message = f"{value} needs the input mode Pipe; remove it in File mode"
            yield JobProblem((*at, field), message, "channel-pipe")


def network(view: View) -> Iterator[JobProblem]:
    """A security group is no subnet (API_VpcConfig.html)."""
    for field, prefix, what in (
        ("SecurityGroupIds", "sg-", "a security group"),
        ("Subnets", "subnet-", "a subnet"),
    ):
        for at, value in view.items("VpcConfig", field):
            is_other = isinstance(value, str) and value.startswith(_VPC_PARTS)
            if is_other and not value.startswith(prefix):
                message = f"`{value}` is not {what}: those begin with {prefix}"
                yield JobProblem(at, message, "vpc-ids")


def rule_names(view: View) -> Iterator[JobProblem]:
    """ "It must be unique relative to other rule configuration names." (API_DebugRuleConfiguration.html)"""
    lists = (("DebugRuleConfigurations",), ("ProfilerRuleConfigurations",))
    for at, name, _ in find_repeated(view, "RuleConfigurationName", *lists):
        yield JobProblem(at, f"duplicate rule name `{name}`", "rule-names")


def profiler(view: View) -> Iterator[JobProblem]:
    """API_ProfilerConfig.html lists the intervals."""
    allowed = (100, 200, 500, 1000, 5000, 60000)
    path = ("ProfilerConfig", "ProfilingIntervalInMilliseconds")
    value = view.body(*path)
    if value is not None and value not in allowed:
        message = f"{value} is not one of {', '.join(map(str, allowed))}"
        yield JobProblem(view.at(*path), message, "profiling-interval")


RULES: tuple[Rule, ...] = (
    *(spot, stopping, algorithm, image, channels, network, rule_names, profiler),
)
