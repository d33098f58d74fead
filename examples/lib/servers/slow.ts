/** Takes a tenth of a second for each answer. */
import { answerAfter } from '../local-server.js';

export const listener = answerAfter(0.1);
