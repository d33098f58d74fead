/** `npm run docs`: makes a page of each walkthrough, its opening comment as prose, its code, and what it prints. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ThreadPoolExecutor } from 'requests-futures';

const root = new URL('../../', import.meta.url);
const pages = new URL('docs/walkthroughs/', root);
const run = promisify(execFile);

interface Walkthrough {
  readonly name: string;
  /** The first sentence of the opening comment. */
  readonly title: string;
  /** The rest of it, as Markdown. */
  readonly prose: string;
  readonly code: string;
}

async function read(name: string): Promise<Walkthrough> {
  const text = await readFile(new URL(`examples/${name}.ts`, root), 'utf8');
  const [whole, comment = ''] = /^\/\*\*(.*?)\*\/\n/s.exec(text) ?? [''];
  const lines = comment.split('\n').map((line) => line.replace(/^ \* ?/, '').trimEnd());
  const [title = name, ...rest] = lines.filter((line, i) => i > 0 || line !== '');
  return {
    name,
    title,
    prose: listings(rest.join('\n').replaceAll(/^\n+|\s+$/g, '')),
    code: text.slice(whole.length).trim(),
  };
}

/** Gives the indented parts of a comment the language they are in. */
function listings(markdown: string): string {
  return markdown.replaceAll(/(?:^ {4}.*\n?(?:\n(?= {4}))?)+/gm, (block) => {
    const code = block.replaceAll(/^ {4}/gm, '').trimEnd();
    return `\`\`\`${languageOf(code)}\n${code}\n\`\`\`\n`;
  });
}

/** What is quoted is Python, unless it is a command or what a program printed. */
function languageOf(code: string): string {
  if (code.startsWith('npm ')) return 'sh';
  return /^\s*\d/.test(code) ? 'text' : 'python';
}

async function outputOf(name: string): Promise<string> {
  const args = ['--import', 'tsx', 'examples/run.ts', name];
  const { stdout } = await run(process.execPath, args, { cwd: fileURLToPath(root), timeout: 60_000 });
  return stdout.trim();
}

function heading(name: string): string {
  return `${name.slice(0, 2)} ${name.slice(3).replaceAll('-', ' ')}`;
}

async function write({ name, title, prose, code }: Walkthrough): Promise<void> {
  const output = await outputOf(name);
  await writeFile(
    new URL(`${name}.md`, pages),
    `---
title: ${heading(name)}
---

# ${title}

${prose}

\`\`\`sh
npm run example ${name}
\`\`\`

## The code

\`\`\`ts
${code}
\`\`\`

## What it prints

\`\`\`text
${output}
\`\`\`
`,
  );
}

function contents(walkthroughs: readonly Walkthrough[]): string {
  const children = walkthroughs.map(({ name }) => `  - ${name}.md`).join('\n');
  const rows = walkthroughs.map(({ name, title }) => `- [${heading(name)}](${name}.md): ${title}`).join('\n');
  return `---
title: Walkthroughs
children:
${children}
---

# Walkthroughs

Each is a program of about a hundred lines that tells one story, with the Python that it ports beside it. It brings the server that it
needs, and so runs offline: \`npm run example NAME\` in a checkout of the repository. What it prints here is what it printed when this
page was made.

${rows}
`;
}

const names = (await readdir(new URL('examples/', root)))
  .filter((file) => /^\d\d-.*\.ts$/.test(file))
  .map((file) => file.replace('.ts', ''))
  .sort();
const walkthroughs = await Promise.all(names.map(read));
await rm(pages, { recursive: true, force: true });
await mkdir(pages, { recursive: true });
await writeFile(new URL('index.md', pages), contents(walkthroughs));

// Two at a time: some of them show how long things take.
await using executor = new ThreadPoolExecutor(2);
await executor.map(write, walkthroughs).toArray();
