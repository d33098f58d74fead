import { CONCURRENCY } from './workloads.mjs';

/** A client with its parts loaded: `send` sends one request of the workload, `all` so many at a time. */
export async function openWorkload(name, { workload, ports, ca }) {
  const { open } = await import(`./clients/${name}.mjs`);
  const { workloads, all } = open({
    plain: `http://127.0.0.1:${ports.http}`,
    secure: `https://127.0.0.1:${ports.https}`,
    http2: `https://127.0.0.1:${ports.http2}`,
    ca,
    concurrency: CONCURRENCY,
  });
  const send = workloads[workload];
  // Some load their parts with the first request.
  await all([send]);
  return { all, send };
}
