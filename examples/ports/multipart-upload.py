import os
from concurrent.futures import wait

from requests_futures.sessions import FuturesSession


def upload(url, paths, album):
    with FuturesSession(max_workers=3) as session:
        session.auth = ('uploader', 's3cret')
        futures = [
            session.post(
                url,
                data={'album': album, 'tags': ['holiday', '2024']},
                files={'photo': (os.path.basename(path), open(path, 'rb'), 'image/jpeg')},
                timeout=60,
            )
            for path in paths
        ]
        done, _ = wait(futures)
        ids = []
        for future in done:
            response = future.result()
            response.raise_for_status()
            ids.append(response.json()['id'])
        return ids
