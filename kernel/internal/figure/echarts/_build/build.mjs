// Writes out/echarts.js: one function call without UMD, so that neither
// RequireJS nor a module loader on the page takes it for its own.
import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';

// One change to ZRender 6.1: its cache of texts' widths keeps them in an object
// by the text, and a text "__proto__" made it write into the prototype of all
// objects of the page.
const cache = {
  name: 'cache',
  setup(build) {
    build.onLoad({ filter: /zrender[/\\]lib[/\\]core[/\\]LRU\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replaceAll('this._map = {};', 'this._map = Object.create(null);');
      if (text.split('this._map = {};').length !== 3) throw new Error('LRU.js is not as it was: see whether the change is still needed');
      return { contents };
    });
  },
};

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
  plugins: [cache],
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
