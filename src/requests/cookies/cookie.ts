import { inspect } from 'node:util';
import { checkOptions, repr, typeName, ValueError } from '../../builtins/index.js';

/** Attributes that are not standard, such as `HttpOnly` and `SameSite`, as they were spelled; null for one without a value. */
export type NonstandardAttributes = Readonly<Record<string, string | null>>;

/** The attributes of a cookie besides its name and value. */
export interface CookieOptions {
  /** The version of the protocol; default 0, the cookies of browsers. Others are neither accepted nor sent. */
  version?: number | null | undefined;
  /** The ports it is sent to, with commas between them; default null: any. */
  port?: string | number | null | undefined;
  /** The host it is sent to, and the hosts below that; default `''`: it is sent to every host. */
  domain?: string | null | undefined;
  /** The path it is sent to, and the paths below that; default `/`. */
  path?: string | null | undefined;
  /** Send it by https and wss only; default false. */
  secure?: boolean | null | undefined;
  /** When it expires, in seconds since 1970; default null: it lasts as long as the jar. */
  expires?: number | null | undefined;
  /** Whether it ends with the session; default true. */
  discard?: boolean | null | undefined;
  /** The server's comment; default null. */
  comment?: string | null | undefined;
  /** Where the server explains what it is for; default null. */
  comment_url?: string | boolean | null | undefined;
  /** Attributes that are not standard; default `{ HttpOnly: null }`. */
  rest?: NonstandardAttributes | null | undefined;
  /** Whether it was sent in the form of RFC 2109, with a `Version`; default false. */
  rfc2109?: boolean | null | undefined;
}

const OPTION_NAMES = [
  'version',
  'port',
  'domain',
  'path',
  'secure',
  'expires',
  'discard',
  'comment',
  'comment_url',
  'rest',
  'rfc2109',
] as const satisfies readonly (keyof CookieOptions)[];

/** Every attribute of a {@link Cookie}, as its constructor takes them. */
export interface CookieAttributes {
  /** The version of the protocol; 0 for the cookies of browsers. */
  version: number | null;
  /** The name. */
  name: string;
  /** The value as it is sent; null for a cookie that is a bare name. */
  value: string | null;
  /** The ports it is sent to, with commas between them; null for any. */
  port: string | null;
  /** Whether the ports were given. */
  port_specified: boolean;
  /** The host it belongs to; `''` for every host. */
  domain: string;
  /** Whether the server named the domain. */
  domain_specified: boolean;
  /** Whether the server named it with a dot in front. */
  domain_initial_dot: boolean;
  /** The path it belongs to. */
  path: string;
  /** Whether the server named the path. */
  path_specified: boolean;
  /** Whether it is sent by https and wss only. */
  secure: boolean;
  /** When it expires, in seconds since 1970; null: it lasts as long as the jar. */
  expires: number | null;
  /** Whether it ends with the session. */
  discard: boolean;
  /** The server's comment. */
  comment: string | null;
  /** Where the server explains what it is for. */
  comment_url: string | boolean | null;
  /** Attributes that are not standard. */
  rest: NonstandardAttributes;
  /** Whether it was sent in the form of RFC 2109. */
  rfc2109: boolean;
}

/** One cookie with its attributes, as Python's `http.cookiejar.Cookie`. {@link create_cookie} fills in what is not given. */
export class Cookie implements CookieAttributes {
  /** The version of the protocol; 0 for the cookies of browsers. */
  version: number | null;
  /** The name. */
  name: string;
  /** The value as it is sent, quotes included; null for a cookie that is a bare name. */
  value: string | null;
  /** The ports it is sent to, with commas between them; null for any. */
  port: string | null;
  /** Whether the ports were given, and are not those of the request that set it. */
  port_specified: boolean;
  /** In lower case; with a dot in front when the server named it, `''` when the cookie is sent to every host. */
  domain: string;
  /** Whether the domain was given. If not, the cookie goes back to the host alone that set it. */
  domain_specified: boolean;
  /** Whether the domain was given with a dot in front. */
  domain_initial_dot: boolean;
  /** The path it is sent to, and the paths below that. */
  path: string;
  /** Whether the path was given. */
  path_specified: boolean;
  /** Whether it is sent by https and wss only. */
  secure: boolean;
  /** When it expires, in seconds since 1970; null for a cookie of the session. */
  expires: number | null;
  /** Whether it ends with the session. */
  discard: boolean;
  /** The server's comment; null when there is none. */
  comment: string | null;
  /** Where the server explains what it is for; null where it does not. */
  comment_url: string | boolean | null;
  /** Whether it was sent in the form of RFC 2109. */
  rfc2109: boolean;
  /** The attributes that are not standard. */
  _rest: Record<string, string | null>;

