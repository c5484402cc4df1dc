"""Pulumi's gRPC protocols, and the processes that speak them: the program and the dynamic provider."""
