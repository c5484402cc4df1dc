"""Which operation of which service a request asks for, who asks, and which permissions that takes."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from moto.core.request import Request
from moto.core.routing import get_service_router
from werkzeug.exceptions import NotFound

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]*)/([^/]+)/aws4_request")
_ACTIONS = {
    "batch:TerminateServiceJobs": "batch:TerminateServiceJob",
    "s3:HeadObject": "s3:GetObject",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:CopyObject": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListParts": "s3:ListMultipartUploadParts",
    "s3:UploadPart": "s3:PutObject",
    "s3:UploadPartCopy": "s3:PutObject",
}
_TAGS = {
    "batch": "batch:TagResource",
    "personalize": "personalize:TagResource",
    "sagemaker": "sagemaker:AddTags",
}
_PASSES_ROLE = (
    "batch:SubmitServiceJob",
    "personalize:CreateBatchInferenceJob",
    "personalize:CreateBatchSegmentJob",
)


@dataclass(frozen=True)
class Call:
    """A request. `protocol` is the shape of its errors: rest-json, json, query or rest-xml."""

    service: str
    operation: str
    protocol: str
    access_key: str
    region: str
    parameters: dict[str, Any] = field(default_factory=dict)
    malformed: str = ""
    """Why its body is not the JSON object that it should be."""

    @property
    def actions(self) -> list[str]:
        """The IAM actions that the caller needs, the operation's own first."""
        own = f"{self.service}:{self.operation}"
        needed = [_ACTIONS.get(own, own)]
        if self.service in _TAGS and (self.parameters.get("tags") or self.parameters.get("Tags")):
            needed.append(_TAGS[self.service])
        if own in _PASSES_ROLE:
            needed.append("iam:PassRole")
        return needed

    @property
    def name(self) -> str | None:
        """The job's name, where the request has one."""
        name = self.parameters.get("jobName")
        return name if isinstance(name, str) else None

    @property
    def digest(self) -> str:
        """A digest of the parameters."""
        text = json.dumps(self.parameters, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def identify(environ: dict[str, Any], body: bytes) -> Call:
    """What the request asks for; an empty operation where that cannot be told."""
    query = environ.get("QUERY_STRING", "")
    signed = f"{environ.get('HTTP_AUTHORIZATION', '')} {unquote(query)}"  # a presigned URL has it
    credential = _CREDENTIAL.search(signed)
    access_key, region, service = credential.groups() if credential else ("", "", "s3")
    path = environ.get("PATH_INFO", "")
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    parameters: dict[str, Any] = {}
    malformed = ""
    if target:
        operation, protocol = target.rpartition(".")[2], "json"
    elif service == "batch":
        operation, protocol = _find_operation(service, environ), "rest-json"
    elif service == "s3":
        operation, protocol = _find_operation(service, environ), "rest-xml"
        parameters = {"path": path}
    elif "/operation/" in path:
        operation, protocol = path.rpartition("/")[2], "json"
    else:
        form = parse_qs(body.decode("utf-8", "replace")) or parse_qs(query)
        operation, protocol = form.get("Action", [""])[0], "query"
        parameters = {name: values[0] for name, values in form.items()}
    if protocol in ("json", "rest-json"):
        try:
            parameters = _parse(body)
        except ValueError as error:
            malformed = str(error)
    return Call(service, operation, protocol, access_key, region, parameters, malformed)


def _parse(body: bytes) -> dict[str, Any]:
    document = json.loads(body or b"{}")
    if not isinstance(document, dict):
        raise ValueError(f"it is a {type(document).__name__}")
    return document


def _find_operation(service: str, environ: dict[str, Any]) -> str:
    request = Request(environ, populate_request=False)
    try:
        return str(get_service_router(service).match(request)[0].name)
    except NotFound:
        return ""
