/** What holds to limits of its own does not cross to another thread: its copy there would have others. */
import { setReducer } from '../../builtins/index.js';
import { LimiterAdapter, LimiterSession } from '../limiter/index.js';

function refuse({ constructor: { name } }: object): never {
  throw new TypeError(
    `A ${name} cannot be sent to another thread, as its limits hold here; give the FuturesSession \`limits\``,
  );
}

setReducer(LimiterAdapter, refuse, { subclasses: true });
setReducer(LimiterSession, refuse, { subclasses: true });
