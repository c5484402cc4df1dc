"""Where SageMaker's requests go."""

from .responses import TrainingResponse

url_bases = [r"https?://api\.sagemaker\.(.+)\.amazonaws.com"]
url_paths = {"{0}/$": TrainingResponse.dispatch}
