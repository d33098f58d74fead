import { importable } from 'requests-futures';
import * as requests from 'requests-futures/requests';

export const status = importable(
  async function status(url) {
    return (await requests.get(url)).status_code;
  },
  import.meta.url,
);
