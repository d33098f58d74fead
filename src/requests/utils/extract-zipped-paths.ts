import { existsSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { readZipMember } from './zip.js';

/**
 * The path as it is, unless it leads into a zip archive (`app.zip/certs/ca.pem`): then that of a temporary file with the
 * member's content, which the caller may remove. Archives in the zip64 form, for more than 4 GiB or 65,535 members, are not
 * supported.
 */
export function extract_zipped_paths(path: string): string {
  if (existsSync(path)) return path;
  let archive = dirname(path);
  let member = basename(path);
  while (!existsSync(archive)) {
    const name = basename(archive);
    const parent = dirname(archive);
    if (name === '' || parent === archive) return path;
    member = `${name}/${member}`;
    archive = parent;
  }
  if (!statSync(archive).isFile()) return path;
  const content = readZipMember(archive, member);
  if (content === null) return path;
  const extracted = join(mkdtempSync(join(tmpdir(), 'requests-')), `extracted${extname(member)}`);
  writeFileSync(extracted, content, { mode: 0o600 });
  return extracted;
}
