/**
 * Uploading: forms, JSON, files, and bodies that are made while they are sent.
 *
 *     session.post(url, data={'a': 1})                            # a form
 *     session.post(url, json={'a': 1})                            # JSON
 *     session.post(url, files={'photo': open('cat.jpg', 'rb')})   # multipart
 *     session.post(url, data=open('big.iso', 'rb'))               # a file as the body, streamed
 *     session.post(url, data=generator())                         # chunked
 *
 * All of it goes through `data`, `json` and `files`, which are options here: the second argument is always the
 * options.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FuturesSession, type Response, wait } from 'requests-futures';
import { serve } from './lib/local-server.js';
import { listener } from './lib/servers/uploads.js';

await using server = await serve(listener);
const directory = await mkdtemp(path.join(tmpdir(), 'upload-'));
const report = path.join(directory, 'report.csv');
await writeFile(report, 'name,score\n'.repeat(1000));

interface Seen {
  type: string;
  framing: string;
  parts: string[];
  text: string;
}
function show(title: string, response: Response): void {
  const { type, framing, parts, text } = response.json<Seen>();
  console.log(`${title}\n    ${type}; ${framing}`);
  for (const line of parts.length > 0 ? parts : [text.trim()]) console.log(`    ${line}`);
}

await using session = new FuturesSession({ max_workers: 4 });
const url = `${server.url}/upload`;

// A form: keys repeat, null is left out, and truth is Python's: `True`. Booleans that a server wants as `true`
// are text.
const form = { name: 'Ada Lovelace', tag: ['maths', 'engines'], active: true, note: null };
show('data: an object', await session.post(url, { data: form }));

show('json', await session.post(url, { json: { name: 'Ada', tags: ['maths'] } }));

// Text and bytes go as they are, without a Content-Type: say what they are.
const xml = { data: '<ping/>', headers: { 'Content-Type': 'application/xml' } };
show('data: text', await session.post(url, xml));

// A file as the body: its size is known, so it has a Content-Length, and it is never in memory as a whole.
show('data: a file', await session.post(url, { data: createReadStream(report) }));

// A generator: nobody knows how long it will be, so it is sent in chunks, each when it is there.
function* measurements(): Generator<string> {
  for (let i = 0; i < 3; i += 1) yield `${i};${i * i} `;
}
show('data: a generator', await session.post(url, { data: measurements() }));

// Multipart: fields from `data`, files from `files`. A file is its content, or [filename, content, type,
// headers]. Leave the Content-Type header alone, which has to name the boundary. The parts are put together in
// memory, as in Python.
show(
  'files',
  await session.post(url, {
    data: { title: 'Scores' },
    files: {
      report: createReadStream(report),
      photo: ['cat.jpg', Buffer.from('not really a cat'), 'image/jpeg'],
      inline: [null, 'a field without a filename'],
    },
  }),
);

// Many uploads at once. What was given is taken at the call: changing the object afterwards changes no queued
// request.
const row = { id: 0 };
const futures = [];
for (row.id = 1; row.id <= 5; row.id += 1) futures.push(session.post(url, { json: row }));
await wait(futures);
const sent = futures.map((future) => future.result_now().json<Seen>().text);
console.log(`in a loop\n    ${sent.join(' ')}`);
await rm(directory, { recursive: true });
