// Writes out/echarts.js: one function call without UMD, so that neither
// RequireJS nor a module loader on the page takes it for its own.
import { build } from 'esbuild';

const result = await build({
  entryPoints: ['entry.mjs'],
  outfile: 'out/echarts.js',
  bundle: true,
  minify: true,
  format: 'iife',
  globalName: 'echarts',
  target: 'es2015',
  charset: 'ascii',
  legalComments: 'none', // gen writes one notice; LICENSE and NOTICE lie beside it
  define: { 'process.env.NODE_ENV': '"production"', __DEV__: 'false' },
  metafile: true,
});
if (process.argv[2] === 'sizes') {
  const inputs = Object.values(result.metafile.outputs)[0].inputs;
  const by = {};
  for (const [name, { bytesInOutput }] of Object.entries(inputs)) {
    const part = name.replace(/^node_modules\//, '').split('/').slice(0, 4).join('/');
    by[part] = (by[part] || 0) + bytesInOutput;
  }
  for (const [part, bytes] of Object.entries(by).sort((a, b) => b[1] - a[1])) console.log(bytes, part);
}
