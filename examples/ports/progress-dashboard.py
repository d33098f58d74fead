import json
from collections import Counter
from concurrent.futures import TimeoutError, as_completed

from requests_futures.sessions import FuturesSession


def run(urls, show, deadline):
    session = FuturesSession(max_workers=8)
    futures = []
    for url in urls:
        future = session.get(url, timeout=5)
        future.url = url
        futures.append(future)
    counts = Counter()
    done = 0
    try:
        for future in as_completed(futures, timeout=deadline):
            error = future.exception()
            counts[type(error).__name__ if error else str(future.result().status_code)] += 1
            done += 1
            bar = ('#' * (20 * done // len(urls))).ljust(20)
            show(f'[{bar}] {done}/{len(urls)} {json.dumps(counts)}')
    except TimeoutError as error:
        show(f'deadline: {error}')
        for future in futures:
            future.cancel()
    session.close()
    return done
