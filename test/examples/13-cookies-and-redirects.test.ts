import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('the login redirects, its cookies are kept and go where they belong, and a loop ends', async () => {
  const { code, stderr, lines } = await runExample(['13-cookies-and-redirects']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines).toEqual([
    'before:   <Response [302]> -> 401 /login',
    'login:    <Response [302]> -> 200 welcome (theme=dark; session=s3cret)',
    "the jar:  { session: 's3cret', theme: 'dark' }",
    '          session = s3cret - of 2 cookies',
    '          session for 127.0.0.1/',
    '          theme for 127.0.0.1/account',
    'sent:     session=s3cret; once=yes',
    'later:    session=s3cret',
    'PUT, 307: PUT',
    'PUT, 303: GET',
    'next:     303 true GET /echo',
    'loop:     Exceeded 30 redirects. after 30 redirects',
    'futures:  5 of 5 welcomed',
  ]);
});
