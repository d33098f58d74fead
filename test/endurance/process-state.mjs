/** What a process holds, counted from outside of it, and from inside. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Open sockets, other files and threads of a process, as Linux tells them. */
export function heldBy(pid) {
  let sockets = 0;
  let files = 0;
  for (const name of readdirSync(`/proc/${pid}/fd`)) {
    let target;
    try {
      target = readlinkSync(`/proc/${pid}/fd/${name}`);
    } catch {
      // Closed since it was listed.
      continue;
    }
    if (target.startsWith('socket:')) sockets += 1;
    else if (target.startsWith('/') && !target.startsWith('/dev/')) files += 1;
  }
  return { sockets, files, threads: readdirSync(`/proc/${pid}/task`).length };
}

/** Resident memory in MB. */
export function residentOf(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kilobytes) / 1024;
}
