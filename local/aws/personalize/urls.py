"""Where Personalize's requests go."""

from .responses import BatchInferenceResponse

url_bases = [r"https?://personalize\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": BatchInferenceResponse.dispatch}
