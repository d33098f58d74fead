export { kindOf } from './classify.js';
export { copyreg } from './copyreg.js';
export { decode, decodeLoading, receive, type Received } from './decode.js';
export { encode, encodeForChannel } from './encode.js';
export type { EncodeOptions } from './encoded.js';
export { encodeParts } from './encoder.js';
export { explainCloneError, PickleError, PicklingError, UnpicklingError } from './errors.js';
export {
  foreignId,
  forgetCopies,
  homeId,
  keepCopy,
  objectAtHome,
  reduceGuest,
  reduceHomed,
  setHomeId,
} from './identities.js';
export { importable } from './importable.js';
export { type Message, Op, type Pickled } from './message.js';
export { crossingCall } from './methods.js';
export { ReceivedReferences, SentReferences } from './reference-table.js';
export { Remembered } from './remembered.js';
export { importing } from './resolve.js';
export {
  isShallow,
  isShort,
  restoreBytes,
  setShortForm,
  shortenBytes,
  type Shortened,
} from './short-form.js';
export { streamsEnd } from './stream-source.js';
