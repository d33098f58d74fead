import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
const doors = [
  'src/index.ts',
  'src/requests/index.ts',
  'src/concurrent-futures/index.ts',
  'src/bullmq/index.ts',
  'src/blocking/index.ts',
];

export interface PublicNames {
  /** What exists at run time, namespaces and what they hold included. */
  readonly values: ReadonlySet<string>;
  /** What exists for the compiler only. */
  readonly types: ReadonlySet<string>;
}

/** The names that users can import from the three entry points, and those that hang on the namespaces among them. */
export function publicNames(): PublicNames {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), (name) => ts.sys.readFile(name)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const files = doors.map((door) => path.join(root, door));
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const values = new Set<string>();
  const types = new Set<string>();

  const visit = (module: ts.Symbol): void => {
    for (const symbol of checker.getExportsOfModule(module)) {
      if (isInternal(symbol)) continue;
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      if (isInternal(target)) continue;
      const isValue = (target.flags & ts.SymbolFlags.Value) !== 0 && !isTypeOnly(symbol);
      (isValue ? values : types).add(symbol.name);
      if (target.flags & ts.SymbolFlags.ValueModule) visit(target);
    }
  };
  for (const file of files) {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} is no module`);
    visit(module);
  }
  return { values, types };
}

function isTypeOnly(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some(
    (declaration) =>
      ts.isExportSpecifier(declaration) && (declaration.isTypeOnly || declaration.parent.parent.isTypeOnly),
  );
}

/** Whether the declaration, or the `export { … }` that it stands in, is marked `@internal`. */
function isInternal(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some((declaration) => {
    const marked = ts.isExportSpecifier(declaration) ? declaration.parent.parent : declaration;
    return ts.getJSDocTags(marked).some((tag) => tag.tagName.text === 'internal');
  });
}
