/**
 * Resolves when the event loop has looked at the sockets once: then those that the server has closed are out of the pool.
 * A program that was busy with something else would otherwise send a POST on one of them, which cannot be sent again.
 */
export function newsOfClosedSockets(): Promise<void> {
  return new Promise((resolve) => {
    // The first turn may begin after the sockets were looked at.
    setImmediate(() => {
      setImmediate(resolve);
    });
  });
}
