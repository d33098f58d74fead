/**
 * What `bullmq` uses of this folder beyond its public names.
 */

export { requestInSlot, sendInSlot } from './in-slot.js';
