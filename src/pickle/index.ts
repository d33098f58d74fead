export { copyreg } from './copyreg.js';
export { decode, decodeLoading, loadReference, type Received, receive } from './decode.js';
export { encode } from './encode.js';
export type { EncodeOptions } from './encoder.js';
export { PickleError, PicklingError, UnpicklingError } from './errors.js';
export { explainCloneError } from './explain.js';
export {
  foreignId,
  forgetCopies,
  homeId,
  objectAtHome,
  reduceGuest,
  reduceHomed,
  setHomeId,
} from './homed.js';
export { importable } from './importable.js';
export { ReceivedReferences, SentReferences } from './reference-table.js';
export { streamsEnd } from './stream-source.js';
export type { Pickled } from './wire.js';
