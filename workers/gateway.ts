/** The gateway thread, which runs the package for a blocked thread. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { getLogger, setHome } from '../src/builtins/index.js';
import '../src/requests/index.js';
import '../src/futures-session/index.js';
import { Caller, operate, Pools, Twins } from '../src/blocking/gateway/index.js';
import { type GatewayData, onCaller } from '../src/blocking/wire/index.js';

const { port, flags } = workerData as GatewayData;

function serve(to: MessagePort, itsFlags: SharedArrayBuffer): Caller {
  return new Caller(to, itsFlags, operate, (made) => ({ twins: new Twins(made), pools: new Pools() }));
}

const caller = serve(port, flags);
onCaller(serve);

// Do not print here: the blocked caller's thread shows it.
setHome(([fn, args]) => {
  caller.callHome(fn, args);
});

// An unhandled rejection must not end every caller's requests.
process.on('unhandledRejection', (reason) => {
  getLogger().log('error', 'requests-futures', 'Unhandled rejection in the gateway thread', reason);
});
