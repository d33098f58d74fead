import { stripVTControlCharacters } from 'node:util';

/** Where rows are printed. */
export interface Screen {
  /** Of a terminal. Null elsewhere: nothing is shortened there. */
  readonly columns: number | null;
  readonly colors: boolean;
}

/** What came of a URL. */
export type Fetched =
  | { readonly status: number; readonly bytes: number; readonly seconds: number }
  | { readonly error: Error };

const COLORS = { red: 31, green: 32, yellow: 33 } as const;

/** Status, bytes and seconds, and what stands between them. */
const NUMBERS_WIDTH = 33;
const NARROWEST_NAME = 16;
/** Where there is no terminal, a longer URL moves its own numbers to the right, and not those of every row. */
const WIDEST_NAME = 72;

/** One line for a URL; `longest` is the length of the longest URL of all. */
export function row(url: string, fetched: Fetched, longest: number, screen: Screen): string {
  const widest =
    screen.columns === null ? WIDEST_NAME : Math.max(NARROWEST_NAME, screen.columns - NUMBERS_WIDTH);
  const width = Math.min(longest, widest);
  const name = oneLine(url);
  const first = (screen.columns === null ? name : withoutMiddle(name, width)).padEnd(width);
  if ('error' in fetched) {
    const text = oneLine(`${fetched.error.name}: ${fetched.error.message}`);
    const room = screen.columns === null ? Infinity : Math.max(NARROWEST_NAME, screen.columns - width - 2);
    return `${first}  ${colored(withoutEnd(text, room), 'red', screen)}`;
  }
  const { status, bytes, seconds } = fetched;
  const color = status < 300 ? 'green' : status < 400 ? 'yellow' : 'red';
  const code = colored(String(status).padStart(3), color, screen);
  return `${first}  ${code} ${String(bytes).padStart(12)} B ${seconds.toFixed(3).padStart(10)} s`;
}

/** Leaves out what a terminal would obey, line breaks among it. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\s\p{Cc}]+/gu, ' ');
}

/** URLs of one site differ at their ends. */
function withoutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${text.slice(-end)}`;
}

function withoutEnd(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function colored(text: string, color: keyof typeof COLORS, { colors }: Screen): string {
  return colors ? `\u001b[${COLORS[color]}m${text}\u001b[39m` : text;
}
