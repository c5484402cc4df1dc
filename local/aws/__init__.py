"""The emulator: AWS on loopback, as far as the jobs of this project need it.

moto's server, extended in moto's own way: Batch's service jobs, Personalize's batch inference jobs,
SageMaker's training jobs as they come from them. `python -m local.aws` serves it; a test uses
`Emulator` as a context manager.
"""
