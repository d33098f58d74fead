export {
  type AttemptEvent,
  type BodyEvent,
  type ConnectedEvent,
  type FailedEvent,
  type HeaderLines,
  type HeadersEvent,
  type PausedEvent,
  type QueuedEvent,
  REQUEST_CHANNEL,
  type RequestEvent,
  type RequestEventBase,
  type ResumedEvent,
  type SettledEvent,
  type StartedEvent,
  type SubmittedEvent,
} from './events.js';
export { HARRecorder } from './har-recorder.js';
export type {
  HAR,
  HARContent,
  HARCreator,
  HAREntry,
  HARLog,
  HARNameValue,
  HARRequest,
  HARResponse,
  HARTimings,
} from './har-types.js';
