"""What the emulator has from the start: all that the sample jobs refer to.

Everything is in one account, and in one region at first. Names are part of the sample jobs and of the guide.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

from moto.iam.exceptions import EntityAlreadyExists
from moto.iam.models import iam_backends
from moto.sagemaker.models import sagemaker_backends

from ..batch.environments import environments
from ..batch.models import ServiceJobBackend
from ..batch.policies import policies
from ..batch.queues import TRAINING, queues
from ..batch.shares import shares
from ..personalize import life, resources, solutions
from ..personalize.models import BatchInferenceBackend
from ..personalize.recipes import PREFIX
from ..server import extend
from ..service import context, objects

ACCOUNT = "123456789012"
REGION = "us-east-1"
DATA = "aws-jobs-data"
OUTPUT = "aws-jobs-output"
ENVIRONMENT = "sagemaker-training"
QUOTA_ENVIRONMENT = "sagemaker-training-quota"
INSTANCES = 100
MODEL = "churn-xgboost"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"

SOLUTIONS = (
    ("user-personalization", "aws-user-personalization-v2", "11111111"),
    ("similar-items", "aws-similar-items", "22222222"),
    ("item-affinity", "aws-item-affinity", "33333333"),
)
ROLES = {
    "SageMakerExecutionRole": "sagemaker.amazonaws.com",
    "PersonalizeBatchRole": "personalize.amazonaws.com",
}
CONTAINER_ROLE = ("AWSBatchServiceRole", "batch.amazonaws.com")


def seed_region(region: str = REGION) -> None:
    """Make everything in a region that has nothing of it; ValueError where it was made before.

    A bucket's name is taken all over the world: those of other regions end with the region.
    """
    if region in list_seeded():
        raise ValueError(f"{region} has been seeded before")
    _make_unkept(region)
    _batch(region)
    # Batch is in more regions: https://docs.aws.amazon.com/general/latest/gr/personalize.html
    if extend.has_service("personalize", ACCOUNT, region):
        _personalize(region)
    data, output = (name_bucket(bucket, region) for bucket in (DATA, OUTPUT))
    for bucket in (data, output):
        objects.make_bucket(ACCOUNT, region, bucket)
    for key, body in _files():
        objects.put_object(ACCOUNT, region, data, key, body)


def name_bucket(bucket: str, region: str) -> str:
    """Return the name of one of the seed's buckets in a region."""
    return bucket if region == REGION else f"{bucket}-{region}"


def list_seeded() -> list[str]:
    """List the regions that have the seed's service environment."""
    return [
        backend.region_name
        for backend in extend.backends()
        if isinstance(backend, ServiceJobBackend)
        and any(each.name == ENVIRONMENT for each in backend.environments)
    ]


def seed_unkept() -> None:
    """Make what does not outlive the emulator, because it is moto's: roles, a model, the queue of containers."""
    for region in {REGION, *list_seeded()}:
        _make_unkept(region)


def _make_unkept(region: str) -> None:
    for name, service in (*ROLES.items(), CONTAINER_ROLE):
        _role(name, service)
    role = f"arn:aws:iam::{ACCOUNT}:role/SageMakerExecutionRole"
    artifact = f"s3://{name_bucket(OUTPUT, region)}/{MODEL}/model.tar.gz"
    container = {"Image": IMAGE, "ModelDataUrl": artifact}
    sagemaker_backends[ACCOUNT][region].create_model(MODEL, role, container, None, None, None)
    backend = extend.find_backend(ServiceJobBackend, ACCOUNT, region)
    environment = backend.create_compute_environment(
        compute_environment_name="containers",
        _type="UNMANAGED",
        state="ENABLED",
        compute_resources=None,  # type: ignore[arg-type]  # moto's way of saying unmanaged
        service_role=f"arn:aws:iam::{ACCOUNT}:role/{CONTAINER_ROLE[0]}",
    )
    order = [{"order": 1, "computeEnvironment": environment.arn}]
    queues.create(
        backend,
        {"jobQueueName": "containers", "priority": 1, "computeEnvironmentOrder": order},
    )


def _role(name: str, service: str) -> None:
    may = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    description = f"Lets {service} work for the sample jobs"
    with contextlib.suppress(EntityAlreadyExists):  # another region's seed has made it
        iam_backends[ACCOUNT]["aws"].create_role(name, trust, "/", None, description, [], "3600")


