"""AWS Batch for SageMaker training: what moto's Batch lacks."""
