import requests
from requests_futures.sessions import FuturesSession


def check(urls):
    report = {}
    with FuturesSession(max_workers=20) as session:
        futures = [(url, session.head(url, timeout=2, allow_redirects=True)) for url in urls]
        for url, future in futures:
            try:
                response = future.result()
                milliseconds = response.elapsed.total_seconds() * 1000
                if response:
                    report[url] = f'up ({milliseconds:.0f} ms)'
                else:
                    report[url] = f'failing ({response.status_code})'
            except requests.Timeout:
                report[url] = 'timeout'
            except requests.ConnectionError:
                report[url] = 'down'
    return report
