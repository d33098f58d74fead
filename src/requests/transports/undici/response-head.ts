/** The head of a response in the form that Node gives: from undici's pieces, and from the bytes where undici leaves something out. */

interface Head {
  readonly reason: string;
  /** Name, value, name, value … */
  readonly rawHeaders: readonly string[];
}

/** The headers as undici hands them over: HTTP/1.1 in pieces, HTTP/2 also as text or by name. */
export type GivenHeaders =
  | readonly (Buffer | string)[]
  | Readonly<Record<string, string | string[] | undefined>>;

/** Name, value, name, value … */
export function headerTexts(given: GivenHeaders, encoding: 'latin1' | 'utf8'): readonly string[] {
  const texts: string[] = [];
  if (Array.isArray(given)) {
    for (const piece of given as readonly (Buffer | string)[]) {
      texts.push(trimmed(typeof piece === 'string' ? piece : piece.toString(encoding)));
    }
    return texts;
  }
  for (const [name, value] of Object.entries(given as Exclude<GivenHeaders, readonly unknown[]>)) {
    for (const each of typeof value === 'string' ? [value] : (value ?? [])) texts.push(name, trimmed(each));
  }
  return texts;
}

/** A value without the white space behind it that undici leaves there. */
function trimmed(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last === 0x20 || last === 0x09 ? text.trimEnd() : text;
}

/** The first head in `packet`; null when there is no whole one. */
export function headOf(packet: Buffer | null): Head | null {
  const end = packet?.indexOf('\r\n\r\n') ?? -1;
  if (packet === null || end === -1) return null;
  const [first = '', ...lines] = packet.toString('latin1', 0, end).split('\r\n');
  const [, reason = ''] = /^HTTP\/\S+ \d+ ?(.*)$/.exec(first) ?? [];
  const rawHeaders = lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { reason, rawHeaders };
}

/** The head of a switch to another protocol that undici did not expect, and so refuses; null for other errors. */
export function headOfSwitch(error: Error, packet: Buffer | null): Head | null {
  return error.message === 'bad upgrade' ? headOf(packet) : null;
}

const NOT_ASCII = /[^\0-\x7f]/;

/** undici takes the text after the status for UTF-8; Node gives each byte as a character. */
export function latin1Reason(reason: string, packet: Buffer | null): string {
  if (!NOT_ASCII.test(reason)) return reason;
  return reason.includes('\ufffd')
    ? (headOf(packet)?.reason ?? reason)
    : Buffer.from(reason).toString('latin1');
}
