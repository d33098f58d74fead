import { requests } from 'requests-futures/blocking';

interface Issue {
  id: number;
  title: string;
}

export function* all_issues(api: string, token: string): Generator<Issue> {
  using session = new requests.Session();
  session.headers.update({ Authorization: `Bearer ${token}`, Accept: 'application/json' });
  let url: string | undefined = `${api}/issues`;
  let params: requests.Params | null = { state: 'open', label: ['bug', 'help wanted'], per_page: 100 };
  while (url !== undefined) {
    // Without its type TypeScript goes in circles: the URL comes from the response, and the response from the URL.
    const response: requests.Response = session.get(url, { params, timeout: 10 });
    response.raise_for_status();
    yield* response.json<Issue[]>();
    // Link: <…?page=2>; rel="next" has the query in it already.
    url = response.links['next']?.url;
    params = null;
  }
}
