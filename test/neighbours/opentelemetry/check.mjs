/** Spans have path, status and error, and their context reaches the server, over both adapters. */
import assert from 'node:assert/strict';
import { context, trace } from '@opentelemetry/api';
import * as requests from 'requests-futures/requests';
import { exporter, seen } from './tracing.mjs';

const base = process.env.SERVER_URL;
const tracer = trace.getTracer('check');

async function spansOf(session, path, options) {
  exporter.reset();
  const parent = tracer.startSpan('parent');
  const answer = await context.with(trace.setSpan(context.active(), parent), () =>
    session.get(base + path, options),
  );
  parent.end();
  // A span ends in the turn after its answer.
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
  const spans = exporter.getFinishedSpans().filter((span) => span.name !== 'parent');
  assert.equal(spans.length, 1, JSON.stringify(spans.map(({ name }) => name)));
  return { answer, span: spans[0], parent };
}

for (const adapter of [new requests.HTTPAdapter(), new requests.UndiciAdapter()]) {
  const { name } = adapter.constructor;
  const session = new requests.Session();
  session.mount('http://', adapter);
  const { answer, span, parent } = await spansOf(session, '/headers?page=2');
  const { traceparent } = answer.json();
  assert.equal(traceparent, `00-${parent.spanContext().traceId}-${span.spanContext().spanId}-01`, name);
  const url = span.attributes['url.full'] ?? span.attributes['http.url'];
  assert.equal(url, `${base}/headers?page=2`, name);
  const status = span.attributes['http.response.status_code'] ?? span.attributes['http.status_code'];
  assert.equal(status, 200, name);

  const own = await spansOf(session, '/headers', { headers: { traceparent: 'mine' } });
  assert.equal(own.answer.json().traceparent, 'mine', `${name}: a header of the request's own stays`);

  const missing = await spansOf(session, '/missing');
  assert.equal(missing.span.status.code, 2, `${name}: a 404 is an error`);
  await session.close();
}
assert.deepEqual(seen, [200, 200, 404]);
