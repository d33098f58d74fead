import { readFileSync } from 'node:fs';
import type { LoggedRequest } from './request-log.js';

/** A request with the moment at which the program could work with its answer. */
export interface Row extends LoggedRequest {
  readonly handled: number | null;
}

/** All requests of one way to send them. */
export interface Strategy {
  readonly name: string;
  /** What there is to see. */
  readonly note: string;
  /** When it began, in seconds on the clock of the requests. */
  readonly began: number;
  readonly requests: readonly Row[];
}

const phases = ['queued', 'connecting', 'waiting', 'receiving'] as const;
const meaning: Readonly<Record<(typeof phases)[number], string>> = {
  queued: 'for a free worker',
  connecting: 'to the server',
  waiting: 'for its answer',
  receiving: 'the body',
};

/** From how many requests on rows are drawn as thin lines. */
const manyRows = 24;

/** The page: no script, nothing that is loaded from elsewhere. */
export function waterfallPage(strategies: readonly Strategy[], subtitle: string): string {
  const longest = Math.max(...strategies.map(secondsOf));
  const step = tickStep(longest);
  const axis: Axis = { end: longest * 1.04, step };
  const style = readFileSync(new URL('./waterfall.css', import.meta.url), 'utf8');
  const slowest = strategies[0] as Strategy;
  const fastest = strategies.reduce((a, b) => (secondsOf(b) < secondsOf(a) ? b : a));
  const factor = secondsOf(slowest) / secondsOf(fastest);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Waterfall: ${escape(subtitle)}</title>
<style>
${style}</style>
</head>
<body>
<header>
<h1>Where the time goes</h1>
<p class="lead">${escape(subtitle)}, sent in five ways. The first takes ${duration(secondsOf(slowest))}, the
fastest ${duration(secondsOf(fastest))}: <strong>${factor.toFixed(1)} times as fast</strong>.</p>
</header>
<main>
${summary(strategies, longest)}
${legend()}
${strategies.map((strategy, i) => section(strategy, i, axis)).join('\n')}
</main>
<footer>
<p>Drawn from the events on <code>requests-futures:request</code>. One row is one request, grouped by the worker that sent
it; all charts have the same time axis.</p>
</footer>
</body>
</html>
`;
}

function summary(strategies: readonly Strategy[], longest: number): string {
  const rows = strategies.map((strategy, i) => {
    const seconds = secondsOf(strategy);
    return `<tr>
<th scope="row"><a href="#strategy-${i + 1}">${escape(strategy.name)}</a></th>
<td class="number">${connectionsOf(strategy)}</td>
<td class="number">${duration(seconds)}</td>
<td class="total" aria-hidden="true"><div style="width:${percent(seconds / longest)}"></div></td>
</tr>`;
  });
  return `<table class="summary">
<caption class="unseen">The strategies with their connections and their total times</caption>
<thead><tr><th scope="col">Strategy</th><th scope="col" class="number">Connections</th><th scope="col" class="number">Time</th><td aria-hidden="true"></td></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`;
}

function legend(): string {
  const items = phases.map(
    (phase) =>
      `<li><span class="key ${phase}" aria-hidden="true"></span>${phase} <span>${meaning[phase]}</span></li>`,
  );
  return `<ul class="legend" aria-label="Legend">
${items.join('\n')}
<li><span class="key handled" aria-hidden="true"></span>handled <span>by the program</span></li>
</ul>`;
}

interface Axis {
  /** Seconds at the right edge. */
  readonly end: number;
  /** Seconds between two ticks. */
  readonly step: number;
}

function section(strategy: Strategy, index: number, axis: Axis): string {
  const lanes = lanesOf(strategy);
  const connections = connectionsOf(strategy);
  const howMany = strategy.requests.length;
  const dense = howMany > manyRows ? `;--row:${(Math.max(0.2, 24 / howMany)).toFixed(2)}rem` : '';
  return `<section id="strategy-${index + 1}" aria-labelledby="name-${index + 1}">
<h2 id="name-${index + 1}">${escape(strategy.name)}</h2>
<p class="facts"><strong>${duration(secondsOf(strategy))}</strong> · ${count(connections, 'connection')} · ${
    lanes[0]?.[0] === null ? 'no workers' : count(lanes.length, 'worker')
  }</p>
<p class="note">${escape(strategy.note)}</p>
<table class="chart${dense === '' ? '' : ' dense'}" style="--step:${percent(axis.step / axis.end)}${dense}">
<caption class="unseen">${escape(strategy.name)}: each request with its parts</caption>
<thead><tr><th scope="col">Worker</th><th scope="col">Request</th><th scope="col" class="axis">${ticks(axis)}</th></tr></thead>
${lanes.map(([worker, rows]) => lane(worker, rows, strategy.began, axis)).join('\n')}
</table>
</section>`;
}

/** The requests of each worker. */
function lanesOf({ requests }: Strategy): [worker: string | null, rows: Row[]][] {
  const lanes = new Map<string | null, Row[]>();
  for (const row of requests) {
    const lane = lanes.get(row.worker);
    if (lane === undefined) lanes.set(row.worker, [row]);
    else lane.push(row);
  }
  return [...lanes].sort(([a], [b]) => laneNumber(a) - laneNumber(b));
}

/** The rows of one worker; of its name only the number is shown. */
function lane(worker: string | null, rows: readonly Row[], began: number, axis: Axis): string {
  const label = worker === null ? '–' : `${laneNumber(worker) + 1}`;
  const head = `<th scope="rowgroup" rowspan="${rows.length}" class="lane">${label}</th>`;
  const lines = rows.map(
    (row, i) => `<tr class="request">${i === 0 ? head : ''}${request(row, began, axis)}</tr>`,
  );
  return `<tbody>\n${lines.join('\n')}\n</tbody>`;
}

function request(row: Row, began: number, axis: Axis): string {
  const at = (time: number): number => Math.max(0, time - began) / axis.end;
  // To get a connection that is there takes no time worth drawing.
  const connected = row.reused ? row.started : row.connected;
  const edges = [row.submitted, row.started, connected, row.answered, row.ended];
  const parts = phases
    .map((name, i) => ({ name, from: edges[i] as number, to: edges[i + 1] as number }))
    .filter(({ from, to }) => to > from);
  const segments = parts.map(({ name, from, to }) => segment(name, at(from), at(to)));
  const connection = row.connection === null ? 'no connection' : `${row.reused ? 'kept' : 'new'} connection`;
  const facts = [`${row.method} ${pathOf(row.url)}`, row.status ?? 'failed', connection];
  for (const { name, from, to } of parts) facts.push(`${name} ${duration(to - from)}`);
  if (row.handled !== null) {
    segments.push(segment('idle', at(row.ended), at(row.handled)), segment('handled', at(row.handled)));
    facts.push(`handled ${duration(row.handled - began)} after the start`);
  }
  const text = escape(facts.join(', '));
  return `<th scope="row">${escape(pathOf(row.url))}</th><td class="track" title="${text}"><span class="unseen">${text}</span><div aria-hidden="true">${segments.join('')}</div></td>`;
}

function segment(name: string, from: number, to?: number): string {
  const width = to === undefined ? '' : `;width:${percent(to - from)}`;
  return `<i class="${name}" style="left:${percent(from)}${width}"></i>`;
}

function ticks({ end, step }: Axis): string {
  const marks = [];
  for (let i = 0; i * step < end * 0.97; i += 1) {
    marks.push(
      `<span style="left:${percent((i * step) / end)}">${i === 0 ? '0' : tickText(i * step)}</span>`,
    );
  }
  return `<div aria-hidden="true">${marks.join('')}</div><span class="unseen">Time</span>`;
}

/** A round number of seconds that gives five to ten ticks. */
function tickStep(seconds: number): number {
  const power = 10 ** Math.floor(Math.log10(seconds));
  return power * ([0.1, 0.2, 0.5, 1].find((part) => seconds / (power * part) <= 10) ?? 1);
}

function secondsOf({ began, requests }: Strategy): number {
  return Math.max(...requests.map(({ ended, handled }) => Math.max(ended, handled ?? 0))) - began;
}

function connectionsOf({ requests }: Strategy): number {
  return new Set(requests.map(({ connection }) => connection)).size;
}

/** Workers are named `<executor>_<n>`. */
function laneNumber(worker: string | null): number {
  return Number(/\d+$/.exec(worker ?? '')?.[0] ?? 0);
}

/** Three digits or so. */
function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  const milliseconds = seconds * 1000;
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

/** A round number of seconds, without the zeros that it does not need. */
function tickText(seconds: number): string {
  const [number, unit] = seconds >= 1 ? [seconds, 's'] : [seconds * 1000, 'ms'];
  return `${Number(number.toFixed(2))} ${unit}`;
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(3)}%`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function pathOf(url: string): string {
  return new URL(url).pathname;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
