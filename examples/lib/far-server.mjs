/** The thread of `far-server.ts`. Node 20 starts no thread from TypeScript by itself. */
import { workerData } from 'node:worker_threads';
import { tsImport } from 'tsx/esm/api';

const { serveFrom } = await tsImport('./far-server.ts', import.meta.url);
await serveFrom(workerData);
