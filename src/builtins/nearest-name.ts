/** The name in `known` that a mistyped `name` most likely stands for: another spelling of it or a near miss; null for none. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const plain = bare(name);
  let best: string | null = null;
  // A third of the letters may be wrong, two at most.
  let least = Math.min(3, plain.length / 3 + 1);
  for (const candidate of known) {
    const distance = editDistance(plain, bare(candidate));
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** `maxWorkers`, `max-workers` and `max_workers` are one name. */
function bare(name: string): string {
  return name.replace(/[^a-z0-9]/gi, '').toLowerCase();
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
