import { run as runUndici } from './requests-futures-undici.mjs';

/** UndiciAdapter with ten requests on the wire per connection. */
export async function run(options) {
  await runUndici({ ...options, pipelining: 10 });
}
