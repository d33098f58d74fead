/**
 * Uploading: forms, JSON, files, and bodies that are made while they are sent.
 *
 *     session.post(url, data={'a': 1})                            # a form
 *     session.post(url, json={'a': 1})                            # JSON
 *     session.post(url, files={'photo': open('cat.jpg', 'rb')})   # multipart
 *     session.post(url, data=open('big.iso', 'rb'))               # a file as the body, streamed
 *     session.post(url, data=generator())                         # chunked
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FuturesSession, open, requests, type Response, wait } from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';

using server = serve_elsewhere('uploads');
const directory = mkdtempSync(path.join(tmpdir(), 'upload-'));
const report = path.join(directory, 'report.csv');
{
  using file = open(report, 'w');
  file.write('name,score\n'.repeat(1000));
}

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

using session = new requests.Session();
const url = `${server.url}/upload`;

// A form: a list repeats its key, null is left out, and `true` is sent as Python's `True`.
const form = { name: 'Ada Lovelace', tag: ['maths', 'engines'], active: true, note: null };
show('data: an object', session.post(url, { data: form }));

show('json', session.post(url, { json: { name: 'Ada', tags: ['maths'] } }));

// Text and bytes go as they are, without a Content-Type: say what they are.
show('data: text', session.post(url, { data: '<ping/>', headers: { 'Content-Type': 'application/xml' } }));

// A file as the body: its size is known, so it has a Content-Length, and it is never in memory as a whole.
{
  using file = open(report, 'rb');
  show('data: a file', session.post(url, { data: file }));
}

// A generator runs in this thread, piece by piece, while the request is sent in chunks.
function* measurements(): Generator<string> {
  for (let i = 0; i < 3; i += 1) yield `${i};${i * i} `;
}
show('data: a generator', session.post(url, { data: measurements() }));

// Multipart: fields from `data`, files from `files`. A file is its content, or [filename, content, type, headers].
{
  using file = open(report, 'rb');
  const files = {
    report: file,
    photo: ['cat.jpg', Buffer.from('not really a cat'), 'image/jpeg'],
    inline: [null, 'a field without a filename'],
  } as const;
  show('files', session.post(url, { data: { title: 'Scores' }, files }));
}

// Many uploads at once. What was given is taken at the call: changing the object afterwards changes no queued request.
using futures_session = new FuturesSession({ max_workers: 4 });
const row = { id: 0 };
const futures = [];
for (row.id = 1; row.id <= 5; row.id += 1) futures.push(futures_session.post(url, { json: row }));
wait(futures);
const sent = futures.map((future) => future.result().json<Seen>().text);
console.log(`in a loop\n    ${sent.join(' ')}`);
rmSync(directory, { recursive: true });
