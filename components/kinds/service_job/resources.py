"""Rules of CreateTrainingJob: the machines.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html
"""

from __future__ import annotations

from collections.abc import Iterator

from ...jobfile.rules.view import JobProblem, Rule, View, get_known, warning
from .training import SPOT, find_repeated

_AT = "ResourceConfig"
# Series whose every size is without local disks, and those whose every size has them.
_EBS_ONLY = frozenset(
    (
        *("m4", "m5", "m6i", "m6g", "m7i", "m7g", "c4", "c5", "c5n", "c6i", "c6g", "c7i", "c7g"),
        *("r5", "r6i", "r7i", "t2", "t3", "p2", "p3"),
    )
)
_LOCAL_DISKS = frozenset(
    (
        *("p3dn", "p4d", "p4de", "p5", "p5e", "p5en", "g4dn", "g5", "g6", "g6e", "c5d", "m5d"),
        *("r5d", "c6id", "m6id", "r6id", "trn1", "trn1n", "trn2"),
    )
)


def machines(view: View) -> Iterator[JobProblem]:
    """One way of naming the machines, and all of it."""
    if not view.payload or view.has("ServerlessJobConfig"):
        return
    if not view.has(_AT):
        message = "`ResourceConfig` is missing: the instances to train on"
        yield JobProblem(view.at(), message, "resources-missing")
        return
    config = view.body(_AT)
    if not isinstance(config, dict):
        return
    ways = [
        name for name in ("InstanceType", "InstanceGroups", "InstancePreferences") if name in config
    ]
    if len(ways) > 1:
        message = f"cannot be combined with `{ways[0]}`; specify the instances in one way"
        yield JobProblem(view.at(_AT, ways[1]), message, "resources-one-way")
    elif not ways:
        message = (
            "needs `InstanceType` and `InstanceCount`, `InstanceGroups`, or `InstancePreferences`"
        )
        yield JobProblem(view.at(_AT), message, "resources-none")
    if ways == ["InstanceType"] and "InstanceCount" not in config:
        message = "needs `InstanceCount` with `InstanceType`"
        yield JobProblem(view.at(_AT), message, "resources-count")
    if ways == ["InstanceGroups"] and "InstanceCount" in config:
        message = "belongs in each of the `InstanceGroups`"
        yield JobProblem(view.at(_AT, "InstanceCount"), message, "resources-one-way")
    for field in ("SelectedInstanceType", "SelectedInstanceCount"):
        if field in config:
            message = "is a response-only field; remove it"
            yield JobProblem(view.at(_AT, field), message, "resources-read-only")


def groups(view: View) -> Iterator[JobProblem]:
    """Groups have names of their own, and channels name groups that exist (API_InstanceGroup.html)."""
    for at, name, _ in find_repeated(view, "InstanceGroupName", (_AT, "InstanceGroups")):
        yield JobProblem(at, f"duplicate group name `{name}`", "group-names")
    listed = view.items(_AT, "InstanceGroups")
    names = {get_known(group, ("InstanceGroupName",)) for _, group in listed}
    if None in names:  # one that is not known yet may be the one that a channel names
        return
    path = ("DataSource", "S3DataSource", "InstanceGroupNames")
    for at, channel in view.items("InputDataConfig"):
        for place, name in enumerate(get_known(channel, path) or []):
            if isinstance(name, str) and name not in names:
                yield JobProblem(
                    (*at, *path, place), f"there is no instance group `{name}`", "group-unknown"
                )


def preferences(view: View) -> Iterator[JobProblem]:
    """API_ResourceConfig.html and API_InstancePreference.html, on InstancePreferences."""
    path = (_AT, "InstancePreferences")
    listed = view.items(*path)
    if not listed:
        return
    if view.has(_AT, "InstancePlacementConfig"):
        message = "cannot be combined with `InstancePreferences`"
        yield JobProblem(view.at(_AT, "InstancePlacementConfig"), message, "preferences-placement")
    if view.body(SPOT) is True:
        message = "spot training cannot be combined with `InstancePreferences`"
        yield JobProblem(view.at(SPOT), message, "preferences-spot")
    counted = {"InstanceCount" in item for _, item in listed if isinstance(item, dict)}
    is_known = all(isinstance(item, dict) for _, item in listed)
    if is_known and (len(counted) > 1 or (True in counted) == view.has(_AT, "InstanceCount")):
        message = "set `InstanceCount` once for the job, or in every preference"
        yield JobProblem(view.at(*path), message, "preferences-count")
    for at, kind, _ in find_repeated(view, "InstanceType", path):
        yield JobProblem(at, f"duplicate instance type {kind}", "preferences-types")
    for at, preference in listed:
        if get_known(preference, ("TrainingPlanArns",)) and view.has(_AT, "TrainingPlanArn"):
            message = "cannot be combined with the job's `TrainingPlanArn`"
            yield JobProblem((*at, "TrainingPlanArns"), message, "preferences-plan")


def warm_pool(view: View) -> Iterator[JobProblem]:
    """Warm pools cannot be used with spot instances or heterogeneous clusters (train-warm-pools.html)."""
    period = view.body(_AT, "KeepAlivePeriodInSeconds")
    if not period:
        return
    at = view.at(_AT, "KeepAlivePeriodInSeconds")
    if view.body(SPOT) is True:
        message = "a warm pool cannot be combined with spot training; remove one of them"
        yield JobProblem(at, message, "warm-pool-spot")
    if period > 3600:
        message = "AWS's guide allows at most 3600 seconds for a warm pool"
        yield warning(at, message, "warm-pool-period")
    if view.has(_AT, "InstanceGroups"):
        message = "a warm pool cannot be combined with `InstanceGroups`; remove one of them"
        yield JobProblem(at, message, "warm-pool-groups")


def storage(view: View) -> Iterator[JobProblem]:
    """Local disks have a fixed size and their own encryption; other machines need a volume (API_ResourceConfig)."""
    kind = view.body(_AT, "InstanceType")
    series = kind.split(".")[1] if isinstance(kind, str) and kind.count(".") == 2 else ""
    if series in _LOCAL_DISKS and view.has(_AT, "VolumeKmsKeyId"):
        message = f"{kind} has local disks that are encrypted in hardware: remove it"
        yield JobProblem(view.at(_AT, "VolumeKmsKeyId"), message, "volume-key")
    if series in _EBS_ONLY and not view.has(_AT, "VolumeSizeInGB"):
        message = f"{kind} has no local disks: add `VolumeSizeInGB`"
        yield JobProblem(view.at(_AT), message, "volume-size")


RULES: tuple[Rule, ...] = (machines, groups, preferences, warm_pool, storage)
