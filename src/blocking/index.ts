/**
 * Python's `requests`, `requests_futures` and `concurrent.futures` with Python's calling convention, and not one `await`:
 *
 * ```ts
 * import { requests } from 'requests-futures/blocking';
 *
 * const response = requests.get('https://example.org/', { timeout: 5 });
 * console.log(response.status_code, response.text);
 * ```
 *
 * @packageDocumentation
 */

export { BinaryFile, type FileMode, open, TextFile } from './files.js';
export * as requests from './requests/index.js';
