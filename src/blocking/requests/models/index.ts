export type { PreparedBody } from '../../../requests/bodies/outgoing/body.js';
export type { IterContentOptions, IterLinesOptions } from '../../../requests/bodies/text/iter-body.js';
export type { JSONReviver } from '../../../requests/bodies/text/response-json.js';
export { PreparedRequest, type PrepareOptions } from '../../../requests/models/prepared-request.js';
export { Request, type RequestFields, type RequestParts } from '../../../requests/models/request.js';
export { Response } from '../response.js';
