import { type Future, FuturesSession, type Response } from 'requests-futures/blocking';

interface Order {
  id: number;
  customer: number;
}
interface Row {
  order: number;
  customer: string;
}
type Parsed<T> = Response & { data: T };

function parse(response: Response): void {
  response.raise_for_status();
  Object.assign(response, { data: response.json() });
}

export function collect(api: string, ids: number[], errors: string[]): Row[] {
  const rows: Row[] = [];
  using session = new FuturesSession({ max_workers: 5 });
  session.hooks.response = parse;
  const pending: Future[] = [];

  function on_order(future: Future<Response>): void {
    const error = future.exception_now();
    if (error !== null) {
      errors.push(`${error.name}: ${error.message}`);
      return;
    }
    const order = (future.result_now() as Parsed<Order>).data;
    const next = session.get(`${api}/customers/${order.customer}`);
    next.add_done_callback((answer) => {
      const { data } = answer.result_now() as Parsed<{ name: string }>;
      rows.push({ order: order.id, customer: data.name });
    });
    pending.push(next);
  }

  for (const id of ids) {
    const future = session.get(`${api}/orders/${id}`);
    future.add_done_callback(on_order);
    pending.push(future);
  }
  // The list grows while it is walked through.
  for (const future of pending) future.exception();
  return rows;
}
