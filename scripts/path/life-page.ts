/** The page docs/life-of-a-request.md: the files that a request enters, in order, each with the sentence that the page has for it. */
import { filesOf, type Way } from './measure.js';

/** A section of the page: one side of a way, and the section that its request shares most files with. */
interface Section {
  readonly heading: string;
  readonly way: string;
  readonly side: number;
  readonly base: string | null;
}

const IN_THREAD = 'In this thread, over HTTPAdapter';
const SECTIONS: readonly Section[] = [
  { heading: IN_THREAD, way: 'get over HTTPAdapter', side: 0, base: null },
  { heading: 'Over UndiciAdapter', way: 'get over UndiciAdapter', side: 0, base: IN_THREAD },
  { heading: 'From a thread: the main thread', way: 'get from a worker thread', side: 0, base: IN_THREAD },
  { heading: 'From a thread: the worker thread', way: 'get from a worker thread', side: 1, base: IN_THREAD },
  { heading: 'A redirect', way: 'get with a redirect', side: 0, base: IN_THREAD },
];

const INTRODUCTION = `# The life of a request

The files that \`session.get(url)\` enters on its way to the wire and back, in the order of their first call, once modules are
loaded and the connection is open. \`npm run path\` prints the functions too. \`UPDATE_DOCS=1 npx vitest run test/docs\` brings
the lists up to date and keeps the sentences.
`;

/** The sentence that the page has for each file. */
export function sentencesOf(page: string): Map<string, string> {
  return new Map(
    [...page.matchAll(/^\d+\. `(.+?)`: (.+)$/gm)].map(([, file = '', sentence = '']) => [file, sentence]),
  );
}

/** The files that each section names: those that its request enters, and those of its base that it does not. */
export function filesByHeading(page: string): Record<string, { entered: string[]; not: string[] }> {
  const sections = page.split(/^## /m).slice(1);
  return Object.fromEntries(
    sections.map((section) => [
      section.slice(0, section.indexOf('\n')),
      {
        entered: [...section.matchAll(/^\d+\. `(.+?)`/gm)].map(([, file = '']) => file).sort(),
        not: [...section.matchAll(/^- `(.+?)`/gm)].map(([, file = '']) => file).sort(),
      },
    ]),
  );
}

/** The page for these ways. A file without a sentence gets none. */
export function lifePage(ways: readonly Way[], sentences: ReadonlyMap<string, string>): string {
  const filesAt = ({ way, side }: Section): string[] =>
    filesOf(ways.find(({ name }) => name === way)?.sides[side] ?? []);
  const sections = SECTIONS.map((section) => {
    const base = SECTIONS.find(({ heading }) => heading === section.base);
    const shared = base === undefined ? [] : filesAt(base);
    const files = filesAt(section);
    const own = files.filter((file) => !shared.includes(file));
    const left = shared.filter((file) => !files.includes(file));
    const lines = [`## ${section.heading}`, ''];
    if (base !== undefined) lines.push(`As [above](#${anchorOf(base.heading)}), and also:`, '');
    lines.push(...own.map((file, i) => `${i + 1}. \`${file}\`: ${sentences.get(file) ?? ''}`.trimEnd()));
    if (left.length > 0) lines.push('', 'It does not enter:', '', ...left.map((file) => `- \`${file}\``));
    return `${lines.join('\n')}\n`;
  });
  return [INTRODUCTION, ...sections].join('\n');
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
