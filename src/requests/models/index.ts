export { PreparedRequest, type PrepareOptions } from './prepared-request.js';
export { Request, type RequestFields, type RequestParts } from './request.js';
export { type ContentIterator, type IterContentOptions, type IterLinesOptions, Response } from './response.js';
