/** Randomness that a seed repeats, and accidents of it. */

/** A small random generator (mulberry32): the next number of [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What parsers of HTTP trip over. */
const TOKENS = [
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '"',
  '\\',
  '=',
  '/',
  '%',
  '\x7f',
  '\xff',
  '\xe2\x98\x83',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/9.9',
  'HTTP/',
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: -1\r\n',
  'Content-Encoding: gzip\r\n',
  'Connection: close\r\n',
  'Connection: upgrade\r\nUpgrade: x\r\n',
  'Set-Cookie: a=b\r\n',
  ' folded\r\n',
  '0\r\n\r\n',
  '-1',
  '0x10',
  'ffffffffffffffff',
  '99999999999999999999',
  '+5',
  '1e3',
  'NaN',
  '__proto__',
  'constructor',
  'a'.repeat(3000),
];

/** `bytes` with one to four accidents; `others` are what may be spliced in. */
export function mutate(bytes: Buffer, random: () => number, others: readonly Buffer[] = [bytes]): Buffer {
  let result = bytes;
  for (let n = 1 + Math.floor(random() * 4); n > 0; n--) result = mutateOnce(result, random, others);
  return result;
}

function mutateOnce(bytes: Buffer, random: () => number, others: readonly Buffer[]): Buffer {
  const below = (n: number): number => Math.floor(random() * n);
  const at = below(bytes.length + 1);
  const to = Math.min(bytes.length, at + below(random() < 0.7 ? 4 : 40));
  const [before, cut, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  switch (below(8)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
      return copy;
    }
    case 1:
      return Buffer.concat([before, Buffer.of(below(256)), after]);
    case 2:
    case 3:
      return Buffer.concat([before, Buffer.from(TOKENS[below(TOKENS.length)] ?? '', 'latin1'), after]);
    case 4:
      return Buffer.concat([before, after]);
    case 5:
      return Buffer.concat([before, cut, cut, after]);
    case 6:
      return Buffer.concat([before, (others[below(others.length)] ?? bytes).subarray(below(bytes.length))]);
    default:
      return before;
  }
}
