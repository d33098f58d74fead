import requests


def all_issues(api, token):
    with requests.Session() as session:
        session.headers.update({'Authorization': f'Bearer {token}', 'Accept': 'application/json'})
        url = f'{api}/issues'
        params = {'state': 'open', 'label': ['bug', 'help wanted'], 'per_page': 100}
        while url:
            response = session.get(url, params=params, timeout=10)
            response.raise_for_status()
            yield from response.json()
            # Link: <…?page=2>; rel="next" has the query in it already.
            url = response.links.get('next', {}).get('url')
            params = None
