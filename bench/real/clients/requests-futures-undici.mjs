import { UndiciAdapter } from 'requests-futures/requests';
import { open as openFutures } from './requests-futures.mjs';

/** The same session over UndiciAdapter. */
export function open(options) {
  const { concurrency, plain, secure, http2 } = options;
  return openFutures(options, (session) => {
    session.mount(plain, new UndiciAdapter({ connections: concurrency }));
    session.mount(secure, new UndiciAdapter({ connections: concurrency }));
    session.mount(http2, new UndiciAdapter({ connections: 1, allow_h2: true }));
  });
}
