import re
import threading
import time
from concurrent.futures import as_completed
from urllib.parse import urljoin

from requests_futures.sessions import FuturesSession


class RateLimiter:
    def __init__(self, per_second):
        self.per_second = per_second
        self.next = time.monotonic()
        self.lock = threading.Lock()

    def wait(self):
        with self.lock:
            now = time.monotonic()
            turn = max(now, self.next)
            self.next = turn + 1 / self.per_second
        time.sleep(turn - now)


def crawl(start, limit):
    limiter = RateLimiter(50)
    pages, seen, frontier = {}, {start}, [start]
    with FuturesSession(max_workers=4) as session:
        while frontier and len(pages) < limit:
            futures = []
            for url in frontier[: limit - len(pages)]:
                limiter.wait()
                futures.append(session.get(url, timeout=5))
            frontier = []
            for future in as_completed(futures):
                response = future.result()
                pages[response.url] = response.status_code
                for href in re.findall(r'href="([^"]+)"', response.text):
                    url = urljoin(response.url, href)
                    if url not in seen and url.startswith(start):
                        frontier.append(url)
                    seen.add(url)
    return pages
