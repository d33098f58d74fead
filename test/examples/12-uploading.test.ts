import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('each kind of body has its type and its framing on the wire', async () => {
  const { code, stderr, stdout } = await runExample(['12-uploading']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const blocks = new Map(
    stdout.split(/^(?=\S)/m).map((block) => {
      const [title = '', ...rest] = block.trim().split('\n');
      return [title, rest.map((line) => line.trim())];
    }),
  );
  expect(blocks.get('data: an object')).toEqual([
    'application/x-www-form-urlencoded; 51 bytes',
    'name=Ada+Lovelace&tag=maths&tag=engines&active=True',
  ]);
  expect(blocks.get('json')).toEqual(['application/json; 31 bytes', '{"name":"Ada","tags":["maths"]}']);
  expect(blocks.get('data: text')).toEqual(['application/xml; 7 bytes', '<ping/>']);
  expect(blocks.get('data: a file')).toEqual(['none; 11000 bytes', '… 11000 bytes']);
  expect(blocks.get('data: a generator')).toEqual(['none; chunked', '0;0 1;1 2;4']);
  expect(blocks.get('files')).toEqual([
    expect.stringMatching(/^multipart\/form-data; boundary=…; \d+ bytes$/),
    'name="title"',
    'name="report"; filename="report.csv"',
    'name="photo"; filename="cat.jpg"',
    'name="inline"',
  ]);
  expect(blocks.get('in a loop')).toEqual(['{"id":1} {"id":2} {"id":3} {"id":4} {"id":5}']);
});
