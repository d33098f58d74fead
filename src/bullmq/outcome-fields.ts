/**
 * The outcomes of calls as the fields of one entry of a client's stream. A field's name is a kind and the ids of calls, its value
 * their outcome: `json a,b,c` has a line of JSON for each, any other kind one call and its bytes.
 */

/** The outcome of a call, as reported by its worker. */
export interface Outcome<Bytes = Uint8Array> {
  readonly call: string;
  readonly kind: string;
  /** Of the kind `json`: a text. */
  readonly outcome: Bytes | string;
}

/** The fields of an entry, alternately names and values. */
export function fieldsOf(outcomes: readonly Outcome[]): (string | Buffer)[] {
  const fields: (string | Buffer)[] = [];
  const ids: string[] = [];
  const lines: string[] = [];
  for (const { call, kind, outcome } of outcomes) {
    if (kind === 'json') {
      ids.push(call);
      // JSON.stringify() writes no line breaks.
      lines.push(outcome as string);
    } else fields.push(`${kind} ${call}`, bytesOf(outcome));
  }
  if (ids.length > 0) fields.push(`json ${ids.join()}`, lines.join('\n'));
  return fields;
}

function bytesOf(outcome: Uint8Array | string): Buffer | string {
  if (typeof outcome === 'string') return outcome;
  return Buffer.from(outcome.buffer, outcome.byteOffset, outcome.byteLength);
}

/** The outcomes in an entry. Others may have written it, so it can have anything in it. */
export function outcomesOf(fields: readonly Buffer[]): Outcome<Buffer>[] {
  const outcomes: Outcome<Buffer>[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [kind = '', calls = ''] = String(fields[i]).split(' ');
    const outcome = fields[i + 1] as Buffer;
    if (kind === 'json') {
      const lines = String(outcome).split('\n');
      for (const [index, call] of calls.split(',').entries()) {
        outcomes.push({ call, kind, outcome: lines[index] ?? '' });
      }
    } else outcomes.push({ call: calls, kind, outcome });
  }
  return outcomes;
}
