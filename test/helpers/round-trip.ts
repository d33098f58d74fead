import '../../src/requests/crossing/index.js';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { decode, encode, type EncodeOptions, type Pickled, receive } from '../../src/pickle/index.js';

/** Sends `value` through a port and back into this thread: what another thread would see. */
export function roundTrip<T>(value: T, options?: EncodeOptions): T {
  const { port1, port2 } = new MessageChannel();
  try {
    const { message, transferList } = encode(value, options);
    port1.postMessage(message, transferList);
    const received = receiveMessageOnPort(port2) as { message: Pickled };
    return decode(receive(received.message)) as T;
  } finally {
    port1.close();
  }
}
