/**
 * Heads that break the rules, in the form that undici's parser takes: it has no lenient mode, as Node's has. Where a head
 * can be read in two ways that differ in where the message ends (two lengths, a line without a colon, a carriage return by
 * itself), it stays as it is and is refused.
 */

/** A head that was rewritten. */
export interface LenientHead {
  /** The packet, with the head in its strict form. */
  readonly bytes: Buffer;
  /** The headers as they came: name, value, name, value … */
  readonly rawHeaders: readonly string[];
}

interface Field {
  readonly name: string;
  value: string;
  /** As it came; null where it must be written anew. */
  line: string | null;
}

const END_OF_HEAD = /\n\r?\n/;
const NOT_ALLOWED = /[\0-\x08\x0a-\x0c\x0e-\x1f\x7f]/g;

/**
 * Where the head at the start of `packet` ends, its empty line included: 0 where no head of HTTP/1 begins there, -1 where more
 * has to come.
 */
export function endOfHead(packet: Buffer): number {
  const text = packet.toString('latin1');
  if (!text.startsWith(START.slice(0, text.length))) return 0;
  const end = END_OF_HEAD.exec(text);
  return end === null ? -1 : end.index + end[0].length;
}

const START = 'HTTP/1.';

/** Null where the strict form is what came, or there is none. */
export function strictForm(packet: Buffer, end: number): LenientHead | null {
  const head = packet.toString('latin1', 0, end);
  const [statusLine = '', ...lines] = head.split('\n').map((line) => line.replace(/\r$/, ''));
  const fields = fieldsOf(lines.slice(0, -2));
  if (fields === null) return null;
  const rawHeaders = fields.flatMap(({ name, value }) => [name, value]);
  const framed = withOneFraming(fields);
  const strict = [
    statusLine.replace(/^HTTP\/1\.[2-9] /, 'HTTP/1.1 '),
    ...framed.map(({ name, value, line }) => line ?? `${name}: ${value.replace(NOT_ALLOWED, '?')}`),
    '\r\n',
  ].join('\r\n');
  if (strict === head) return null;
  return { bytes: Buffer.concat([Buffer.from(strict, 'latin1'), packet.subarray(end)]), rawHeaders };
}

/** Null where a line is no header. */
function fieldsOf(lines: readonly string[]): Field[] | null {
  const fields: Field[] = [];
  for (const line of lines) {
    const last = fields.at(-1);
    if (last !== undefined && /^[ \t]/.test(line)) {
      last.value = (last.value + line).trim();
      last.line = null;
      continue;
    }
    const [, name, value] = /^[ \t]*([^:]*?)[ \t]*:(.*)$/s.exec(line) ?? [];
    if (name === undefined || value === undefined) return null;
    const isPlain = line.startsWith(`${name}:`) && value.search(NOT_ALLOWED) === -1;
    fields.push({ name, value: value.trim(), line: isPlain ? line : null });
  }
  return fields;
}

/** The same without what contradicts or repeats the framing that counts, as RFC 9112 has it (6.3). */
function withOneFraming(fields: readonly Field[]): readonly Field[] {
  const codings = listOf(fields, 'transfer-encoding').map((coding) => coding.toLowerCase());
  if (codings.at(-1) === 'chunked') return without(fields, 'content-length');
  if (codings.some((coding) => coding !== 'identity')) return fields;
  const framed = without(fields, 'transfer-encoding');
  const lengths = listOf(framed, 'content-length');
  const [length = ''] = lengths;
  if (lengths.length < 2 || new Set(lengths).size > 1 || !/^\d+$/.test(length)) return framed;
  return [
    ...without(framed, 'content-length'),
    { name: 'Content-Length', value: length, line: `Content-Length: ${length}` },
  ];
}

function without(fields: readonly Field[], name: string): readonly Field[] {
  return fields.filter((field) => field.name.toLowerCase() !== name);
}

/** The members of all headers of that name. */
function listOf(fields: readonly Field[], name: string): string[] {
  return fields
    .filter((field) => field.name.toLowerCase() === name)
    .flatMap(({ value }) => value.split(',').map((member) => member.trim()));
}
