/** Servers that answer several requests of a connection at once, in packets that begin and end anywhere. */
import { Session, UndiciAdapter } from 'requests-futures/requests';
import { Changes } from '../helpers/changes.js';
import { type RawConnection, startRawServer } from '../helpers/servers/raw-server.js';
import { randomOf } from './random.js';
import { inTime, Tally } from './tally.js';

/** What the server sends for the request `id`, and what the caller should get of it. */
export function answerFor(id: string, method: string, random: () => number) {
  const pick = <T>(...choices: T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const interim = pick(
    '',
    '',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100\r\n\r\n',
    'HTTP/1.1 103 Early Hints\r\nX-Id: early\r\n\r\n',
  );
  const status = pick(200, 200, 204, 304, 404);
  const reason = pick('OK', 'OK', 'Tr\xe8s bien', '\xe9t\xe9', '\xc3\xa9', '');
  const version = pick(11, 11, 11, 10);
  const text = id + pick('', 'HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\n', 'HTTP/1.1 2', 'H', '\r\n');
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
  const isChunked = random() < 0.3;
  const framing = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${text.length}`;
  const body = isChunked ? `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n` : text;
  const head = `HTTP/1.${version - 10} ${status} ${reason}\r\nConnection: keep-alive\r\nX-Id: ${id}\r\n${framing}\r\n\r\n`;
  return {
    bytes: interim + head + (hasBody ? body : ''),
    expected: { status, reason, version, id, framing: framing.split(': ')[1], text: hasBody ? text : '' },
  };
}

/** Sends `inputs` requests over two connections that pipeline, to a server that does with each what the seed says. */
export async function fuzzPipelining(inputs: number, seed: number): Promise<Tally> {
  const tally = new Tally();
  const methodOf = (id: string): string => (Number(id) % 5 === 4 ? 'HEAD' : 'GET');
  const answerOf = (id: string): ReturnType<typeof answerFor> =>
    answerFor(id, methodOf(id), randomOf(seed + Number(id)));
  await using server = await startRawServer(async (connection: RawConnection) => {
    connection.socket.setNoDelay(true);
    const random = randomOf(seed + connection.number);
    const asked: string[] = [];
    const changes = new Changes();
    const read = async (): Promise<void> => {
      for (;;) {
        const request = await connection.readRequest();
        if (request === '') break;
        asked.push(/^[A-Z]+ \/(\d+)/.exec(request)?.[1] ?? '');
        changes.changed();
      }
      changes.changed();
    };
    const reading = read();
    while (!connection.ended) {
      await changes.until(() => asked.length > 0 || connection.ended);
      // More may have come.
      await new Promise(setImmediate);
      let rest = asked
        .splice(0)
        .map((id) => answerOf(id).bytes)
        .join('');
      while (rest !== '') {
        const size = random() < 0.4 ? rest.length : 1 + Math.floor(random() * 120);
        await connection.write(rest.slice(0, size));
        if (random() < 0.002) connection.reset();
        else if (random() < 0.002) connection.end();
        await new Promise(setImmediate);
        rest = connection.socket.writable ? rest.slice(size) : '';
      }
    }
    await reading;
  });
  const session = new Session();
  session.trust_env = false;
  session.mount('http://', new UndiciAdapter({ connections: 2, pipelining: 8 }));
  const send = async (id: string): Promise<void> => {
    const about = `input ${id}, ${methodOf(id)}, ${JSON.stringify(answerOf(id).bytes)}`;
    try {
      const { status_code, reason, raw, headers, text } = await session.request(
        methodOf(id),
        `${server.url}/${id}`,
        { timeout: 10 },
      );
      const framing = headers['Transfer-Encoding'] ?? headers['Content-Length'];
      const got = { status: status_code, reason, version: raw?.version, id: headers['X-Id'], framing, text };
      tally.answered += 1;
      if (JSON.stringify(got) !== JSON.stringify(answerOf(id).expected))
        tally.fault('foreign', `${about}: ${JSON.stringify(got)}`);
    } catch (error) {
      tally.error(error, about);
    }
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < inputs) {
      const id = String(next++);
      tally.inputs += 1;
      await inTime(send(id), tally, `input ${id}`);
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  await session.close();
  return tally;
}
