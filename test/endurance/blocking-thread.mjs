/** Blocks on one request, tells its text, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { requests } from 'requests-futures/blocking';

parentPort.postMessage(requests.get(workerData).text);
