import { ConnectionError } from 'requests-futures';
import * as requests from 'requests-futures/requests';

interface Line {
  level: string;
  message: string;
}

export async function* tail(url: string, level: string): AsyncGenerator<Line> {
  using response = await requests.get(url, { params: { follow: true }, stream: true, timeout: [3, 30] });
  response.raise_for_status();
  response.encoding ??= 'utf-8';
  try {
    for await (const line of response.iter_lines({ decode_unicode: true })) {
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
