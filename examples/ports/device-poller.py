import requests
from requests.auth import HTTPDigestAuth
from requests_futures.sessions import FuturesSession

requests.packages.urllib3.disable_warnings()


def poll(hosts, user, password):
    readings = []
    with FuturesSession(max_workers=10) as session:
        futures = []
        for host in hosts:
            auth = HTTPDigestAuth(user, password)
            future = session.get(f'{host}/status', auth=auth, timeout=3, verify=False)
            future.host = host
            futures.append(future)
        for future in futures:
            try:
                response = future.result()
                if response.status_code == requests.codes.unauthorized:
                    raise requests.RequestException('wrong password')
                readings.append((future.host, response.json()['temperature'], None))
            except requests.RequestException as error:
                readings.append((future.host, None, str(error)))
    return readings
