import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What the lines of the table stand among in a reader's own script. */
const around = `
import { createReadStream } from 'node:fs';
import { as_completed, type Future, FuturesSession, HTTPAdapter, importable, ProcessPoolExecutor, Retry, ThreadPoolExecutor, wait } from 'requests-futures';
import * as requests from 'requests-futures/requests';
declare const url: string, path: string, key: string, i: number, urls: string[], payload: Record<string, string>;
declare const session: FuturesSession, executor: ThreadPoolExecutor, future: Future<requests.Response>;
declare const futures: Future<requests.Response>[], r: requests.Response;
declare const log: (r: requests.Response) => void, f: (url: string) => Promise<string>;
declare const parse: (page: string) => string[], page: string;
`;

/** The TypeScript of the README as files to compile: each block, and the right column of the table from Python. */
export function readmeSources(root: string): Readonly<Record<string, string>> {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const files: Record<string, string> = {};
  for (const [i, block] of [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].entries()) {
    files[`readme-block-${i + 1}.ts`] = String(block[1]);
  }
  const functions: string[] = [];
  for (const [i, row] of [...readme.matchAll(/^\| `.+` \| `(.+)` \|$/gm)].entries()) {
    const line = String(row[1]);
    if (line.startsWith('import ')) files[`readme-row-${i + 1}.ts`] = line;
    else
      functions.push(`async function row_${i + 1}() { ${line.startsWith('catch') ? 'try {} ' : ''}${line} }`);
  }
  files['readme-rows.ts'] = `${around}${functions.join('\n')}\n`;
  return files;
}
