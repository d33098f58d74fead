export type { BodyIterator } from '../bodies/text/body-iterator.js';
export type { IterContentOptions, IterLinesOptions } from '../bodies/text/iter-body.js';
export type { PreparedBody } from '../bodies/outgoing/body.js';
export { PreparedRequest, type PrepareOptions } from './prepared-request.js';
export { Request, type RequestFields, type RequestParts } from './request.js';
export type { JSONReviver } from '../bodies/text/response-json.js';
export { Response } from './response.js';
