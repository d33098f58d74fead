/** Python's `type(value).__name__`, for messages: the class of an object, `typeof` of a primitive, `null`. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  const { constructor } = value as { constructor?: unknown };
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'object';
}

/** For "must be an integer, got …": a number as it is, of anything else the type. */
export function numberOrType(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeName(value);
}

/** Python's `repr()` of the values that appear in error messages: text in single quotes, `None`, `True`, `False`. */
export function repr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return quote(value);
  if (Buffer.isBuffer(value)) return `b${quote(value.toString('latin1'))}`;
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return `<${typeName(value)}>`;
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = mark;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (char === mark || char === '\\') out += `\\${char}`;
    else if (char === '\n') out += '\\n';
    else if (char === '\r') out += '\\r';
    else if (char === '\t') out += '\\t';
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else out += char;
  }
  return out + mark;
}
