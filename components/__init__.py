"""AWS jobs as Pulumi resources: job files in, running jobs out."""
