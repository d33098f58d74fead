import { typeName } from '../builtins/index.js';
import { FAILED, FINISHED, PENDING, RUNNING, type State } from './states.js';

const ids = new WeakMap<object, number>();
let lastId = 0;

/** Stands for Python's address in the text form: stable per future, assigned when first shown. */
export function idOf(future: object): string {
  let id = ids.get(future);
  if (id === undefined) {
    lastId += 1;
    id = lastId;
    ids.set(future, id);
  }
  return `0x${id.toString(16)}`;
}

/** The state as Python's text form names it. */
export function stateText(state: State, outcome: unknown): string {
  switch (state) {
    case PENDING:
      return 'pending';
    case RUNNING:
      return 'running';
    case FINISHED:
      return `finished returned ${typeName(outcome)}`;
    case FAILED:
      return `finished raised ${typeName(outcome)}`;
    default:
      return 'cancelled';
  }
}
