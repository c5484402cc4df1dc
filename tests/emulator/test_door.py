"""The emulator's door: callers on this machine come in, web pages that a browser shows do not.

Each request is sent as a browser sends it, header by header.
"""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.aws.server.emulator import Emulator

OBJECT = "/aws-jobs-data/personalize/items.json"


def send(
    emulator: Emulator, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """The status, the headers and the body of the answer; `Sec_Fetch_Site=...` is a header, and so is `Host`."""
    port = emulator.endpoint.rpartition(":")[2]
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    given = {"Host": f"127.0.0.1:{port}", "Content-Length": str(len(body))}
    given |= {name.replace("_", "-"): value.format(port=port) for name, value in headers.items()}
    for name, value in given.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}
    document = answer.read()
    connection.close()
    return *found, document


STRANGERS = {
    # a name of the attacker's that resolves to 127.0.0.1 by now; the page is same-origin to itself
    "rebinding": {"Host": "evil.example:{port}", "Sec_Fetch_Site": "same-origin"},
    "rebinding-with-origin": {
        "Host": "evil.example:{port}",
        "Origin": "http://evil.example:{port}",
    },
    "name-that-begins-like-loopback": {"Host": "127.0.0.1.evil.example"},
    "name-that-ends-like-loopback": {"Host": "evil-localhost"},
    "address-of-the-network": {"Host": "192.168.0.7:{port}"},
    "two-hosts": {"Host": "127.0.0.1:{port},evil.example"},
    "no-host": {"Host": ""},
    # fetch() of a page elsewhere, simple enough to need no preflight
    "fetch": {
        "Origin": "https://evil.example",
        "Sec_Fetch_Site": "cross-site",
        "Sec_Fetch_Mode": "no-cors",
        "Content_Type": "text/plain;charset=UTF-8",
    },
    "form": {"Origin": "null", "Content_Type": "application/x-www-form-urlencoded"},
    "image": {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "image"},
    "other-port-of-this-machine": {
        "Origin": "http://127.0.0.1:3000",
        "Sec_Fetch_Site": "same-site",
    },
    "link-on-another-port": {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "navigate"},
}


@pytest.mark.parametrize("headers", STRANGERS.values(), ids=list(STRANGERS))
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_emulator/reset"),
        ("GET", "/_emulator/status"),
        ("PUT", "/page-was-here"),
        ("GET", OBJECT),
        ("POST", "/v1/submitservicejob"),
        ("OPTIONS", "/_emulator/reset"),
    ],
)
def test_web_page_is_refused(
    emulator: Emulator, s3: Any, headers: dict[str, str], method: str, path: str
) -> None:
    """Nothing is done, and nothing tells the browser that the page may read the answer, not even with the token."""
    given = {"Authorization": f"Bearer {emulator.token}", **headers}
    code, answered, document = send(
        emulator, method, path, b"{}" if method == "POST" else b"", **given
    )
    assert code == 403
    assert "access-control-allow-origin" not in answered
    assert b"the emulator answers" in document
    assert emulator.control.calls == []
    assert "page-was-here" not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST", "[::1]:{port}"]
)
def test_loopback_is_answered(emulator: Emulator, host: str) -> None:
    """A browser's own page and a tool, by each name of loopback."""
    code, _, document = send(
        emulator,
        "GET",
        "/_emulator/status",
        Host=host,
        Origin=f"http://{host}",
        Sec_Fetch_Site="same-origin",
        Authorization=f"Bearer {emulator.token}",
    )
    assert (code, json.loads(document)["endpoint"]) == (200, emulator.endpoint)


