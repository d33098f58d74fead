import * as requests from 'requests-futures/requests';
import { check, checksOf } from './checks.mjs';

// The module's verbs make a session each: all of them over UndiciAdapter.
const { HTTPAdapter, Session, UndiciAdapter } = requests;
const { get_adapter } = Session.prototype;
const adapters = new WeakMap();
Session.prototype.get_adapter = function overUndici(url) {
  const adapter = get_adapter.call(this, url);
  if (!(adapter instanceof HTTPAdapter)) return adapter;
  if (!adapters.has(adapter)) {
    adapters.set(adapter, new UndiciAdapter({ max_retries: adapter.max_retries }));
  }
  return adapters.get(adapter);
};
await check(process.env.SERVER_URL, checksOf(process.env.SERVER_URL));
