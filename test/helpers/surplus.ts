import { Request } from 'requests-futures';

const url = 'http://127.0.0.1:1/';
const prepared = new Request('POST', url).prepare();

/** Calls with more than they take, and how they are refused. */
export const SURPLUS: readonly [name: string, args: unknown[], message: string][] = [
  ['request', ['POST', url, {}, { data: 'x' }], 'request() takes (method, url, options), got 4 arguments'],
  [
    'request',
    [{ method: 'POST', url }, { data: 'x' }],
    'request() takes either (method, url, options) or one object with all of them',
  ],
  [
    'request',
    [{ method: 'POST', url }, undefined, { data: 'x' }],
    'request() takes either (method, url, options) or one object with all of them',
  ],
  [
    'post',
    [{ url }, undefined, { data: 'x' }],
    'post() takes either (url, options) or one object with all of them',
  ],
  ['send', [prepared, {}, { timeout: 5 }], 'send() takes (request, options), got 3 arguments'],
  ['send', [prepared, 5], 'send() takes its options as an object, got number'],
  [
    'send',
    [prepared, { allow_redirect: false }],
    "send() got an unexpected keyword argument 'allow_redirect'; did you mean 'allow_redirects'?",
  ],
];
