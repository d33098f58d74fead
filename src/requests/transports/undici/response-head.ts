/** What undici leaves out of the head of a response, from the bytes that it came in. */

interface Head {
  readonly reason: string;
  /** Name, value, name, value … */
  readonly rawHeaders: readonly string[];
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

/** The head of a switch to another protocol that undici was not told to expect, and so refuses; null for other errors. */
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

/** A header's value, without the white space behind it that undici leaves there. */
export function trimmed(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last === 0x20 || last === 0x09 ? text.trimEnd() : text;
}
