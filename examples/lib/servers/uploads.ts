/** Says what an upload was on the wire. */
import { routes } from '../routes.js';

export const listener = routes({
  // Says what came over the wire.
  'POST /upload': async ({ request, body }) => {
    const bytes = await body();
    const text = bytes.toString('latin1');
    return {
      type: (request.headers['content-type'] ?? 'none').replace(/boundary=.*/, 'boundary=…'),
      framing: request.headers['transfer-encoding'] ?? `${request.headers['content-length']} bytes`,
      parts: [...text.matchAll(/form-data; (.*)\r\n/g)].map((match) => match[1]),
      text: bytes.length < 60 ? bytes.toString() : `… ${bytes.length} bytes`,
    };
  },
});
