"""What stands in for AWS and for Pulumi on one machine."""
