/** Host names beyond ASCII: IDNA 2008, as Python's `idna` package applies it, with tr46 for the rules it has. */
import { tr46 } from '#packages';
import { lazyPattern } from '../../builtins/index.js';
import type { Tr46Options } from '../packages/tr46.js';

const STRICT: Tr46Options = { checkHyphens: true, checkBidi: true, checkJoiners: true };

/**
 * What UTS46 admits and IDNA 2008 does not: RFC 5892 derives the permitted characters from letters, marks and digits that
 * normalization leaves alone. Symbols such as the snowman fall out here.
 */
const stableLetter = lazyPattern(String.raw`^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]$`, 'u');
const unstable = lazyPattern(
  String.raw`^[\p{Changes_When_NFKC_Casefolded}\p{Default_Ignorable_Code_Point}\p{White_Space}]$`,
  'u',
);
const greek = lazyPattern(String.raw`^\p{Script=Greek}$`, 'u');
const hebrew = lazyPattern(String.raw`^\p{Script=Hebrew}$`, 'u');
const japanese = lazyPattern(String.raw`^[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]$`, 'u');
const HANGUL_JAMO = /^[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]$/u;
const IGNORABLE_BLOCK = /^[\u20d0-\u20ff\u{1d100}-\u{1d1ff}\u{1d200}-\u{1d24f}]$/u;
const ALWAYS_PERMITTED = /^[-\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]$/u;
const NEVER_PERMITTED = /^[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]$/u;

function isPermitted(char: string): boolean {
  if (ALWAYS_PERMITTED.test(char)) return true;
  if (NEVER_PERMITTED.test(char)) return false;
  if (unstable().test(char) || HANGUL_JAMO.test(char) || IGNORABLE_BLOCK.test(char)) return false;
  return stableLetter().test(char);
}

/** The characters of RFC 5892, appendix A, that are permitted in some company only. Joiners are tr46's. */
function isPermittedHere(char: string, index: number, chars: readonly string[]): boolean {
  const before = chars[index - 1] ?? '';
  const after = chars[index + 1] ?? '';
  switch (char) {
    case '\u200c':
    case '\u200d':
      return true;
    case '\u00b7':
      return before === 'l' && after === 'l';
    case '\u0375':
      return greek().test(after);
    case '\u05f3':
    case '\u05f4':
      return hebrew().test(before);
    case '\u30fb':
      return chars.some((each) => japanese().test(each));
    default:
      break;
  }
  if (/^[\u0660-\u0669]$/u.test(char)) return !chars.some((each) => /^[\u06f0-\u06f9]$/u.test(each));
  if (/^[\u06f0-\u06f9]$/u.test(char)) return !chars.some((each) => /^[\u0660-\u0669]$/u.test(each));
  return isPermitted(char);
}

const ASCII = /^[\0-\x7f]*$/;

/** Whether `text` is pure ASCII. */
export function isAscii(text: string): boolean {
  return ASCII.test(text);
}

/** One label in the form that DNS takes (`xn--…`), or null when IDNA does not admit it. */
export function encodeLabel(label: string): string | null {
  const lower = label.toLowerCase();
  if (ASCII.test(lower)) return lower;
  const chars = Array.from(lower);
  if (lower.normalize('NFC') !== lower || !chars.every(isPermittedHere)) return null;
  const ascii = tr46().toASCII(lower, STRICT);
  return ascii === null || ascii.length > 63 ? null : ascii;
}

/** A whole host, mapped by UTS46 (non-transitional) first, so that full-width letters and capitals are admitted; null when not. */
export function encodeHost(host: string): string | null {
  const { domain } = tr46().toUnicode(host, {
    checkHyphens: false,
    checkBidi: false,
    checkJoiners: false,
  });
  const labels = domain.split('.');
  const encoded = labels.map((label) => (label === '' ? '' : encodeLabel(label)));
  const last = encoded.length - 1;
  if (encoded.some((label, index) => label === null || (label === '' && (index !== last || last === 0))))
    return null;
  const ascii = encoded.join('.');
  return ascii.length > 253 + (ascii.endsWith('.') ? 1 : 0) ? null : ascii;
}
