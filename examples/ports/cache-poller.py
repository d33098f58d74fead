import requests


class CachedClient:
    def __init__(self):
        self.session = requests.Session()
        self.cache = {}

    def get(self, url):
        """The document, and whether it is news."""
        entry = self.cache.get(url)
        response = self.session.get(url, headers=entry[0] if entry else {}, timeout=10)
        if response.status_code == requests.codes.not_modified and entry:
            return entry[1], False
        response.raise_for_status()
        headers = {}
        if 'ETag' in response.headers:
            headers['If-None-Match'] = response.headers['ETag']
        modified = response.headers.get('last-modified')
        if modified is not None:
            headers['If-Modified-Since'] = modified
        body = response.json()
        self.cache[url] = (headers, body)
        return body, True
