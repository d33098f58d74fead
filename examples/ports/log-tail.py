import json

import requests


def tail(url, level):
    with requests.get(url, params={'follow': True}, stream=True, timeout=(3, 30)) as response:
        response.raise_for_status()
        if response.encoding is None:
            response.encoding = 'utf-8'
        try:
            for line in response.iter_lines(decode_unicode=True):
                # An empty line keeps the connection alive.
                if not line:
                    continue
                record = json.loads(line)
                if record['level'] == level:
                    yield record
        except requests.ConnectionError:
            # A silent server shows as ConnectionError: a body that stalls is no ReadTimeout.
            pass
