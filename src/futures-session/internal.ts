/**
 * What `bullmq` needs of this layer beside its public names.
 * @internal
 */

export { requestInSlot, sendInSlot } from './in-slot.js';
