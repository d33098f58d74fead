/**
 * Which future belongs to what? Five ways to know, as Python scripts have them.
 *
 *     future = session.get(url); future.i = i                       # an attribute of the future
 *     futures = {executor.submit(fetch, u): u for u in urls}        # a dict with the futures as its keys
 *     hooks={'response': partial(handle, customer=customer)}        # a function that has it bound
 *     return customer, session.get(url)                             # a pair as the result
 *     error.request.url                                             # the error has the request
 */
import {
  as_completed,
  FuturesSession,
  RequestException,
  requests,
  type Response,
  ThreadPoolExecutor,
  wait,
} from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';

const customers = ['ada', 'bob', 'cyd'];
using server = serve_elsewhere('customers');
using session = new FuturesSession();
const url_of = (name: string): string => `${server.url}/customer/${name}`;

// 1. An attribute. `Object.assign` returns the same future, and TypeScript knows what was attached.
console.log('attributes');
const futures = customers.map((customer, line) =>
  Object.assign(session.get(url_of(customer)), { customer, line }),
);
for (const future of as_completed(futures)) {
  console.log(`  line ${future.line}: ${future.customer} got ${future.result().status_code}`);
}

// 2. A Map whose keys are the futures: Python's dict comprehension.
console.log('a Map');
const customer_of = new Map(customers.map((customer) => [session.get(url_of(customer)), customer]));
for (const future of as_completed(customer_of)) {
  console.log(`  ${customer_of.get(future)} got ${future.result().status_code}`);
}

// 3. A closure, where Python needs functools.partial. The hook runs in this thread, while it waits.
console.log('closures');
const orders: string[] = [];
const hooked = customers.map((customer) =>
  session.get(url_of(customer), {
    hooks: {
      response: (response) => {
        orders.push(`${customer} has ${response.json<{ orders: number }>().orders}`);
      },
    },
  }),
);
wait(hooked);
console.log('  ' + orders.join(', '));

// 4. The function that is submitted returns what belongs together. Its requests wait side by side.
console.log('a pair as the result');
using executor = new ThreadPoolExecutor(3);
function load(customer: string): [string, Response] {
  return [customer, requests.get(url_of(customer))];
}
for (const [customer, response] of executor.map(load, customers)) {
  console.log(`  ${customer} got ${response.status_code}`);
}

// 5. Ask what failed. Every error of a request carries it, and the future has it as well.
console.log('the error knows');
const failing = session.get('http://127.0.0.1:1/orders', { params: { customer: 'dee' } });
const error = failing.exception();
if (error instanceof RequestException) {
  console.log(`  ${error.name} for`, error.request?.method, error.request?.url);
  console.log(`  and so does the future: ${failing.request === error.request}`);
}
