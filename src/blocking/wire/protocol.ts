/** The messages between the caller's thread and the gateway. They must be decoded in the order of encoding. */
import type { MessagePort } from 'node:worker_threads';
import type { Message, Pickled } from '../../pickle/index.js';

/** The flag that counts messages to the caller, which waits for it to change. */
export const NEWS = 0;
/** The flag that is 1 once the gateway has ended, or has failed to start. */
export const GONE = 1;
/** The flag that is 1 while the caller's thread has subscribers for the events of requests. */
export const WATCHES = 2;
/** The flag that is 1 once the thread of the gateway runs. */
export const STARTED = 3;
/** How many flags there are. */
export const FLAGS = 4;

/** The gateway's start-up data. */
export interface GatewayData {
  /** Marks the threads of this package: callers may be worker threads themselves. */
  readonly requestsFutures: 'gateway';
  /** The gateway's end of the channel to the caller that started it. */
  readonly port: MessagePort;
  readonly flags: SharedArrayBuffer;
  /** Where it says why it ends: its only message. */
  readonly watchdog: MessagePort;
  /** The URL of its code. */
  readonly gateway: string;
}

/** The watchdog's start-up data. */
export interface WatchdogData {
  readonly requestsFutures: 'gateway';
  /** Where the gateway says why it ends. Closes when it has ended. */
  readonly gateway: MessagePort;
  /** Where to report the reason to the caller. */
  readonly watch: MessagePort;
  readonly flags: SharedArrayBuffer;
}

/** Why the gateway ended. */
export interface Death {
  readonly message: string;
  readonly stack: string;
  readonly code: string | null;
}

/** Variables that have changed; null for one that is no longer set. */
export type Changes = Readonly<Record<string, string | null>>;

/** A request with plain options, of a session unchanged in the gateway: nothing in it needs pickling. */
export interface FlatRequest {
  readonly session: string;
  readonly method: string;
  readonly url: string;
  readonly options: object;
}

export type ToGateway =
  | {
      readonly type: 'request';
      readonly id: number;
      readonly request: FlatRequest;
      readonly environ: Changes | null;
    }
  | {
      readonly type: 'call';
      readonly id: number;
      readonly op: string;
      readonly args: Pickled;
      readonly environ: Changes | null;
    }
  /** The number of the request to the caller. */
  | {
      readonly type: 'reply';
      readonly id: number;
      readonly failed: boolean;
      readonly value: Pickled;
      /** The handle of what was thrown. */
      readonly thrown: number | null;
      /** The changes that the caller's code made to its responses. */
      readonly touched: readonly Touched[];
    }
  /** Serve another caller. */
  | { readonly type: 'caller'; readonly port: MessagePort; readonly flags: SharedArrayBuffer };

/** A response, by its number, as the caller's code left it. */
export type Touched = readonly [
  id: number,
  status: number,
  url: string,
  headers: readonly (readonly [string, string])[] | null,
];

export type ToCaller =
  | {
      readonly type: 'answer';
      readonly id: number;
      readonly failed: boolean;
      readonly value: Message;
      /** The numbers of responses that are no longer used. */
      readonly dropped: readonly number[];
    }
  /** Call a function of the caller's, and reply. */
  | {
      readonly type: 'ask';
      readonly id: number;
      readonly handle: number | string;
      readonly method: string;
      readonly args: Pickled;
    }
  /** Changes of a session's cookies. */
  | { readonly type: 'cookies'; readonly session: string; readonly change: Pickled }
  /** Call a function of this package, without a reply. */
  | { readonly type: 'home'; readonly call: Pickled };
