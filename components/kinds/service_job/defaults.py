"""What SageMaker's record of a training job has where its request said nothing.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
"""

FILLED_IN = {
    "AlgorithmSpecification.EnableSageMakerMetricsTimeSeries": False,
    "EnableInterContainerTrafficEncryption": False,
    "EnableManagedSpotTraining": False,
    "EnableNetworkIsolation": False,
    "InputDataConfig.CompressionType": "None",
    "InputDataConfig.DataSource.S3DataSource.S3DataDistributionType": "FullyReplicated",
    "InputDataConfig.RecordWrapperType": "None",
    "OutputDataConfig.CompressionType": "GZIP",
    "OutputDataConfig.KmsKeyId": "",
    "ResourceConfig.KeepAlivePeriodInSeconds": 0,
}
