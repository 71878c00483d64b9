// Bundles JupyterLab's front end from the npm packages in package.json:
//   node build.mjs         writes site/{static,schemas,themes}
// Each package says under "jupyterlab" in its own package.json what it
// contributes; JupyterLab's builder reads the same.
import fs from 'node:fs';
import path from 'node:path';
import rspack from '@rspack/core';
import dataAddress from 'mini-svg-data-uri';

const here = import.meta.dirname;
const site = path.join(here, 'site');
const generated = path.join(here, 'generated');
const read = file => JSON.parse(fs.readFileSync(file, 'utf8'));
const folder = name => path.join(here, 'node_modules', ...name.split('/'));

for (const dir of [site, generated]) fs.rmSync(dir, { recursive: true, force: true });
for (const dir of ['static', 'schemas', 'themes']) fs.mkdirSync(path.join(site, dir), { recursive: true });
fs.mkdirSync(generated);

const plugins = [], renderers = [], styles = [], themes = [];
for (const name of Object.keys(read(path.join(here, 'package.json')).dependencies)) {
  const meta = read(path.join(folder(name), 'package.json'));
  const lab = meta.jupyterlab;
  if (!lab) continue;
  const module = key => [name, lab[key] === true ? name : `${name}/${lab[key]}`];
  if (lab.extension) plugins.push(module('extension'));
  if (lab.mimeExtension) renderers.push(module('mimeExtension'));
  if (meta.styleModule) styles.push(`${name}/${meta.styleModule}`);
  for (const [other, files] of Object.entries(lab.extraStyles ?? {}))
    for (const file of files) styles.push(`${other}/${file}`);
  if (lab.themePath) themes.push([name, path.join(folder(name), lab.themePath)]);
  if (lab.schemaDir) {
    const from = path.join(folder(name), lab.schemaDir), to = path.join(site, 'schemas', ...name.split('/'));
    fs.mkdirSync(to, { recursive: true });
    for (const file of fs.readdirSync(from).filter(f => f.endsWith('.json'))) fs.copyFileSync(path.join(from, file), path.join(to, file));
    fs.copyFileSync(path.join(folder(name), 'package.json'), path.join(to, 'package.json.orig'));
  }
}
if (plugins.length === 0) throw new Error('no extension of JupyterLab found: run npm ci first');

const entry = ([name, module]) => `  [${JSON.stringify(name)}, () => import(/* webpackMode: "eager" */ ${JSON.stringify(module)})],`;
fs.writeFileSync(path.join(generated, 'extensions.js'), [
  ...styles.map(s => `import ${JSON.stringify(s)};`),
  'export const plugins = [', ...plugins.map(entry), '];',
  'export const renderers = [', ...renderers.map(entry), '];', ''
].join('\n'));

const files = [
  { test: /\.(png|jpe?g|gif|eot|ttf|woff2?)(\?.*)?$/, type: 'asset/resource' },
  { test: /\.svg(\?.*)?$/, issuer: /\.css$/, type: 'asset/inline', generator: { dataUrl: text => dataAddress(String(text?.content ?? text)) } }
];
const common = {
  context: here, mode: 'production', devtool: false, performance: { hints: false },
  resolve: { fallback: { crypto: false, fs: false, url: false, buffer: false, process: false, stream: false } }
};
const application = {
  ...common, name: 'lab', entry: { lab: path.join(here, 'boot.js') },
  output: { path: path.join(site, 'static'), filename: '[name].js', chunkFilename: '[contenthash].js', assetModuleFilename: '[contenthash][ext]', publicPath: 'auto' },
  module: { rules: [
    { test: /\.raw\.css$/, type: 'asset/source' },
    { test: /\.css$/, exclude: /\.raw\.css$/, use: ['style-loader', 'css-loader'] },
    { test: /\.(md|txt)$/, type: 'asset/source' },
    { test: /\.js$/, type: 'javascript/auto', resolve: { fullySpecified: false } },
    ...files,
    { test: /\.svg(\?.*)?$/, issuer: /\.js$/, type: 'asset/source' }
  ] },
  plugins: [new rspack.DefinePlugin({ process: '({env:{},cwd:()=>"/"})' })]
};
const theme = ([name, css]) => ({
  ...common, name, entry: { index: css },
  output: { path: path.join(site, 'themes', ...name.split('/')), filename: '[name].js', assetModuleFilename: '[hash][ext]', publicPath: '' },
  module: { rules: [{ test: /\.css$/, use: [rspack.CssExtractRspackPlugin.loader, 'css-loader'], type: 'javascript/auto' }, ...files] },
  plugins: [new rspack.CssExtractRspackPlugin({ filename: '[name].css' })]
});

const stats = await new Promise((done, fail) =>
  rspack.rspack([application, ...themes.map(theme)]).run((err, result) => (err ? fail(err) : done(result))));
for (const err of stats.toJson({ all: false, errors: true }).errors.slice(0, 10)) console.error(err.message, err.moduleName ?? '');
if (stats.hasErrors()) process.exit(1);
fs.writeFileSync(path.join(site, 'version.json'), JSON.stringify({ lab: read(path.join(folder('@jupyterlab/application'), 'package.json')).version }) + '\n');