def _batch(region: str) -> None:
    backend = extend.find_backend(ServiceJobBackend, ACCOUNT, region)
    for name, unit in (
        (ENVIRONMENT, "NUM_INSTANCES"),
        (QUOTA_ENVIRONMENT, "ml.m5.xlarge"),  # a queue with quota shares has one of its own
    ):
        limits = [{"maxCapacity": INSTANCES, "capacityUnit": unit}]
        environments.create(
            backend,
            {
                "serviceEnvironmentName": name,
                "serviceEnvironmentType": TRAINING,
                "capacityLimits": limits,
            },
        )
    weights = [
        {"shareIdentifier": name, "weightFactor": 1.0} for name in ("research", "production")
    ]
    fair = {"name": "training-fair", "fairsharePolicy": {"shareDistribution": weights}}
    first = {"idleResourceAssignmentStrategy": "FIFO"}
    quota = {"name": "training-quota", "quotaSharePolicy": first}
    for name, policy, environment, state in (
        ("training", None, ENVIRONMENT, "ENABLED"),
        ("training-fair", policies.create(backend, fair)["arn"], ENVIRONMENT, "ENABLED"),
        ("training-quota", policies.create(backend, quota)["arn"], QUOTA_ENVIRONMENT, "ENABLED"),
        ("training-disabled", None, ENVIRONMENT, "DISABLED"),
    ):
        queues.create(
            backend,
            {
                "jobQueueName": name,
                "jobQueueType": TRAINING,
                "priority": 1,
                "state": state,
                "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": environment}],
                **({"schedulingPolicyArn": policy} if policy else {}),
            },
        )
    for team in ("team-a", "team-b"):
        shares.create(
            backend,
            {
                "quotaShareName": team,
                "jobQueue": "training-quota",
                "capacityLimits": [{"maxCapacity": 10, "capacityUnit": "ml.m5.xlarge"}],
                "resourceSharingConfiguration": {"strategy": "LEND_AND_BORROW"},
                "preemptionConfiguration": {"inSharePreemption": "ENABLED"},
            },
        )


def _personalize(region: str) -> None:
    backend = extend.find_backend(BatchInferenceBackend, ACCOUNT, region)

    def activate(arn: str) -> str:
        life.enter(backend, resources.find(backend, arn), "ACTIVE", context.now())
        return arn

    group = activate(solutions.create_dataset_group(backend, {"name": "shop"})["datasetGroupArn"])
    for name, recipe, version in SOLUTIONS:
        request = {
            "name": name,
            "datasetGroupArn": group,
            "recipeArn": f"{PREFIX}{recipe}",
            "performAutoTraining": False,
        }
        arn = activate(solutions.create_solution(backend, request)["solutionArn"])
        path = f"solution/{name}/{version}"  # a version's id is random otherwise
        trained = {"name": f"{name}-{version}", "solutionArn": arn, "trainingMode": "FULL"}
        activate(resources.make(backend, solutions.VERSION, {**request, **trained}, path))
    expression = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")'
    request = {
        "name": "exclude-purchased",
        "datasetGroupArn": group,
        "filterExpression": expression,
    }
    activate(solutions.create_filter(backend, request)["filterArn"])


def _files() -> Iterator[tuple[str, bytes]]:
    yield "tabular/train/part-0.csv", _table(200, 1)
    yield "tabular/validation/part-0.csv", _table(50, 7)
    for label in ("cat", "dog"):
        for number in range(4):
            yield f"vision/train/{label}/{number:03}.ppm", _image(number, label)
    users = [{"userId": str(number)} for number in range(1, 31)]
    items = [{"itemId": str(number)} for number in range(101, 131)]
    yield "personalize/users.json", _lines(users)
    yield "personalize/items.json", _lines(items)
    yield "code/sourcedir.tar.gz", _source()


def _table(rows: int, salt: int) -> bytes:
    """A label and four features a row, as SageMaker's XGBoost reads CSV: no header, the label first."""
    lines = []
    for row in range(rows):
        features = [((row + salt) * factor) % 97 / 97 for factor in (13, 29, 41, 67)]
        label = int(features[0] + features[2] > 1)
        lines.append(",".join([str(label), *(f"{feature:.4f}" for feature in features)]))
    return ("\n".join(lines) + "\n").encode()


def _image(number: int, label: str) -> bytes:
    """A picture of 4 by 4 pixels, in the plainest format there is."""
    shade = (40 if label == "cat" else 160) + number
    return b"P6\n4 4\n255\n" + bytes([shade, 255 - shade, number]) * 16


def _lines(records: list[dict[str, str]]) -> bytes:
    return "".join(f"{json.dumps(record)}\n" for record in records).encode()


def _source() -> bytes:
    """A script as SageMaker's script mode takes it, packed the same way each time."""
    script = b'import os\n\nprint("training on", os.environ.get("SM_CHANNEL_TRAIN", "nothing"))\n'
    return objects.pack_file("train.py", script)
