/** `npm run api`; see the usage below. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { readCommandLine } from './command-line.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const REPORTS = path.join(ROOT, 'docs/api-report');

const DOORS = {
  'requests-futures': 'src/index.d.ts',
  requests: 'src/requests/index.d.ts',
  'concurrent-futures': 'src/concurrent-futures/index.d.ts',
  bullmq: 'src/bullmq/index.d.ts',
};

const USAGE = `npm run api -- [--check]

Writes a report of what each door exports, from the declarations that the build has made, to docs/api-report. With --check it fails,
and shows the difference, when a report is not what is committed.
`;

const { values } = readCommandLine(USAGE, { check: { type: 'boolean', default: false } }, 0);

if (values.check) {
  const fresh = fs.mkdtempSync(path.join(os.tmpdir(), 'api-report-'));
  try {
    writeReports(fresh);
    execFileSync('git', ['diff', '--no-index', '--exit-code', '--', REPORTS, fresh], { stdio: 'inherit' });
  } catch (error) {
    if ((error as { status?: unknown }).status !== 1) throw error;
    console.error('The public declarations are not those of docs/api-report. `npm run api` writes it anew.');
    process.exitCode = 1;
  } finally {
    fs.rmSync(fresh, { recursive: true });
  }
} else {
  fs.rmSync(REPORTS, { recursive: true, force: true });
  writeReports(REPORTS);
}

function writeReports(folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, declarations] of Object.entries(DOORS)) writeReport(folder, name, declarations);
}

function writeReport(folder: string, name: string, declarations: string): void {
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: path.join(ROOT, 'dist', declarations),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2023',
            lib: ['ES2023', 'ESNext.Disposable'],
            module: 'NodeNext',
            moduleResolution: 'NodeNext',
            types: ['node'],
            strict: true,
            skipLibCheck: true,
          },
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: folder,
        reportTempFolder: fs.mkdtempSync(path.join(os.tmpdir(), 'api-extractor-')),
        // A public signature leads to them.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        // Documentation is typedoc's matter, and so is what must be exported.
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: path.join(ROOT, 'package.json'),
  });
  const result = Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      // What it says of its own versions and steps.
      if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true;
    },
  });
  fs.rmSync(config.reportTempFolder, { recursive: true });
  if (!result.succeeded) throw new Error(`no report of ${declarations}`);
}