@pytest.mark.parametrize("style", ["path", "virtual"])
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_sdk_addresses_buckets_either_way(emulator: Emulator, name: str, style: str) -> None:
    """Virtual-host addressing is `<bucket>.localhost`; botocore writes the path where the endpoint is an address."""
    s3 = boto3.client(
        "s3",
        endpoint_url=emulator.endpoint.replace("127.0.0.1", name),
        region_name="us-east-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="secret",
        config=Config(s3={"addressing_style": style}, retries={"total_max_attempts": 1}),
    )
    port = emulator.endpoint.rpartition(":")[2]
    hosts: list[str] = []

    def connect(request: Any, **_: Any) -> None:
        # not every resolver knows bucket.localhost: the name is sent, and the address is dialled
        hosts.append(request.url.split("/")[2])
        request.headers["Host"] = hosts[-1]
        request.url = request.url.replace(hosts[-1], f"127.0.0.1:{port}")

    s3.meta.events.register("before-send.s3", connect)
    answer = s3.get_object(Bucket="aws-jobs-data", Key="personalize/items.json")
    assert len(answer["Body"].read()) == answer["ContentLength"] > 0
    bucket = "aws-jobs-data." if (name, style) == ("localhost", "virtual") else ""
    assert hosts == [f"{bucket}{name}:{port}"]


WRONG = ["", "Bearer", "Bearer ", "Bearer wrong", "Bearer \xe4", "Basic {token}", "{token}"]


@pytest.mark.parametrize("authorization", WRONG)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "status"), ("POST", "reset"), ("GET", "nothing")]
)
def test_control_takes_a_token(
    emulator: Emulator, method: str, path: str, authorization: str
) -> None:
    """Without it nothing is said of any path of the control API."""
    given = authorization.format(token=emulator.token)
    code, answered, document = send(emulator, method, f"/_emulator/{path}", Authorization=given)
    assert (code, answered["www-authenticate"]) == (401, "Bearer")
    assert json.loads(document) == {
        "message": "/_emulator takes the header Authorization: Bearer TOKEN; "
        "./jobctl emulator status --json prints the token"
    }


@pytest.mark.parametrize("path", ["/_emulator/status", "/%5Femulator/status", "/_emulator//status"])
def test_control_is_not_reached_by_another_spelling(emulator: Emulator, path: str) -> None:
    """The path is compared as the server understands it."""
    assert send(emulator, "GET", path)[0] == 401


@pytest.mark.parametrize(
    "path",
    [
        "/moto-api",
        "/moto-api/",
        "/moto-api/data.json",
        "/moto-api/reset",
        "/moto%2Dapi/reset",
        "/moto-api/recorder/start-recording",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_of_moto_api_is_answered(
    emulator: Emulator, s3: Any, method: str, path: str
) -> None:
    """moto's own control API would wipe the state and write files: it is not there, token or not."""
    code, _, document = send(emulator, method, path, Authorization=f"Bearer {emulator.token}")
    assert (code, json.loads(document)) == (404, {"message": "The emulator has no /moto-api"})
    assert s3.list_buckets()["Buckets"]


@pytest.mark.parametrize("path", ["//moto-api/reset", "/x/../moto-api/reset"])
def test_nor_by_another_way(emulator: Emulator, s3: Any, path: str) -> None:
    """Not even for a caller who names moto's own service in the signature."""
    signed = "AWS4-HMAC-SHA256 Credential=a/20260101/amazonaws.com/motoapi/aws4_request"
    code, _, _ = send(emulator, "POST", path, Authorization=signed)
    assert code >= 300
    assert s3.list_buckets()["Buckets"]


def test_token_is_of_one_start(tmp_path: Path) -> None:
    """It is kept for its owner beside the state, which is its owner's too; the next start has another."""
    folder = tmp_path / "state"
    kept = []
    for _ in range(2):
        with Emulator(state_dir=folder) as running:
            kept.append(running.token)
            assert (folder / "token").read_text("ascii") == running.token
            modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
            assert {"token", "emulator.db"} <= modes.keys()
            assert set(modes.values()) == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(set(kept)) == 2
    assert min(map(len, kept)) >= 43


def test_state_of_before_is_hidden(tmp_path: Path) -> None:
    """A database that others could read is taken from them; a folder that somebody chose stays as it is."""
    folder = tmp_path / "state"
    with Emulator(state_dir=folder):
        pass
    folder.chmod(0o755)
    (folder / "emulator.db-wal").touch()
    for name in ("emulator.db", "emulator.db-wal"):
        (folder / name).chmod(0o644)
    with Emulator(state_dir=folder):
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o755
