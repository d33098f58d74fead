import http from 'node:http'; import https from 'node:https'; import zlib from 'node:zlib'; import stream from 'node:stream'; import {createRequire} from 'node:module'; import 'node:util'; import 'node:url'; import 'node:buffer'; import 'node:path'; import 'node:net'; import 'node:fs';
const require = createRequire(import.meta.url);
const c0=process.cpuUsage(); const t=performance.now();
const m = process.argv[2]==='r' ? require(process.argv[3]) : await import(process.argv[3]);
const c=process.cpuUsage(c0); console.log(process.argv[2], process.argv[3], typeof m.default, (performance.now()-t).toFixed(2), ((c.user+c.system)/1e3).toFixed(2));
