"""Where Batch's requests go: moto's paths, and those that it lacks."""

from .responses import ServiceJobResponse

url_bases = [r"https?://batch\.(.+)\.amazonaws.com"]
url_paths = {
    "{0}/v1/tags/(?P<arn>.+)$": ServiceJobResponse.dispatch,
    "{0}/v1/(?P<action>[a-z]+)$": ServiceJobResponse.dispatch,
}
