/**
 * What `futures-session` needs of this column beside its public names.
 * @internal
 */

export { type Call, currentAbortToken, currentCall } from './call-context.js';
export type { FutureOwner } from './future.js';
