export type {
  IterContentOptions,
  IterLinesOptions,
  JSONReviver,
  PreparedBody,
} from '../../../requests/internal.js';
export {
  PreparedRequest,
  type PrepareOptions,
  Request,
  type RequestFields,
  type RequestParts,
} from '../../../requests/models/index.js';
export { Response } from '../response.js';
