export {
  CaseInsensitiveDict,
  type CaseInsensitiveDictConstructor,
  type CaseInsensitiveDictMethods,
  type HeaderEntry,
  type HeadersLike,
} from './case-insensitive-dict.js';
export { LookupDict, type LookupDictConstructor, type LookupDictMethods } from './lookup-dict.js';
