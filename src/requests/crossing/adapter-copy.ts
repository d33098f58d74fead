/** How adapters cross to another thread: each is copied once, and the copy keeps its connections from call to call. */
import { setReducer, setReferences } from '../../builtins/index.js';
import { reduceHomed } from '../../pickle/index.js';
import { BaseAdapter } from '../adapters/base-adapter.js';
import { hiddenOptions, HTTPAdapter } from '../adapters/http-adapter.js';
import type { HTTPAdapterOptions } from '../adapters/http-adapter-options.js';
import { UndiciAdapter } from '../adapters/undici-adapter.js';
import type { Retry } from '../urllib3/retry.js';

type AdapterClass = (abstract new () => BaseAdapter) & { readonly prototype: BaseAdapter };
type HTTPAdapterClass = new (options: HTTPAdapterOptions) => HTTPAdapter;

/** The fields that the constructor sets, and those that repeat the options. */
const OWN_FIELDS = [
  'max_retries',
  'proxy_manager',
  'poolmanager',
  '_pool_connections',
  '_pool_maxsize',
  '_pool_block',
  '_pool_idle_timeout',
  'insecure_http_parser',
];

/** The options that all adapters have, as the constructor took them. */
export function poolOptions(adapter: HTTPAdapter): HTTPAdapterOptions {
  const { _pool_connections, _pool_maxsize, _pool_block, _pool_idle_timeout, insecure_http_parser } = adapter;
  return {
    pool_connections: _pool_connections,
    pool_maxsize: _pool_maxsize,
    pool_block: _pool_block,
    pool_idle_timeout: _pool_idle_timeout,
    insecure_http_parser,
    ...hiddenOptions(adapter),
  };
}

/** The arguments for {@link copyHTTPAdapter}: the classes, the options, the retries if any, and the fields that a subclass added. */
export function partsOf(adapter: HTTPAdapter, base: HTTPAdapterClass, options: object): readonly unknown[] {
  const added = Object.entries(adapter).filter(([name]) => !OWN_FIELDS.includes(name));
  const retries = hasDefaultRetries(adapter) ? null : adapter.max_retries;
  return [base, adapter.constructor, options, retries, Object.fromEntries(added)];
}

/** Whether `max_retries` was never set. */
export function hasDefaultRetries({ max_retries: { total, read } }: HTTPAdapter): boolean {
  return total === 0 && read === false;
}

/** The constructor of a subclass is not run, its fields are copied; of later changes only those of the retries follow. */
export function copyHTTPAdapter(
  existing: HTTPAdapter | undefined,
  base: HTTPAdapterClass,
  cls: HTTPAdapterClass,
  options: HTTPAdapterOptions,
  retries: Retry | null,
  added: Readonly<Record<string, unknown>>,
): HTTPAdapter {
  if (!(base.prototype instanceof BaseAdapter)) throw new TypeError(`'${base.name}' is no adapter`);
  const adapter = existing ?? Reflect.construct<[HTTPAdapterOptions], HTTPAdapter>(base, [options], cls);
  if (existing === undefined) Object.assign(adapter, added);
  if (retries !== null) adapter.max_retries = retries;
  return adapter;
}

/** The copy of any other adapter keeps its state (connections, counters). Its constructor is not run, its fields are copied. */
function copyAdapter(
  existing: BaseAdapter | undefined,
  cls: AdapterClass,
  fields: Readonly<Record<string, unknown>>,
): BaseAdapter {
  return existing ?? Object.assign(Object.create(cls.prototype) as BaseAdapter, fields);
}

setReferences(import.meta.url, { BaseAdapter, copyAdapter, copyHTTPAdapter, HTTPAdapter, UndiciAdapter });
setReducer(
  BaseAdapter,
  (adapter) => reduceHomed(adapter, copyAdapter, [adapter.constructor, Object.assign({}, adapter)]),
  { subclasses: true },
);
setReducer(
  HTTPAdapter,
  (adapter) => reduceHomed(adapter, copyHTTPAdapter, partsOf(adapter, HTTPAdapter, poolOptions(adapter))),
  { subclasses: true },
);
setReducer(
  UndiciAdapter,
  (adapter) => {
    const { pipelining, allow_h2, dispatcher } = adapter;
    // A dispatcher has its own connections, and is refused beside options of theirs.
    const options = dispatcher === null ? { ...poolOptions(adapter), pipelining, allow_h2 } : { dispatcher };
    return reduceHomed(adapter, copyHTTPAdapter, partsOf(adapter, UndiciAdapter, options));
  },
  { subclasses: true },
);
