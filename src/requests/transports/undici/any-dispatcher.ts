/** A dispatcher of any version of undici. */
export interface AnyDispatcher {
  /** Called once for each attempt. */
  dispatch(options: never, handler: never): boolean;
}
