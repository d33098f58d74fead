import os
from concurrent.futures import ThreadPoolExecutor, as_completed

import requests


def download_all(urls, directory, workers=4):
    session = requests.Session()

    def download(url):
        with session.get(url, stream=True, timeout=(3, 30)) as response:
            response.raise_for_status()
            with open(os.path.join(directory, os.path.basename(url)), 'wb') as file:
                for chunk in response.iter_content(chunk_size=65536):
                    file.write(chunk)
                return file.tell()

    failed = {}
    total = 0
    with ThreadPoolExecutor(max_workers=workers) as executor:
        futures = {executor.submit(download, url): url for url in urls}
        for future in as_completed(futures):
            try:
                total += future.result()
            except requests.RequestException as error:
                failed[futures[future]] = str(error)
    return total, failed
