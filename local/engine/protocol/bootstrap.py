"""Runs a Pulumi program in a process of its own, as Pulumi's Python language host does.

It is run by the project's Python, as a file: it may import nothing but the standard library and
pulumi. Where to register comes as one line of JSON on standard input, so that importing pulumi
need not wait for the engine. That pipe stays open as long as the engine lives.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import runpy
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TextIO

SHOWN = 32
"""The exit code that says: the problem has been reported."""


def format_traceback(program: str) -> str:
    """Return the traceback from the program's own first frame on."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    folder = os.path.dirname(os.path.abspath(program))
    for at, frame in enumerate(frames):
        if frame.filename.startswith(folder + os.sep):
            return traceback.format_exc(limit=-(len(frames) - at))
    return traceback.format_exc()


def connect_quietly(address: str) -> Any:
    """Return the engine at an address, spared the SDK's debug messages: two calls for each registration."""
    import grpc
    from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

    stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    class Quiet:
        def __getattr__(self, name: str) -> Any:
            return getattr(stub, name)

        def Log(self, request: Any) -> Any:
            return None if request.severity == engine_pb2.DEBUG else stub.Log(request)

    return Quiet()


def follow(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


def leave_stdin() -> TextIO:
    """Return the pipe from the engine; for the program itself standard input is empty."""
    engine = os.fdopen(os.dup(0), encoding="utf-8")
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    return engine


def end_after(engine: TextIO) -> None:
    """Wait for the engine's end. The SDK waits for ever for an engine that was killed."""
    engine.read()
    os._exit(1)


def main() -> int:
    import pulumi
    import pulumi.runtime

    engine = leave_stdin()
    line = engine.readline()
    if not line:
        return 1
    threading.Thread(target=end_after, args=[engine], daemon=True).start()
    given = json.loads(line)
    os.environ["PULUMI_CONFIG"] = json.dumps(given["config"])
    os.environ["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(given["secret_keys"])
    pulumi.runtime.set_all_config(given["config"], given["secret_keys"])
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            monitor=given["address"],
            engine=connect_quietly(given["address"]),
            project=given["project"],
            stack=given["stack"],
            parallel=given["parallel"],
            dry_run=given["dry_run"],
            organization="organization",
            root_directory=given["root"],
        )
    )
    program = given["program"]
    sys.argv = [program]
    # As in `python FOLDER`: the program's folder is where its modules are.
    sys.path[0] = os.path.dirname(program)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # Each registration blocks a thread until the engine has carried it out.
    threads = ThreadPoolExecutor(max_workers=max(given["parallel"], 1) * 4)
    loop.set_default_executor(threads)
    # What a failing program leaves undone is reported once, below, not by asyncio.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: follow(program)))
    except pulumi.RunError as problem:
        pulumi.log.error(str(problem))
        return SHOWN
    except Exception:  # noqa: BLE001 -- whatever the program raises ends it, with its own traceback
        pulumi.log.error(
            "Program failed with an unhandled exception:\n" + format_traceback(program)
        )
        return SHOWN
    finally:
        threads.shutdown(wait=True)
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    code = main()
    # else Python's end searches all that was ever loaded for rubbish, a third of a second
    gc.freeze()
    sys.exit(code)
