export type { BodyIterator } from './body-iterator.js';
export type { IterContentOptions, IterLinesOptions } from './iter-body.js';
export type { PreparedBody } from './body.js';
export { PreparedRequest, type PrepareOptions } from './prepared-request.js';
export { Request, type RequestFields, type RequestParts } from './request.js';
export type { JSONReviver } from './response-json.js';
export { Response } from './response.js';
