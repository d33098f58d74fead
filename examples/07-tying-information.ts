/**
 * Which future belongs to what? Five ways to know.
 *
 * With many requests under way, an answer alone says little: which customer was it, which line of the file?
 * Python scripts do one of these:
 *
 *     future = session.get(url); future.i = i                       # an attribute of the future
 *     futures = {executor.submit(fetch, u): u for u in urls}        # a dict with the futures as its keys
 *     hooks={'response': partial(handle, customer=customer)}        # a function that knows
 *     return customer, session.get(url)                             # a pair as the result
 *     error.request.url                                             # ask the error
 */
import {
  as_completed,
  FuturesSession,
  RequestException,
  type Response,
  ThreadPoolExecutor,
} from 'requests-futures';
import { serve } from './lib/local-server.js';
import { listener } from './lib/servers/customers.js';

const customers = ['ada', 'bob', 'cyd'];

await using server = await serve(listener);
await using session = new FuturesSession();
const urlOf = (name: string): string => `${server.url}/customer/${name}`;

// 1. An attribute. `Object.assign` returns the same future, and TypeScript knows what was attached:
//    `future.customer` is a string below. The attribute survives as_completed and wait, which hand out the very
//    same objects.
console.log('attributes');
const futures = customers.map((customer, line) =>
  Object.assign(session.get(urlOf(customer)), { customer, line }),
);
for await (const future of as_completed(futures)) {
  console.log(`  line ${future.line}: ${future.customer} got ${(await future.result()).status_code}`);
}

// 2. A Map whose keys are the futures: Python's dict comprehension. as_completed and wait take the Map itself.
console.log('a Map');
const customerOf = new Map(customers.map((customer) => [session.get(urlOf(customer)), customer]));
for await (const future of as_completed(customerOf)) {
  console.log(`  ${customerOf.get(future)} got ${(await future.result()).status_code}`);
}

// 3. A closure. Where Python needs functools.partial, a function made in the loop knows its loop variable.
console.log('closures');
const orders: string[] = [];
await Promise.all(
  customers.map((customer) =>
    session.get(urlOf(customer), {
      hooks: {
        response: (response) => {
          orders.push(`${customer} has ${response.json<{ orders: number }>().orders}`);
        },
      },
    }),
  ),
);
console.log('  ' + orders.join(', '));

// 4. The function that is submitted returns what belongs together. Any executor, no session of futures at all.
console.log('a pair as the result');
await using executor = new ThreadPoolExecutor(3);
async function load(customer: string): Promise<[string, Response]> {
  return [customer, await session.get(urlOf(customer))];
}
for await (const [customer, response] of executor.map(load, customers)) {
  console.log(`  ${customer} got ${response.status_code}`);
}

// 5. Ask what failed. Every error of a request carries it; in Python only some do. The future has it as well,
//    from the moment the request is prepared, whatever comes of it.
console.log('the error knows');
const failing = session.get('http://127.0.0.1:1/orders', { params: { customer: 'dee' } });
const error = await failing.exception();
if (error instanceof RequestException) {
  console.log(`  ${error.name} for`, error.request?.method, error.request?.url);
  console.log(`  and so does the future: ${failing.request === error.request}`);
}
