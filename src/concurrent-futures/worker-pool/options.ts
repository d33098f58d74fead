import { availableParallelism } from 'node:os';
import { checkOptions, isPlainObject, numberOrType, typeName, isURL } from '../../builtins/index.js';
import { encode } from '../../pickle/index.js';
import { atLeastOne, parseMaxWorkers } from '../arguments.js';
import { checkInitializer } from '../not-callable.js';

/** The memory limits of a thread, in megabytes. A thread that exceeds one ends, and its calls fail. */
export interface WorkerResourceLimits {
  /** The heap of the old generation. Default: V8's own. */
  max_old_generation_size_mb?: number | undefined;
  /** The heap of the young generation. Default: V8's own. */
  max_young_generation_size_mb?: number | undefined;
  /** The memory for generated code. Default: V8's own. */
  code_range_size_mb?: number | undefined;
  /** The stack. Default 4. */
  stack_size_mb?: number | undefined;
}

/** The keyword arguments of {@link WorkerPoolExecutor}. */
export interface WorkerPoolExecutorOptions {
  /** The most calls to run at once, in all threads together: an integer from 1. Default: the available CPUs. */
  max_workers?: number | null | undefined;
  /**
   * The number of threads to spread the calls over. A thread is started when the others are busy. Default: the
   * smaller of `max_workers` and the available CPUs.
   */
  threads?: number | null | undefined;
  /**
   * Called once in each thread before its first call; may be async. Must be `importable`. When it fails the pool is broken.
   * Default: none.
   */
  initializer?: ((...args: never[]) => unknown) | null | undefined;
  /** The arguments of `initializer`. Default: none. */
  initargs?: Iterable<unknown> | null | undefined;
  /** The number of calls after which a thread is replaced. Default: never. */
  max_tasks_per_child?: number | null | undefined;
  /** The memory limits of each thread. Default: none. */
  resource_limits?: WorkerResourceLimits | null | undefined;
  /**
   * The file that a thread runs. Needed only in a bundle: then it is what the bundler has made of `requests-futures/worker`, or of a
   * module that exports its default. Default: the package's own.
   */
  worker_url?: string | URL | null | undefined;
  /** Threads are named `<thread_name_prefix>_<n>`. Default: `WorkerPoolExecutor-<k>`, counting executors. */
  thread_name_prefix?: string | null | undefined;
}

type Fn = (...args: never[]) => unknown;

/** The options after checking. */
export interface ParsedOptions {
  readonly maxWorkers: number;
  readonly threads: number;
  readonly initializer: Fn | null;
  readonly initargs: readonly unknown[];
  readonly maxTasksPerChild: number;
  readonly resourceLimits: Readonly<Record<string, number>> | null;
  readonly workerUrl: string | null;
  readonly namePrefix: string | null;
}

const known = [
  'max_workers',
  'threads',
  'initializer',
  'initargs',
  'max_tasks_per_child',
  'resource_limits',
  'worker_url',
  'thread_name_prefix',
];

const limits: Readonly<Record<string, string>> = {
  max_old_generation_size_mb: 'maxOldGenerationSizeMb',
  max_young_generation_size_mb: 'maxYoungGenerationSizeMb',
  code_range_size_mb: 'codeRangeSizeMb',
  stack_size_mb: 'stackSizeMb',
};

/** Checks the arguments of a constructor, in both forms. */
export function parseOptions(callee: string, first: unknown, second: unknown): ParsedOptions {
  const options: unknown = isPlainObject(first) ? first : (second ?? {});
  if (!isPlainObject(options)) {
    throw new TypeError(`${callee} takes an options object, got ${typeName(options)}`);
  }
  const given: WorkerPoolExecutorOptions = checkOptions(callee, options, known);
  const maxWorkers = parseMaxWorkers(
    options === first ? given.max_workers : (first ?? given.max_workers),
    availableParallelism(),
  );
  return {
    maxWorkers,
    threads: parseThreads(given.threads),
    ...parseInitializer(given),
    maxTasksPerChild: parseMaxTasks(given.max_tasks_per_child),
    resourceLimits: parseLimits(given.resource_limits),
    workerUrl: parseUrl(given.worker_url),
    namePrefix: given.thread_name_prefix ?? null,
  };
}

function parseThreads(threads: unknown): number {
  if (threads === undefined || threads === null) return availableParallelism();
  const notInteger = `threads must be an integer, got ${numberOrType(threads)}`;
  return atLeastOne(threads, notInteger, 'threads must be greater than 0');
}

function parseInitializer({
  initializer = null,
  initargs,
}: WorkerPoolExecutorOptions): Pick<ParsedOptions, 'initializer' | 'initargs'> {
  if (initializer === null) return { initializer, initargs: [] };
  checkInitializer(initializer);
  // Refused here, before the pool would break later.
  encode(initializer, { name: 'initializer' });
  return { initializer, initargs: [...(initargs ?? [])] };
}

function parseMaxTasks(value: unknown): number {
  if (value === undefined || value === null) return Infinity;
  return atLeastOne(value, 'max_tasks_per_child must be an integer', 'max_tasks_per_child must be >= 1');
}

function parseLimits(given: WorkerResourceLimits | null | undefined): Record<string, number> | null {
  if (given === undefined || given === null) return null;
  checkOptions('resource_limits', given, Object.keys(limits));
  const parsed: Record<string, number> = {};
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (value === undefined) continue;
    if (typeof value !== 'number' || !(value > 0)) {
      throw new TypeError(
        `resource_limits.${name} must be a number of megabytes, got ${numberOrType(value)}`,
      );
    }
    parsed[limits[name] ?? name] = value;
  }
  return parsed;
}

function parseUrl(url: unknown): string | null {
  if (url === undefined || url === null) return null;
  const text = isURL(url) ? url.href : url;
  if (typeof text !== 'string') {
    throw new TypeError(`worker_url must be a URL or the path of a file, got ${typeName(url)}`);
  }
  return text;
}
