export {
  CaseInsensitiveDict,
  type CaseInsensitiveDictConstructor,
  type CaseInsensitiveDictMethods,
  type HeaderEntry,
  headerStore,
  type HeadersLike,
  wrapStore,
} from './case-insensitive-dict.js';
export { LookupDict, type LookupDictConstructor, type LookupDictMethods } from './lookup-dict.js';
