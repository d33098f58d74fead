/** Looking for a header in the flat list that Node gives, which is quicker than to make a dict for a name or two. */

/** The values of `name` (in lower case), line by line. */
export function rawValues(rawHeaders: readonly string[], name: string): readonly string[] {
  let lines: string[] | null = null;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i] as string;
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    (lines ??= []).push(rawHeaders[i + 1] as string);
  }
  return lines ?? NONE;
}

const NONE: readonly string[] = [];

/** The value of `name` (in lower case), several lines joined with `, `; null when there is none. */
export function rawValue(rawHeaders: readonly string[], name: string): string | null {
  let value: string | null = null;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i] as string;
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    const line = rawHeaders[i + 1] as string;
    value = value === null ? line : `${value}, ${line}`;
  }
  return value;
}

/** The list without the headers of these `names` (in lower case). */
export function withoutNames(rawHeaders: readonly string[], names: ReadonlySet<string>): string[] {
  return rawHeaders.filter((_, i) => !names.has((rawHeaders[i - (i % 2)] as string).toLowerCase()));
}

/** Whether the body comes in chunks. */
export function isChunked(rawHeaders: readonly string[]): boolean {
  const codings = rawValues(rawHeaders, 'transfer-encoding').join(',').toLowerCase().split(',');
  return codings.some((coding) => coding.trim() === 'chunked');
}
