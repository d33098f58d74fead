export { cookiejar_from_dict } from '../cookies/helpers.js';
export { add_dict_to_cookiejar, dict_from_cookiejar } from './cookies.js';
export { atomic_open } from './atomic-open.js';
export { DEFAULT_CA_BUNDLE_PATH } from './constants.js';
export { DEFAULT_PORTS } from '../urls/default-ports.js';
export { type HeaderLookup, get_encoding_from_headers } from '../bodies/text/content-type.js';
// eslint-disable-next-line @typescript-eslint/no-deprecated -- exported as long as Python exports it
export { get_encodings_from_content } from '../bodies/text/document-encodings.js';
export { DEFAULT_ACCEPT_ENCODING, default_headers, default_user_agent } from '../headers/default-headers.js';
export { extract_zipped_paths } from './extract-zipped-paths.js';
export { check_header_validity } from '../headers/header-validity.js';
export {
  type HeaderLink,
  parse_dict_header,
  parse_header_links,
  parse_list_header,
  unquote_header_value,
} from '../headers/header-values.js';
export { iter_slices } from '../bodies/text/iter-slices.js';
export { guess_json_utf, type JsonEncoding } from '../bodies/text/json-encoding.js';
export { get_netrc_auth, NETRC_FILES } from '../environment/netrc-auth.js';
export { NetrcParseError } from '../environment/netrc.js';
export {
  address_in_network,
  dotted_netmask,
  is_ipv4_address,
  is_valid_cidr,
} from '../environment/network.js';
export {
  encode_params,
  from_key_val_list,
  type KeyValue,
  to_key_val_list,
  urlencode,
  type UrlencodeOptions,
} from '../urls/params.js';
export { parse_url, Url } from '../urls/parse-url.js';
export { prepare_url } from '../urls/prepare-url.js';
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
  set_environ,
  should_bypass_proxies,
} from '../environment/proxies.js';
export {
  quote,
  quote_plus,
  type QuoteOptions,
  requote_uri,
  unquote,
  unquote_plus,
  unquote_unreserved,
  UNRESERVED_SET,
} from '../urls/quote.js';
export {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- exported as long as Python exports it
  get_unicode_from_response,
  stream_decode_response_unicode,
} from '../bodies/text/response-text.js';
export { rewind_body } from '../bodies/outgoing/rewind-body.js';
export { guess_filename, super_len } from '../bodies/outgoing/super-len.js';
export { to_native_string } from '../urls/python-text.js';
export {
  DefragResult,
  ParseResult,
  type ParseParts,
  type SplitParts,
  SplitResult,
  urlunparse,
  urlunsplit,
} from '../urls/url-parts.js';
export { urldefrag, urljoin, urlparse, urlsplit } from '../urls/url-split.js';
export { get_auth_from_url, prepend_scheme_if_needed, urldefragauth } from '../urls/url-tools.js';
