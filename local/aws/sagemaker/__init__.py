"""SageMaker's training jobs: what moto's SageMaker makes too little of."""
