import { ConnectionError, requests } from 'requests-futures/blocking';

interface Line {
  level: string;
  message: string;
}

export function* tail(url: string, level: string): Generator<Line> {
  using response = requests.get(url, { params: { follow: true }, stream: true, timeout: [3, 30] });
  response.raise_for_status();
  response.encoding ??= 'utf-8';
  try {
    for (const line of response.iter_lines({ decode_unicode: true })) {
      // An empty line keeps the connection alive.
      if (line.length === 0) continue;
      const record = JSON.parse(String(line)) as Line;
      if (record.level === level) yield record;
    }
  } catch (error) {
    // A silent server shows as ConnectionError: a body that stalls is no ReadTimeout, in Python neither.
    if (!(error instanceof ConnectionError)) throw error;
  }
}