  constructor(attributes: CookieAttributes) {
    const { name, value, port, port_specified, expires } = attributes;
    if (typeof name !== 'string')
      throw new TypeError(`a cookie's name must be a string, not ${typeName(name)}`);
    if (value !== null && typeof value !== 'string') {
      throw new TypeError(
        `the value of cookie ${repr(name)} must be a string or null, not ${typeName(value)}`,
      );
    }
    if (port === null && port_specified)
      throw new ValueError('if port is None, port_specified must be false');
    if (expires !== null && !Number.isFinite(expires)) {
      throw new ValueError(
        `the expiry of cookie ${repr(name)} must be a number of seconds, not ${String(expires)}`,
      );
    }
    this.version = attributes.version;
    this.name = name;
    this.value = value;
    this.port = port;
    this.port_specified = port_specified;
    this.domain = attributes.domain.toLowerCase();
    this.domain_specified = attributes.domain_specified;
    this.domain_initial_dot = attributes.domain_initial_dot;
    this.path = attributes.path;
    this.path_specified = attributes.path_specified;
    this.secure = attributes.secure;
    this.expires = expires === null ? null : Math.trunc(expires);
    this.discard = attributes.discard;
    this.comment = attributes.comment;
    this.comment_url = attributes.comment_url;
    this.rfc2109 = attributes.rfc2109;
    this._rest = { ...attributes.rest };
  }

  /** The attributes that are not standard, by the name that the constructor takes them under. */
  get rest(): NonstandardAttributes {
    return this._rest;
  }

  /** Whether the server gave the attribute `name`, spelled so, which is not standard. */
  has_nonstandard_attr(name: string): boolean {
    return Object.hasOwn(this._rest, name);
  }

  /** The value of the attribute `name`, which is not standard, or `fallback` (null unless given). */
  get_nonstandard_attr<D = null>(name: string, fallback: D = null as D): string | null | D {
    return this.has_nonstandard_attr(name) ? (this._rest[name] ?? null) : fallback;
  }

  /** Sets an attribute that is not standard. */
  set_nonstandard_attr(name: string, value: string | null): void {
    this._rest = { ...this._rest, [name]: value };
  }

  /** Whether its time is over at `now`, in seconds since 1970; default: the present. */
  is_expired(now?: number | null): boolean {
    return this.expires !== null && this.expires <= (now ?? Date.now() / 1000);
  }

  /** An independent cookie with the same attributes. */
  copy(): Cookie {
    return new Cookie(this);
  }

  /** `<Cookie name=value for example.com/>` */
  toString(): string {
    const pair = this.value === null ? this.name : `${this.name}=${this.value}`;
    const port = this.port === null ? '' : `:${this.port}`;
    return `<Cookie ${pair} for ${this.domain}${port}${this.path}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** Its place and its name, not its value. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { name, domain, path } = this;
    return { name, domain, path };
  }
}

/**
 * A cookie of which only the name and the value (null: a bare name) need be given. By default it has no domain and is sent to
 * every host. Throws TypeError for an unknown option and for a value that is not a string.
 */
export function create_cookie(name: string, value: string | null, options: CookieOptions = {}): Cookie {
  const own = checkOptions('create_cookie()', options, OPTION_NAMES);
  const port = own.port ?? null;
  const domain = own.domain ?? '';
  const path = own.path ?? '/';
  return new Cookie({
    version: own.version ?? 0,
    name,
    value,
    port: port === null ? null : String(port),
    port_specified: port !== null && port !== '',
    domain,
    domain_specified: domain !== '',
    domain_initial_dot: domain.startsWith('.'),
    path,
    path_specified: path !== '',
    secure: own.secure ?? false,
    expires: own.expires ?? null,
    discard: own.discard ?? true,
    comment: own.comment ?? null,
    comment_url: own.comment_url ?? null,
    rest: own.rest ?? { HttpOnly: null },
    rfc2109: own.rfc2109 ?? false,
  });
}
