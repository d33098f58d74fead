export { cookiejar_from_dict } from '../cookies/helpers.js';
export { add_dict_to_cookiejar, dict_from_cookiejar } from './cookies.js';
export { atomic_open } from './atomic-open.js';
export { DEFAULT_CA_BUNDLE_PATH, DEFAULT_PORTS } from './constants.js';
export { type HeaderLookup, get_encoding_from_headers } from './content-type.js';
// eslint-disable-next-line @typescript-eslint/no-deprecated -- exported as long as Python exports it
export { get_encodings_from_content } from './document-encodings.js';
export { DEFAULT_ACCEPT_ENCODING, default_headers, default_user_agent } from './default-headers.js';
export { set_environ } from './environ.js';
export { extract_zipped_paths } from './extract-zipped-paths.js';
export { check_header_validity } from './header-validity.js';
export {
  type HeaderLink,
  parse_dict_header,
  parse_header_links,
  parse_list_header,
  unquote_header_value,
} from './header-values.js';
export { iter_slices } from './iter-slices.js';
export { guess_json_utf, type JsonEncoding } from './json-encoding.js';
export { get_netrc_auth, NETRC_FILES } from './netrc-auth.js';
export { NetrcParseError } from './netrc.js';
export { address_in_network, dotted_netmask, is_ipv4_address, is_valid_cidr } from './network.js';
export {
  encode_params,
  from_key_val_list,
  type KeyValue,
  to_key_val_list,
  urlencode,
  type UrlencodeOptions,
} from './params.js';
export { parse_url, Url } from './parse-url.js';
export { prepare_url } from './prepare-url.js';
export {
  type EnvironProxies,
  get_environ_proxies,
  getproxies,
  getproxies_environment,
  type NoProxy,
  proxy_bypass,
  proxy_bypass_environment,
  resolve_proxies,
  select_proxy,
  should_bypass_proxies,
} from './proxies.js';
export {
  quote,
  quote_plus,
  type QuoteOptions,
  requote_uri,
  unquote,
  unquote_plus,
  unquote_unreserved,
  UNRESERVED_SET,
} from './quote.js';
export {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- exported as long as Python exports it
  get_unicode_from_response,
  stream_decode_response_unicode,
} from './response-text.js';
export { rewind_body } from './rewind-body.js';
export { guess_filename, super_len } from './super-len.js';
export { to_native_string } from './text.js';
export {
  DefragResult,
  ParseResult,
  type ParseParts,
  type SplitParts,
  SplitResult,
  urlunparse,
  urlunsplit,
} from './url-parts.js';
export { urldefrag, urljoin, urlparse, urlsplit } from './url-split.js';
export { get_auth_from_url, prepend_scheme_if_needed, urldefragauth } from './url-tools.js';
