/**
 * What `bullmq` and `blocking` use of this folder beyond its public names.
 */

export { requestInSlot, sendInSlot } from './in-slot.js';
export { noteBackgroundCallback, sessionOptions } from './session-options.js';
