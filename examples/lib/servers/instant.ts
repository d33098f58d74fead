/** Answers at once. */
import { answerAfter } from '../local-server.js';

export const listener = answerAfter(0);
