import { DeprecationWarning } from '../../../builtins/index.js';

/** Where HTML and XML documents name their encoding, in the order in which the findings are listed. */
const DECLARATIONS: readonly RegExp[] = [
  /<meta.*?charset=["']*(.+?)["'>]/gi,
  /<meta.*?content=["']*;?charset=(.+?)["'>]/gi,
  /^<\?xml.*?encoding=["']*(.+?)["'>]/g,
];

let warned = false;

/**
 * The encodings that an HTML or XML document declares.
 * @deprecated as in Python: give the document to a parser. Warns once.
 */
export function get_encodings_from_content(content: string): string[] {
  if (!warned) {
    warned = true;
    process.emitWarning(
      new DeprecationWarning(
        'In requests 3.0, get_encodings_from_content will be removed. For more information, please see the discussion on issue #2266.',
      ),
    );
  }
  return DECLARATIONS.flatMap((pattern) => Array.from(content.matchAll(pattern), ([, found = '']) => found));
}
