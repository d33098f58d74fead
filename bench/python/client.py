"""One measurement of a Python client: `client.py MODULE '{"url":…,"n":…,"concurrency":…}'`; prints what run-client.mjs prints."""

import json
import resource
import sys
import time

module, options = sys.argv[1], json.loads(sys.argv[2])
url, n, concurrency = options["url"], options["n"], options["concurrency"]


def requests_futures():
    from requests_futures.sessions import FuturesSession

    def run():
        with FuturesSession(max_workers=concurrency) as session:
            futures = [session.get(url) for _ in range(n)]
            return sum(f.result().json()["ok"] is True for f in futures)

    return run


def requests():
    import concurrent.futures

    import requests as library

    def run():
        with library.Session() as session:
            if concurrency == 1:
                return sum(session.get(url).json()["ok"] is True for _ in range(n))
            with concurrent.futures.ThreadPoolExecutor(concurrency) as executor:
                futures = [executor.submit(session.get, url) for _ in range(n)]
                return sum(f.result().json()["ok"] is True for f in futures)

    return run


def aiohttp():
    import asyncio

    import aiohttp as library

    async def main():
        connector = library.TCPConnector(limit=concurrency)
        async with library.ClientSession(connector=connector) as session:

            async def one():
                async with session.get(url) as response:
                    return (await response.json())["ok"] is True

            return sum(await asyncio.gather(*(one() for _ in range(n))))

    return lambda: asyncio.run(main())


def httpx():
    import asyncio

    import httpx as library

    async def main():
        limits = library.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        async with library.AsyncClient(limits=limits, timeout=None) as client:

            async def one():
                return (await client.get(url)).json()["ok"] is True

            return sum(await asyncio.gather(*(one() for _ in range(n))))

    return lambda: asyncio.run(main())


run = {"requests": requests, "requests_futures": requests_futures, "aiohttp": aiohttp, "httpx": httpx}[module]()
cpu, start = time.process_time(), time.perf_counter()
right = run()
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "cpu": cpu, "rss": rss, "right": right, "longestDelay": None}))
