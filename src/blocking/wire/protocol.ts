/** What the caller's thread and the gateway tell each other. Messages are read in the order in which they were encoded. */
import type { MessagePort } from 'node:worker_threads';
import type { Message, Pickled } from '../../pickle/index.js';

/** The flag that counts what was sent to the caller: it waits for a change of it. */
export const NEWS = 0;
/** The flag that is 1 once the gateway has ended, or has failed to start. */
export const GONE = 1;
/** How many flags there are. */
export const FLAGS = 2;

/** What the gateway is started with. */
export interface GatewayData {
  /** Marks the threads of this package: callers may be worker threads themselves. */
  readonly requestsFutures: 'gateway';
  /** The gateway's end of the channel to the caller that started it. */
  readonly port: MessagePort;
  readonly flags: SharedArrayBuffer;
}

/** What the watchdog is started with. */
export interface WatchdogData extends GatewayData {
  /** Where it tells why the gateway ended. */
  readonly watch: MessagePort;
  /** The URL of what the gateway runs. */
  readonly gateway: string;
}

/** What the watchdog tells when the gateway ends. */
export interface Death {
  readonly message: string;
  readonly stack: string;
  readonly code: string | null;
}

/** Variables that have changed; null for one that is no longer set. */
export type Changes = Readonly<Record<string, string | null>>;

/** A request with plain options, of a session that the gateway knows as it is: nothing in it has to be pickled. */
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
  /** Of what the caller was asked. */
  | {
      readonly type: 'reply';
      readonly id: number;
      readonly failed: boolean;
      readonly value: Pickled;
      /** The handle of what was thrown. */
      readonly thrown: number | null;
      /** What the caller's code did to the responses that it was given. */
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
      /** The numbers of responses that will not be named again. */
      readonly dropped: readonly number[];
    }
  /** Call something of the caller's, and reply. */
  | {
      readonly type: 'ask';
      readonly id: number;
      readonly handle: number | string;
      readonly method: string;
      readonly args: Pickled;
    }
  /** What has happened to the cookies of a session. */
  | { readonly type: 'cookies'; readonly session: string; readonly change: Pickled }
  /** Call a function of this package with arguments; nothing is replied. */
  | { readonly type: 'home'; readonly call: Pickled };
