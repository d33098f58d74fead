/**
 * Calls `fn`, showing its warnings immediately. Node would show them in the next turn of the loop, which in a blocking program may only
 * come at its end.
 */
export function warningAtOnce(fn: () => void): void {
  const own = Reflect.get(process, 'emitWarning');
  process.emitWarning = ((warning: string | Error, type?: string | { type?: string }) => {
    const name = typeof type === 'string' ? type : (type?.type ?? 'Warning');
    const error = warning instanceof Error ? warning : Object.assign(new Error(warning), { name });
    const isSilent = error.name === 'DeprecationWarning' && process.noDeprecation === true;
    if (!isSilent) process.emit('warning', error);
  }) as typeof process.emitWarning;
  try {
    fn();
  } finally {
    process.emitWarning = own;
  }
}
