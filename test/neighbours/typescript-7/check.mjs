import { compileAll } from './lib/typescript/compile.mjs';

compileAll();
