/** HTTP Archive 1.2: which fields there must be, and what they must be. */

type Check = (value: unknown, at: string) => string[];

function kind(name: string, test: (value: unknown) => boolean): Check {
  return (value, at) => (test(value) ? [] : [`${at}: ${JSON.stringify(value)} is no ${name}`]);
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const text = kind('text', (value) => typeof value === 'string');
const filled = kind('text with characters in it', (value) => typeof value === 'string' && value !== '');
const size = kind('size', (value) => Number.isInteger(value) && (value as number) >= -1);
const duration = kind('duration', (value) => isNumber(value) && value >= 0);
const optionalDuration = kind('duration or -1', (value) => isNumber(value) && (value >= 0 || value === -1));
const status = kind('status', (value) => Number.isInteger(value) && (value as number) >= 0);
const moment = kind(
  'ISO 8601 time',
  (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
);
const url = kind('absolute URL', (value) => typeof value === 'string' && URL.canParse(value));

function listOf(item: Check): Check {
  return (value, at) =>
    Array.isArray(value) ? value.flatMap((each, i) => item(each, `${at}[${i}]`)) : [`${at}: no list`];
}

/** Names that end in `?` may be missing; fields that are not named must begin with an underscore. */
function object(fields: Readonly<Record<string, Check>>): Check {
  return (value, at) => {
    if (typeof value !== 'object' || value === null) return [`${at}: no object`];
    const record = value as Record<string, unknown>;
    const known = Object.keys(fields).map((name) => name.replace('?', ''));
    const unknown = Object.keys(record).filter((name) => !known.includes(name) && !name.startsWith('_'));
    return [
      ...unknown.map((name) => `${at}.${name}: not in the standard`),
      ...Object.entries(fields).flatMap(([field, check]) => {
        const name = field.replace('?', '');
        if (record[name] === undefined) return field.endsWith('?') ? [] : [`${at}.${name}: missing`];
        return check(record[name], `${at}.${name}`);
      }),
    ];
  };
}

const nameValue = object({ name: text, value: text });

const timings = object({
  blocked: optionalDuration,
  dns: optionalDuration,
  connect: optionalDuration,
  send: duration,
  wait: duration,
  receive: duration,
  ssl: optionalDuration,
});

const entryFields = object({
  startedDateTime: moment,
  time: duration,
  request: object({
    method: filled,
    url,
    httpVersion: filled,
    cookies: listOf(nameValue),
    headers: listOf(nameValue),
    queryString: listOf(nameValue),
    headersSize: size,
    bodySize: size,
  }),
  response: object({
    status,
    statusText: text,
    httpVersion: filled,
    cookies: listOf(nameValue),
    headers: listOf(nameValue),
    content: object({ size, mimeType: filled }),
    redirectURL: text,
    headersSize: size,
    bodySize: size,
  }),
  cache: object({}),
  timings,
  'serverIPAddress?': filled,
  'connection?': filled,
});

const entry: Check = (value, at) => {
  const problems = entryFields(value, at);
  if (problems.length > 0) return problems;
  const { time, timings: parts } = value as { time: number; timings: Record<string, number> };
  const sum = ['blocked', 'dns', 'connect', 'send', 'wait', 'receive']
    .map((name) => Math.max(0, parts[name] ?? NaN))
    .reduce((a, b) => a + b);
  const found = [];
  if (Math.abs(sum - time) > 1e-6) found.push(`${at}.time: ${time} is not the sum of the timings, ${sum}`);
  if ((parts['ssl'] ?? NaN) > (parts['connect'] ?? NaN)) found.push(`${at}.timings.ssl: more than connect`);
  return found;
};

const archive = object({
  log: object({
    version: kind('1.2', (value) => value === '1.2'),
    creator: object({ name: filled, version: filled }),
    entries: listOf(entry),
  }),
});

/** What is wrong with an archive. */
export function harProblems(har: unknown): string[] {
  return archive(har, 'har');
}
