/**
 * Gives an exception class its name, on the prototype: an own `name` would come too late for the stack's first line and
 * would show up among the fields.
 */
export function setErrorName(cls: { prototype: Error }, name: string): void {
  Object.defineProperty(cls.prototype, 'name', { value: name, configurable: true, writable: true });
}
