"""One measurement of a Python client: `real.py MODULE '{"workload":…,"n":…,"ports":…,"ca":…}'`; prints what real/run.mjs prints."""

import json
import resource
import sys
import time

module, options = sys.argv[1], json.loads(sys.argv[2])
workload, n, ports, ca = (options[name] for name in ("workload", "n", "ports", "ca"))
plain, secure = f"http://127.0.0.1:{ports['http']}", f"https://127.0.0.1:{ports['https']}"

CONCURRENCY = 10
PARAMS = {"q": "a search term", "page": 2, "per_page": 50, "sort": "created"}
HEADERS = {"Accept": "application/json", "X-Client-Version": "4.2.0"}
CREDENTIALS = ("user", "a password")
DOCUMENT = {
    "ok": True,
    "name": "a document of some length",
    "tags": ["one", "two", "three"],
    "items": [{"id": i, "label": f"item number {i}", "price": i * 1.25} for i in range(16)],
}
UPLOAD = (b"requests-futures " * 12_000)[:200_000]
DOWNLOAD_BYTES = 1_000_000

POST = {"json": DOCUMENT, "headers": HEADERS}
# What differs between the workloads: method, URL, keyword arguments of both libraries.
CALLS = {
    "plain": ("GET", f"{plain}/small", {}),
    "params": ("GET", f"{plain}/query", {"params": PARAMS, "headers": HEADERS}),
    "post": ("POST", f"{plain}/small", POST),
    "cookies": ("GET", f"{plain}/cookies", {}),
    "gzip": ("GET", f"{plain}/gzip", {}),
    "redirect": ("GET", f"{plain}/redirect", {}),
    "timeout": ("GET", f"{plain}/small", {}),
    "hook": ("GET", f"{plain}/small", {}),
    "auth": ("GET", f"{plain}/small", {}),
    "tls": ("GET", f"{secure}/small", {}),
    "tls-post": ("POST", f"{secure}/small", POST),
    "upload": ("POST", f"{plain}/small", {"data": UPLOAD}),
    "download": ("GET", f"{plain}/download", {}),
    "stream": ("GET", f"{plain}/download", {}),
}
method, url, arguments = CALLS[workload]
seen = []


def requests_futures():
    from requests_futures.sessions import FuturesSession

    def read(response, **kwargs):
        response.length = sum(len(piece) for piece in response.iter_content(65_536))

    more = {
        "timeout": {"timeout": 5},
        "hook": {"hooks": {"response": lambda r, **kwargs: seen.append(1)}},
        "auth": {"auth": CREDENTIALS},
        # Read in a hook, while the worker thread is taken.
        "stream": {"stream": True, "hooks": {"response": read}},
    }.get(workload, {})

    def check(response):
        if workload == "download":
            return len(response.content) == DOWNLOAD_BYTES
        if workload == "stream":
            return response.length == DOWNLOAD_BYTES
        return response.json()["ok"]

    def run(count):
        with FuturesSession(max_workers=CONCURRENCY) as session:
            session.verify = ca
            futures = [session.request(method, url, **arguments, **more) for _ in range(count)]
            return sum(check(future.result()) for future in futures)

    return run


def aiohttp():
    import asyncio
    import ssl

    import aiohttp as library

    more = {
        "timeout": {"timeout": library.ClientTimeout(total=5)},
        "auth": {"auth": library.BasicAuth(*CREDENTIALS)},
    }.get(workload, {})
    if workload.startswith("tls"):
        more["ssl"] = ssl.create_default_context(cafile=ca)

    async def main(count):
        connector = library.TCPConnector(limit=CONCURRENCY)
        async with library.ClientSession(connector=connector) as session:

            async def one():
                async with session.request(method, url, **arguments, **more) as response:
                    if workload == "hook":
                        seen.append(1)
                    if workload == "download":
                        return len(await response.read()) == DOWNLOAD_BYTES
                    if workload == "stream":
                        length = 0
                        async for piece in response.content.iter_chunked(65_536):
                            length += len(piece)
                        return length == DOWNLOAD_BYTES
                    return (await response.json())["ok"]

            return sum(await asyncio.gather(*(one() for _ in range(count))))

    return lambda count: asyncio.run(main(count))


run = {"requests_futures": requests_futures, "aiohttp": aiohttp}[module]()
run(1)
cpu, start = time.process_time(), time.perf_counter()
right = run(n)
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "cpu": cpu, "rss": rss, "right": right, "longestDelay": None}))
