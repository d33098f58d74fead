/** What the types of responses promise. Checked by the compiler, never run. */
import { expectTypeOf } from 'vitest';
import type { timedelta } from '../../src/builtins/index.js';
import type { BaseAdapter } from '../../src/requests/adapters/base-adapter.js';
import type { RequestsCookieJar } from '../../src/requests/cookies/index.js';
import type { PreparedRequest } from '../../src/requests/models/prepared-request.js';
import { Response } from '../../src/requests/models/response.js';
import type { CaseInsensitiveDict } from '../../src/requests/structures/index.js';
import type { HeaderLink } from '../../src/requests/headers/header-values.js';
import type { HTTPHeaderDict } from '../../src/requests/urllib3/http-header-dict.js';
import { HTTPResponse } from '../../src/requests/urllib3/response.js';

const response = new Response();
expectTypeOf(response.status_code).toEqualTypeOf<number>();
expectTypeOf(response.headers).toEqualTypeOf<CaseInsensitiveDict>();
expectTypeOf(response.headers['content-type']).toEqualTypeOf<string | undefined>();
expectTypeOf(response.url).toEqualTypeOf<string>();
expectTypeOf(response.reason).toEqualTypeOf<string>();
expectTypeOf(response.encoding).toEqualTypeOf<string | null>();
expectTypeOf(response.history).toEqualTypeOf<Response[]>();
expectTypeOf(response.cookies).toEqualTypeOf<RequestsCookieJar>();
expectTypeOf(response.elapsed).toEqualTypeOf<timedelta>();
expectTypeOf(response.request).toEqualTypeOf<PreparedRequest>();
expectTypeOf(response.raw).toEqualTypeOf<HTTPResponse | null>();
expectTypeOf(response.connection).toEqualTypeOf<BaseAdapter | null>();
expectTypeOf(response.content).toEqualTypeOf<Buffer>();
expectTypeOf(response.text).toEqualTypeOf<string>();
expectTypeOf(response.ok).toEqualTypeOf<boolean>();
expectTypeOf(response.next).toEqualTypeOf<PreparedRequest | null>();
expectTypeOf(response.links).toEqualTypeOf<Record<string, HeaderLink>>();
expectTypeOf(response.links['next']?.url).toEqualTypeOf<string | undefined>();
expectTypeOf(response.apparent_encoding).toEqualTypeOf<string | null>();
expectTypeOf(response.read()).toEqualTypeOf<Promise<Buffer>>();

// What a server sends is unknown, unless the caller says what it is.
expectTypeOf(response.json()).toEqualTypeOf<unknown>();
expectTypeOf(response.json<{ id: number }>().id).toEqualTypeOf<number>();
response.json((key, value) => (key === 'id' ? Number(value) : value));
response.json((_key, value, context) => {
  expectTypeOf(context?.source).toEqualTypeOf<string | undefined>();
  return value;
});

// What is set may be looser than what is got.
response.elapsed = 0.25;
response.headers = { 'Content-Type': 'text/plain' };
response.headers = new Map([['Content-Type', 'text/plain']]);
response.reason = Buffer.from('OK');
response.encoding = null;
response._content = Buffer.from('x');
// @ts-expect-error a status is a number
response.status_code = '200';
// @ts-expect-error there is no such attribute
response.data = {};
expectTypeOf(Object.assign(response, { data: 1 }).data).toEqualTypeOf<number>();
// @ts-expect-error ok tells, there is nothing to set
response.ok = true;

// Bytes, unless decoding is asked for; then text, or bytes when the encoding is not known.
const first = async <T>(pieces: AsyncIterable<T>): Promise<T | undefined> => {
  for await (const piece of pieces) return piece;
  return undefined;
};
expectTypeOf(first(response)).resolves.toEqualTypeOf<Buffer | undefined>();
expectTypeOf(first(response.iter_content())).resolves.toEqualTypeOf<Buffer | undefined>();
expectTypeOf(first(response.iter_content(null))).resolves.toEqualTypeOf<Buffer | undefined>();
expectTypeOf(first(response.iter_content({ chunk_size: 8192 }))).resolves.toEqualTypeOf<Buffer | undefined>();
expectTypeOf(first(response.iter_content(1, { decode_unicode: true }))).resolves.toEqualTypeOf<
  Buffer | string | undefined
>();
expectTypeOf(first(response.iter_lines())).resolves.toEqualTypeOf<Buffer | undefined>();
expectTypeOf(first(response.iter_lines({ delimiter: '|' }))).resolves.toEqualTypeOf<Buffer | undefined>();
expectTypeOf(first(response.iter_lines({ decode_unicode: true }))).resolves.toEqualTypeOf<
  Buffer | string | undefined
>();
expectTypeOf([...response.iter_lines()]).toEqualTypeOf<Buffer[]>();
// @ts-expect-error a chunk size is a number
response.iter_content('1024');
// @ts-expect-error a misspelt option
response.iter_lines({ decode: true });

// It can be closed by `using`, and cannot be iterated over synchronously: the body may still be to come.
expectTypeOf(response).toExtend<Disposable & AsyncDisposable & AsyncIterable<Buffer>>();
// @ts-expect-error iterate over iter_content() when it is buffered
Array.from<Buffer>(response);

const raw = new HTTPResponse({ body: 'x', headers: ['A', 'b'] });
expectTypeOf(raw.headers).toEqualTypeOf<HTTPHeaderDict>();
expectTypeOf(raw.headers['a']).toEqualTypeOf<string | undefined>();
expectTypeOf(raw.headers.getlist('a')).toEqualTypeOf<string[]>();
expectTypeOf(raw.read(10, { decode_content: true })).resolves.toEqualTypeOf<Buffer>();
expectTypeOf(first(raw.stream())).resolves.toEqualTypeOf<Buffer | undefined>();
expectTypeOf(raw.getheader('a')).toEqualTypeOf<string | null>();
// @ts-expect-error headers are a flat list or pairs
new HTTPResponse({ headers: { A: 'b' } });
