export { copyreg } from './copyreg.js';
export { decode, decodeLoading, loadReference, type Received, receive } from './decode.js';
export { encode } from './encode.js';
export type { EncodeOptions } from './encoded.js';
export { PickleError, PicklingError, UnpicklingError } from './errors.js';
export { explainCloneError } from './explain.js';
export {
  foreignId,
  forgetCopies,
  homeId,
  keepCopy,
  objectAtHome,
  reduceGuest,
  reduceHomed,
  setHomeId,
} from './homed.js';
export {
  encodeFlat,
  flattenBytes,
  type Flattened,
  isShallow,
  restoreBytes,
  setFlatForm,
} from './flat.js';
export { importable } from './importable.js';
export { ReceivedReferences, SentReferences } from './reference-table.js';
export { Remembered } from './remembered.js';
export { streamsEnd } from './stream-source.js';
export type { Flat, Pickled } from './wire.js';
