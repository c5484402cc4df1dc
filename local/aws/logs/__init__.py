"""CloudWatch Logs: moto's, in which the logs of jobs grow."""
