import hashlib
import hmac
import json

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry


def deliver(url, events, secret):
    retries = Retry(
        total=4,
        backoff_factor=0.05,
        status_forcelist=[500, 502, 503, 504],
        allowed_methods=['POST'],
        respect_retry_after_header=True,
    )
    session = requests.Session()
    session.mount('http://', HTTPAdapter(max_retries=retries))
    session.mount('https://', HTTPAdapter(max_retries=retries))

    undelivered = []
    for event in events:
        body = json.dumps(event).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {'Content-Type': 'application/json', 'X-Signature': f'sha256={signature}'}
        try:
            response = session.post(url, data=body, headers=headers, timeout=(3, 10))
            response.raise_for_status()
        except requests.RequestException:
            undelivered.append(event)
    return undelivered
