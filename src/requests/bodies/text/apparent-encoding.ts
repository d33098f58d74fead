import { isAscii, isUtf8 } from 'node:buffer';
import { guess_json_utf } from './json-encoding.js';

const SAMPLE = 4096;

/**
 * The likely encoding of a body without a charset; null for data that is not text. Reliable for byte order
 * marks, ASCII, UTF-8, and UTF-16 and UTF-32 of mostly Latin text. For any other text the guess is
 * `windows-1252`, by far the most frequent of the old charsets; unlike Python's
 * detectors, it does not analyze letter frequencies. Set `response.encoding` if you know it.
 */
export function detectEncoding(content: Buffer): string | null {
  if (content.length === 0) return 'utf-8';
  if (content.length > 3 || content[0] === 0xef || (content[0] as number) >= 0xfe) {
    const mark = guess_json_utf(content.subarray(0, 4));
    if (mark === 'utf-8-sig' || mark === 'utf-16' || mark === 'utf-32') return mark;
  }
  if (!content.includes(0)) {
    if (isAscii(content)) return 'ascii';
    if (isUtf8(content)) return 'utf-8';
    return hasControls(content) ? null : 'windows-1252';
  }
  return wideEncoding(content.subarray(0, SAMPLE));
}

/** By which of the bytes of each unit are zero, which they are in text of any length that is Latin for the greater part. */
function wideEncoding(sample: Buffer): string | null {
  const zeros = [0, 0, 0, 0];
  const whole = sample.length - (sample.length % 4);
  for (let i = 0; i < whole; i++) if (sample[i] === 0) zeros[i % 4] = (zeros[i % 4] as number) + 1;
  const units = whole / 4;
  const [a, b, c, d] = zeros.map((count) =>
    units > 0 && count > units * 0.7 ? 'z' : count === 0 ? 'x' : '?',
  );
  switch (`${a ?? ''}${b ?? ''}${c ?? ''}${d ?? ''}`) {
    case 'xzxz':
      return 'utf-16-le';
    case 'zxzx':
      return 'utf-16-be';
    case 'xzzz':
      return 'utf-32-le';
    case 'zzzx':
      return 'utf-32-be';
    default:
      return null;
  }
}

/** Whether there are control characters that no text has. */
function hasControls(content: Buffer): boolean {
  for (const byte of content) {
    // Tab, line feed, vertical tab, form feed, carriage return, and the escape of ISO 2022 are all that text has.
    if (byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1b) return true;
  }
  return false;
}
