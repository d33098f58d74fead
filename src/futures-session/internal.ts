/**
 * What `bullmq` needs of this layer beside its public names.
 */

export { requestInSlot, sendInSlot } from './in-slot.js';
