/** The arguments with which undici calls a socket's `write`, and no others. */
export type Write = (data: string | Uint8Array, encoding?: BufferEncoding) => boolean;

/**
 * The heads of requests that are made in the same turn and go out on the same connection, one behind the other: together
 * they cost one write, which is most of what sending a small request costs.
 */
export class Outbox {
  readonly #write: Write;
  #text = '';

  constructor(write: Write) {
    this.#write = write;
  }

  /** Whatever is put in goes out before the loop turns. */
  put(head: string): boolean {
    if (this.#text === '') process.nextTick(flush, this);
    this.#text += head;
    return true;
  }

  flush(): void {
    const text = this.#text;
    if (text === '') return;
    this.#text = '';
    this.#write(text, 'latin1');
  }
}

function flush(outbox: Outbox): void {
  outbox.flush();
}
