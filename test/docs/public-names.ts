import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What is imported, and the file behind it; the first that has a type is where the guide says to import it from. */
export const DOORS = {
  'requests-futures': 'src/index.ts',
  'requests-futures/requests': 'src/requests/index.ts',
  'requests-futures/concurrent-futures': 'src/concurrent-futures/index.ts',
  'requests-futures/bullmq': 'src/bullmq/index.ts',
  'requests-futures/blocking': 'src/blocking/index.ts',
};

export interface PublicNames {
  /** What exists at run time, namespaces and what they hold included. */
  readonly values: ReadonlySet<string>;
  /** What exists for the compiler only. */
  readonly types: ReadonlyMap<string, PublicType>;
}

export interface PublicType {
  /** The import that has it, and the namespace there, if it is in one: `requests-futures/requests`, `cookies`. */
  readonly from: string;
  readonly namespace: string;
  /** The first sentence of its comment. */
  readonly summary: string;
}

/** The names that users can import from the three entry points, and those that hang on the namespaces among them. */
export function publicNames(): PublicNames {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), (name) => ts.sys.readFile(name)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const files = Object.values(DOORS).map((door) => path.join(root, door));
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const values = new Set<string>();
  const types = new Map<string, PublicType>();

  const visit = (module: ts.Symbol, from: string, namespace: string): void => {
    for (const symbol of checker.getExportsOfModule(module)) {
      if (isInternal(symbol)) continue;
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      if (isInternal(target)) continue;
      const isValue = (target.flags & ts.SymbolFlags.Value) !== 0 && !isTypeOnly(symbol);
      if (isValue) values.add(symbol.name);
      else if (!types.has(symbol.name) || isNearer(types.get(symbol.name), namespace)) {
        types.set(symbol.name, { from, namespace, summary: summaryOf(target, checker) });
      }
      if (target.flags & ts.SymbolFlags.ValueModule) {
        visit(target, from, namespace === '' ? symbol.name : `${namespace}.${symbol.name}`);
      }
    }
  };
  for (const [from, file] of Object.entries(DOORS)) {
    const source = program.getSourceFile(path.join(root, file));
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} is no module`);
    visit(module, from, '');
  }
  return { values, types };
}

/** Whether a type that was found in a namespace stands at a door, too. */
function isNearer(known: PublicType | undefined, namespace: string): boolean {
  return known !== undefined && known.namespace !== '' && namespace === '';
}

function summaryOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const comment = ts
    .displayPartsToString(symbol.getDocumentationComment(checker))
    .replaceAll(/\{@link(?:code)? ([^|}\s]+)[^}]*\}/g, '`$1`')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return /^.*?[.:](?= [\p{Lu}`]|$)/u.exec(comment)?.[0].replace(/[.:]$/, '') ?? comment;
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
