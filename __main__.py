"""The whole program: load the job files, check them against AWS, declare them, export their runs."""

import pulumi

from components import program

settings = program.settings()
jobs = program.load(settings)
program.preflight(jobs, settings)
for name, job in program.declare(jobs, settings).items():
    pulumi.export(name, job.jobArn)
