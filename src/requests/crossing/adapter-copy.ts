/** How an HTTPAdapter crosses to another thread. */
import { setReferences } from '../../builtins/index.js';
import type { Retry } from '../urllib3/retry.js';
import type { HTTPAdapter, HTTPAdapterOptions } from '../adapters/http-adapter.js';

type HTTPAdapterClass = new (options: HTTPAdapterOptions) => HTTPAdapter;

/** What the constructor makes, and what is said by the options. */
const MADE = [
  'max_retries',
  'proxy_manager',
  'poolmanager',
  '_pool_connections',
  '_pool_maxsize',
  '_pool_block',
];

/**
 * What an adapter is made of again: its classes, its options (`own` are those that not all adapters have), the retries if any,
 * and what a subclass added.
 */
export function partsOf(adapter: HTTPAdapter, base: HTTPAdapterClass, own: object): readonly unknown[] {
  const { max_retries, _pool_connections, _pool_maxsize, _pool_block } = adapter;
  const options: HTTPAdapterOptions = {
    pool_connections: _pool_connections,
    pool_maxsize: _pool_maxsize,
    pool_block: _pool_block,
    ...own,
  };
  const added = Object.entries(adapter).filter(([name]) => !MADE.includes(name));
  const retries = retriesNothing(adapter) ? null : max_retries;
  return [base, adapter.constructor, options, retries, Object.fromEntries(added)];
}

/** Whether `max_retries` is as it is unless it is given. */
export function retriesNothing({ max_retries: { total, read } }: HTTPAdapter): boolean {
  return total === 0 && read === false;
}

/**
 * The copy of an adapter in another thread, made once, so that its connections live on. The constructor of a subclass is not
 * run, its fields are copied; only the retries follow a change that is made later.
 */
export function copyHTTPAdapter(
  existing: HTTPAdapter | undefined,
  base: HTTPAdapterClass,
  cls: HTTPAdapterClass,
  options: HTTPAdapterOptions,
  retries: Retry | null,
  added: Readonly<Record<string, unknown>>,
): HTTPAdapter {
  const adapter = existing ?? Reflect.construct<[HTTPAdapterOptions], HTTPAdapter>(base, [options], cls);
  if (existing === undefined) Object.assign(adapter, added);
  if (retries !== null) adapter.max_retries = retries;
  return adapter;
}

setReferences(import.meta.url, { copyHTTPAdapter });
