/**
 * Cookies and redirects: a login by form, the jar, and what happens on the way.
 *
 *     s = requests.Session()
 *     r = s.post(url + '/login', data={'user': 'ada', 'password': '…'})
 *     print(r.history, s.cookies['session'])
 *     s.get(url, allow_redirects=False).next
 *
 * A session keeps the cookies that servers set, and sends each where it belongs. It follows redirects, and on the way it does to methods,
 * bodies and credentials what browsers do.
 */
import { FuturesSession, requests, TooManyRedirects } from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';

using server = serve_elsewhere('accounts');
const { url } = server;

using session = new requests.Session();

// 1. Before the login: the account redirects to the form. `history` holds the way, `url` where it ended.
const before = session.get(`${url}/account`);
const way = before.history.map(String).join(' ');
console.log('before:  ', way, '->', before.status_code, before.url.replace(url, ''));

// 2. The login answers 302, and the POST becomes a GET on the way, as in a browser. The cookies are in this thread's jar at once.
const login = session.post(`${url}/login`, { data: { user: 'ada', password: 'engine' } });
console.log('login:   ', login.history.map(String).join(' '), '->', login.status_code, login.text);
console.log('the jar: ', session.cookies.get_dict());

// Python: s.cookies['session'], `for cookie in s.cookies`, len(s.cookies)
console.log('          session =', session.cookies['session'], '- of', session.cookies.length, 'cookies');
for (const cookie of session.cookies) {
  console.log(`          ${cookie.name} for ${cookie.domain}${cookie.path}`);
}

// 3. A cookie belongs to a path: the theme goes to /account and nowhere else. One may be given to a single request.
const echoed = session.get(`${url}/echo`, { cookies: { once: 'yes' } });
console.log('sent:    ', echoed.json<{ cookie: string }>().cookie);
const later = session.get(`${url}/echo`);
console.log('later:   ', later.json<{ cookie: string }>().cookie);

// 4. 307 keeps the method and the body, 303 asks with GET.
for (const status of [307, 303]) {
  const response = session.put(`${url}/moved/${status}`, { data: 'text' });
  console.log(`PUT, ${status}:`, response.json<{ method: string }>().method);
}

// 5. Without following: `next` is the request that would come next, ready to be sent.
const first = session.get(`${url}/moved/303`, { allow_redirects: false });
const { next } = first;
console.log('next:    ', first.status_code, first.is_redirect, next?.method, next?.url?.replace(url, ''));

// 6. There is a limit: `session.max_redirects`, 30. The error has the last response, and that has the whole way.
try {
  session.get(`${url}/loop`);
} catch (error) {
  if (!(error instanceof TooManyRedirects)) throw error;
  console.log('loop:    ', error.message, 'after', error.response?.history.length, 'redirects');
}

// 7. Futures share the jar: log in first, then send as many as you like.
using futures_session = new FuturesSession({ max_workers: 5 });
futures_session.post(`${url}/login`, { data: { user: 'ada', password: 'engine' } }).result();
const futures = Array.from({ length: 5 }, () => futures_session.get(`${url}/account`));
const welcomed = futures.filter((future) => future.result().text.startsWith('welcome'));
console.log('futures: ', welcomed.length, 'of 5 welcomed');
