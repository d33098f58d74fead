/**
 * `npx tsx examples/lib/to-blocking.ts`: writes the ports again for `requests-futures/blocking`, into examples/ports/blocking. What is taken
 * out is what Python does without: `await`, `async`, and the promise around a type.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ports = fileURLToPath(new URL('../ports/', import.meta.url));

/** What Node has only for those who await, and what Python's names for it are. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/^import \{ setTimeout as sleep \} from 'node:timers\/promises';\n/m, ''],
  [/\bawait sleep\(\((.+)\) \* 1000\)/g, 'time.sleep($1)'],
  [/^import \{ createWriteStream \} from 'node:fs';\n/m, ''],
  [/^import \{ (?:Readable|pipeline) \} from 'node:stream[^\n]*\n/gm, ''],
  [/const file = createWriteStream\((.+)\);/g, "using file = open($1, 'wb');"],
  [/await pipeline\(Readable\.from\((.+)\), file\);/g, 'for (const chunk of $1) file.write(chunk);'],
  [/\bfile\.bytesWritten\b/g, 'file.tell()'],
];

const IMPORT = /^import (?:\* as (\w+)|\{([^}]*)\}) from 'requests-futures(?:\/[\w-]+)?';\n/gm;

/** One port, for the other door. */
export function toBlocking(source: string): string {
  let text = source;
  for (const [pattern, spelling] of SPELLINGS) text = text.replace(pattern, spelling);
  const names = new Set<string>();
  text = text.replace(IMPORT, (_all, namespace: string | undefined, list: string | undefined) => {
    for (const name of list?.split(',') ?? [namespace ?? '']) if (name.trim() !== '') names.add(name.trim());
    return '';
  });
  if (text.includes('time.sleep(')) names.add('time');
  if (/\bopen\(/.test(text)) names.add('open');
  text = text
    .replace(/\bfor await\b/g, 'for')
    .replace(/\bawait using\b/g, 'using')
    .replace(/\bawait /g, '')
    .replace(/\basync /g, '')
    .replace(/\bAsyncGenerator</g, 'Generator<')
    .replace(/\((session\.get\([^()]*\))\)\./g, '$1.');
  text = withoutPromises(text).replace(/\((future\.result\(\))\)\./g, '$1.');
  const imports = `import { ${[...names].sort(byName).join(', ')} } from 'requests-futures/blocking';\n`;
  const others = /^(?:import [^\n]*\n)*/.exec(text)?.[0] ?? '';
  return others + imports + text.slice(others.length);
}

function byName(a: string, b: string): number {
  return a.replace('type ', '').localeCompare(b.replace('type ', ''));
}

/** `Promise<T>` becomes `T`. */
function withoutPromises(text: string): string {
  for (;;) {
    const start = text.search(/\bPromise</);
    if (start === -1) return text;
    const open = start + 'Promise'.length;
    let end = open;
    for (let depth = 0; ; end += 1) {
      if (text[end] === '<') depth += 1;
      if (text[end] === '>' && (depth -= 1) === 0) break;
    }
    text = text.slice(0, start) + text.slice(open + 1, end) + text.slice(end + 1);
  }
}

/** The ports by file name, as they are and as they come out. */
export function blockingPorts(): { name: string; text: string }[] {
  return readdirSync(ports)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: toBlocking(readFileSync(path.join(ports, name), 'utf8')) }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name, text } of blockingPorts()) writeFileSync(path.join(ports, 'blocking', name), text);
}
