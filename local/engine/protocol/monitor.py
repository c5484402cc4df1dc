"""The gRPC services that the program talks to: ResourceMonitor, where it registers, and Engine, where it logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2

from local.engine.core import goal
from local.engine.errors import EngineError, Stopped, Unsupported
from local.engine.protocol import protos as protocol
from local.engine.protocol.wire import from_struct, to_struct
from local.engine.state.configuration import opened, secret_keys

if TYPE_CHECKING:
    from local.engine.core.deployment import Deployment

SEVERITIES = {0: "debug", 1: "info", 2: "warning", 3: "error"}


async def serve(run: Deployment) -> tuple[Any, str]:
    """Serve both services on a free port of loopback; the server and its address."""
    server = grpc.aio.server(options=protocol.OPTIONS)
    protocol.resource_pb2_grpc.add_ResourceMonitorServicer_to_server(Monitor(run), server)
    protocol.engine_pb2_grpc.add_EngineServicer_to_server(Engine(run), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, f"127.0.0.1:{port}"


class Monitor(protocol.resource_pb2_grpc.ResourceMonitorServicer):  # type: ignore[misc]  # generated
    """Takes a program's registrations. What is not supported fails the deployment with its name."""

    def __init__(self, run: Deployment) -> None:
        self._run = run

    async def _refuse(self, context: Any, problem: Exception | str) -> None:
        """Fail the deployment, once, and end the call."""
        if not isinstance(problem, Stopped):
            self._run.fail("", str(problem))
        await context.abort(grpc.StatusCode.UNAVAILABLE, "resource monitor shut down")

    async def GetDeploymentInfo(self, request: Any, context: Any) -> Any:
        plan = self._run.plan
        return protocol.resource_pb2.DeploymentInfo(
            project=plan.project.name,
            stack=plan.stack,
            organization="organization",
            config=opened(plan.config),
            configSecretKeys=secret_keys(plan.config),
            dryRun=plan.options.preview,
            parallel=plan.options.parallel,
            # Nearly all of them: what is not supported is refused by name when it is used.
            supportedFeatures=[
                value
                for name, value in protocol.resource_pb2.ResourceMonitorFeature.items()
                if "BYTE_STRING" not in name
            ],
        )

    async def SupportsFeature(self, request: Any, context: Any) -> Any:
        return protocol.resource_pb2.SupportsFeatureResponse(hasSupport=True)

    async def RegisterResource(self, request: Any, context: Any) -> Any:
        run = self._run
        try:
            result = await run.registrations.register(goal.read(request))
        except (Stopped, EngineError) as problem:
            await self._refuse(context, problem)
            raise
        reply = protocol.resource_pb2.RegisterResourceResponse(urn=result.urn, id=result.id)
        if request.custom:
            reply.object.CopyFrom(to_struct(result.outputs, secrets=True, unknowns=True))
        return reply

    async def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:
        try:
            self._run.registrations.set_outputs(from_struct(request.outputs))
        except EngineError as problem:
            await self._refuse(context, problem)
        return empty_pb2.Empty()

    async def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Any:
        self._run.registrations.close()
        await self._run.over()
        return empty_pb2.Empty()

    async def ReadResource(self, request: Any, context: Any) -> None:
        await self._refuse(context, Unsupported(f"reading {request.type} {request.name!r}"))

    async def Invoke(self, request: Any, context: Any) -> None:
        await self._refuse(context, Unsupported(f"calling the function {request.tok}"))

    async def Call(self, request: Any, context: Any) -> None:
        await self._refuse(context, Unsupported(f"calling the method {request.tok}"))

    async def RegisterPackage(self, request: Any, context: Any) -> None:
        await self._refuse(context, Unsupported(f"the package {request.name}"))

    async def RegisterStackTransform(self, request: Any, context: Any) -> None:
        await self._refuse(context, Unsupported("a stack transform"))

    async def RegisterStackInvokeTransform(self, request: Any, context: Any) -> None:
        await self._refuse(context, Unsupported("an invoke transform"))

    async def RegisterResourceHook(self, request: Any, context: Any) -> None:
        await self._refuse(context, Unsupported(f"the resource hook {request.name!r}"))

    async def RegisterErrorHook(self, request: Any, context: Any) -> None:
        await self._refuse(context, Unsupported(f"the error hook {request.name!r}"))


class Engine(protocol.engine_pb2_grpc.EngineServicer):  # type: ignore[misc]  # generated
    """Takes what a program logs."""

    def __init__(self, run: Deployment) -> None:
        self._run = run
        self._root_urn = ""

    async def Log(self, request: Any, context: Any) -> Any:
        severity = SEVERITIES.get(request.severity, "info")
        following = self._run.following
        if following is not None and not request.ephemeral and severity != "debug":
            following.logged(request.urn, severity, request.message)
        return empty_pb2.Empty()

    async def GetRootResource(self, request: Any, context: Any) -> Any:
        return protocol.engine_pb2.GetRootResourceResponse(urn=self._root_urn)

    async def SetRootResource(self, request: Any, context: Any) -> Any:
        self._root_urn = request.urn
        return protocol.engine_pb2.SetRootResourceResponse()
