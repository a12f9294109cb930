import type { Program } from '../program.ts';

/** A script in Node that uses native add-ons; `node_modules` stands beside it. */
const addon = (
  id: string,
  npm: string[],
  what: string,
  script: string,
  more: Partial<Program> = {},
): Program => ({
  id,
  what,
  from: { npm },
  version: `node -p "require('./node_modules/${npm[0]?.replace(/@[^@]*$/, '')}/package.json').version"`,
  files: { 'main.cjs': script },
  command: ['node', 'main.cjs'],
  ...more,
});

const SHARP = `const sharp = require('sharp');
(async () => {
  const raw = Buffer.alloc(160 * 120 * 3, 0).map((_, i) => (i * 7) % 256);
  const image = sharp(raw, { raw: { width: 160, height: 120, channels: 3 } });
  for (const format of ['png', 'jpeg', 'webp', 'avif', 'gif']) {
    const out = await image.clone().resize(80).blur(2).toFormat(format).toBuffer();
    console.log(format, out.length, (await sharp(out).metadata()).width);
  }
  const all = await Promise.all([10, 20, 30, 40].map((w) => image.clone().rotate(w).resize(w).raw().toBuffer()));
  console.log(all.map((b) => b.length));
  await sharp(Buffer.from('not an image')).toBuffer().catch((e) => console.log(e.message));
})();
`;

const CANVAS = `const { createCanvas, Path2D } = require('@napi-rs/canvas');
const { createHash } = require('node:crypto');
const canvas = createCanvas(200, 150);
const x = canvas.getContext('2d');
const g = x.createLinearGradient(0, 0, 200, 150); g.addColorStop(0, '#135'); g.addColorStop(1, '#fa3');
x.fillStyle = g; x.fillRect(0, 0, 200, 150);
for (let i = 0; i < 200; i++) { const p = new Path2D(); p.arc(i, (i * 7) % 150, i % 13, 0, 5); x.globalAlpha = 0.3; x.stroke(p); }
console.log(createHash('sha256').update(canvas.toBuffer('image/png')).digest('hex'), x.getImageData(5, 5, 1, 1).data);
canvas.encode('jpeg', 80).then((b) => console.log(b.length));
`;

const SWC = `const swc = require('@swc/core');
const source = Array.from({ length: 200 }, (_, i) => 'export class C' + i + '<T> { #x: T; async f(a?: number) { return (await this.#x) ?? a?.toFixed() } }').join('\\n');
const out = swc.transformSync(source, { jsc: { parser: { syntax: 'typescript' }, target: 'es5' }, sourceMaps: true });
console.log(require('node:crypto').createHash('sha256').update(out.code + out.map).digest('hex'), out.code.length);
swc.minify(out.code, { compress: true, mangle: true, module: true }).then((m) => console.log(m.code.length));
try { swc.parseSync('let let = 1;;('); } catch (e) { console.log('refused'); }
`;

const LIGHTNING = `const { transform, bundle } = require('lightningcss');
const css = Array.from({ length: 300 }, (_, i) => '.a' + i + ' { color: rgb(' + i % 255 + ' 1 2 / 50%); &:hover { margin: calc(1px + ' + i + 'px) } }').join('\\n');
const out = transform({ filename: 'x.css', code: Buffer.from(css), minify: true, sourceMap: true, targets: { chrome: 80 << 16 } });
console.log(require('node:crypto').createHash('sha256').update(out.code).digest('hex'), out.code.length, out.map.length);
console.log(transform({ filename: 'y.css', code: Buffer.from('a { color: red }'), visitor: { Color: (c) => ({ ...c, r: 1 }) } }).code.toString());
try { transform({ filename: 'z.css', code: Buffer.from('a {{') }); } catch (e) { console.log(e.message); }
`;

const SQLITE = `const Database = require('better-sqlite3');
const db = new Database(':memory:');
db.exec('create table t(i integer primary key, s text)');
const insert = db.prepare('insert into t(s) values (?)');
db.transaction(() => { for (let i = 0; i < 3000; i++) insert.run('x'.repeat(i % 50)); })();
db.function('twice', (n) => n * 2);
db.aggregate('longest', { start: '', step: (a, s) => (s.length > a.length ? s : a) });
console.log(db.prepare('select count(*) n, sum(twice(length(s))) t, longest(s) l from t').get());
console.log(db.prepare('select s from t where i > ? limit 3').all(20), db.serialize().length);
try { db.prepare('nonsense'); } catch (e) { console.log(e.message); }
db.close();
`;

const DUCKDB = `const { DuckDBInstance } = require('@duckdb/node-api');
(async () => {
  const c = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  await c.run("create table t as select range i, range % 7 g, repeat('x', (range % 40)::int) s from range(20000)");
  console.log((await c.runAndReadAll('select g, count(*), sum(length(s)) from t group by g order by g')).getRowsJson());
  console.log((await c.runAndReadAll("select md5(string_agg(s, ',' order by i)) from t")).getRowsJson());
  await c.run('select nothing').catch((e) => console.log(e.message.split('\\n')[0]));
})();
`;

const NODE_RS = `const { hashSync, verifySync } = require('@node-rs/argon2');
const { crc32 } = require('@node-rs/crc32');
const { Jieba } = require('@node-rs/jieba');
const { dict } = require('@node-rs/jieba/dict');
const snappy = require('snappy');
console.log(verifySync(hashSync('pw', { memoryCost: 1024, timeCost: 1, parallelism: 1 }), 'pw'));
console.log(crc32('hello'.repeat(1000)));
console.log(Jieba.withDict(dict).cut('永和服装饰品有限公司', true));
const data = Buffer.from('abc'.repeat(20000));
snappy.compress(data).then(async (z) => console.log(z.length, (await snappy.uncompress(z)).equals(data)));
`;

const RESVG = `const { Resvg } = require('@resvg/resvg-js');
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="120"><filter id="b"><feGaussianBlur stdDeviation="3"/></filter><circle cx="60" cy="60" r="35" fill="#a38" filter="url(#b)"/></svg>';
for (const width of [80, 160, 320]) console.log(require('node:crypto').createHash('sha256').update(new Resvg(svg, { fitTo: { mode: 'width', value: width }, font: { loadSystemFonts: false } }).render().asPng()).digest('hex'));
try { new Resvg('<svg'); } catch (e) { console.log(e.message); }
`;

const AST_GREP = `const { parse, Lang, kind } = require('@ast-grep/napi');
const source = Array.from({ length: 300 }, (_, i) => 'function f' + i + '(a) { console.log(a, ' + i + ') }').join('\\n');
const root = parse(Lang.JavaScript, source).root();
const found = root.findAll('console.log($A, $B)');
console.log(found.length, found[7].getMatch('B').text(), root.find({ rule: { kind: 'function_declaration' } }).range());
const edits = found.map((n) => n.replace('log(' + n.getMatch('B').text() + ')'));
console.log(require('node:crypto').createHash('sha256').update(root.commitEdits(edits)).digest('hex'));
`;

const ROLLDOWN = {
  'a.js': 'import { b } from "./b.js";\nimport { c } from "./c.js";\nconsole.log(b(c));\n',
  'b.js': 'export const b = (x) => x + 1;\nexport const unused = 2;\n',
  'c.js': 'export const c = 41;\n',
};

/** Ten add-ons, on jemalloc, mimalloc and glibc, work in one process at the same time. */
const MANY = `const { createHash } = require('node:crypto');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const sha = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 12);
const sharp = require('sharp');
const swc = require('@swc/core');
const lightning = require('lightningcss');
const Database = require('better-sqlite3');
const { crc32 } = require('@node-rs/crc32');
const { hash } = require('@node-rs/argon2');
const snappy = require('snappy');
const { Resvg } = require('@resvg/resvg-js');
const { parse, Lang } = require('@ast-grep/napi');
const { createCanvas } = require('@napi-rs/canvas');
const code = 'export const f = (a) => a?.b ?? 1;\\n'.repeat(50);
async function all() {
  const canvas = createCanvas(40, 40);
  canvas.getContext('2d').fillRect(3, 3, 20, 20);
  const db = new Database(':memory:');
  db.exec('create table t(s)');
  for (let i = 0; i < 200; i++) db.prepare('insert into t values (?)').run('x'.repeat(i));
  const work = [
    sharp(Buffer.alloc(30000, 7), { raw: { width: 100, height: 100, channels: 3 } }).resize(50).webp().toBuffer().then(sha),
    swc.transform(code, { jsc: { target: 'es2015' } }).then((o) => sha(o.code)),
    sha(lightning.transform({ filename: 'a.css', code: Buffer.from('a { color: #ff0000; b { c: d } }'), minify: true }).code),
    db.prepare('select sum(length(s)) n from t').get().n,
    crc32('x'.repeat(1000)),
    hash('pw', { memoryCost: 1024, timeCost: 1 }).then((h) => h.length),
    snappy.compress('abc'.repeat(5000)).then((z) => z.length),
    sha(new Resvg('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="9"/></svg>', { font: { loadSystemFonts: false } }).render().asPng()),
    parse(Lang.JavaScript, code).root().findAll('$A ?? 1').length,
    sha(canvas.toBuffer('image/png')),
  ];
  const told = (await Promise.all(work)).join(' ');
  db.close();
  return told;
}
if (isMainThread) {
  (async () => {
    for (let i = 0; i < 5; i++) console.log(await all());
    const workers = [1, 2].map(() => new Promise((done) => new Worker(__filename).on('message', done)));
    console.log((await Promise.all(workers)).join('\\n'));
  })();
} else {
  all().then((told) => parentPort.postMessage(told));
}
`;

export const ADDONS: Program[] = [
  addon(
    'many-addons',
    [
      'sharp@0.35.5',
      '@napi-rs/canvas@1.1.1',
      '@swc/core@1.16.22',
      'lightningcss@1.33.0',
      'better-sqlite3@12.11.1',
      '@node-rs/argon2@2.2.1',
      '@node-rs/crc32@1.10.8',
      'snappy@7.4.3',
      '@resvg/resvg-js@2.6.2',
      '@ast-grep/napi@0.51.1',
    ],
    'Node with ten add-ons at once, in the main thread and in two workers',
    MANY,
    { timeout: 120 },
  ),
  addon('sharp', ['sharp@0.35.5'], 'Node with sharp: libvips in C and C++, thread pool, five formats', SHARP),
  addon('napi-canvas', ['@napi-rs/canvas@1.1.1'], 'Node with Skia in C++ behind Rust, stripped', CANVAS),
  addon('swc', ['@swc/core@1.16.22'], 'Node with swc: Rust with a private mimalloc, stripped', SWC),
  addon('lightningcss', ['lightningcss@1.33.0'], 'Node with lightningcss: Rust, stripped', LIGHTNING),
  addon(
    'better-sqlite3',
    ['better-sqlite3@12.11.1'],
    'Node with better-sqlite3: SQLite in C behind C++',
    SQLITE,
  ),
  addon(
    'duckdb-node',
    ['@duckdb/node-api@1.5.6-r.1'],
    'Node with DuckDB: C++ with a private jemalloc',
    DUCKDB,
  ),
  addon(
    'node-rs',
    ['@node-rs/argon2@2.2.1', '@node-rs/crc32@1.10.8', '@node-rs/jieba@2.0.3', 'snappy@7.4.3'],
    'Node with four Rust add-ons at once, each with its own standard library',
    NODE_RS,
  ),
  addon('resvg', ['@resvg/resvg-js@2.6.2'], 'Node with resvg: Rust, stripped', RESVG),
  addon('ast-grep', ['@ast-grep/napi@0.51.1'], 'Node with ast-grep: tree-sitter in C behind Rust', AST_GREP),
  {
    id: 'rolldown',
    what: 'rolldown: a bundler in Rust with a private mimalloc, asynchronous',
    from: { npm: ['rolldown@1.3.2'] },
    version: 'node node_modules/rolldown/bin/cli.mjs --version',
    files: ROLLDOWN,
    command: [
      'bash',
      '-c',
      'node node_modules/rolldown/bin/cli.mjs a.js --file o.js --minify > log && cat o.js && node o.js',
    ],
    produces: ['o.js'],
    follows: ['node'],
  },
  {
    id: 'biome',
    what: 'Biome: a formatter and linter in Rust as a program of its own, threads',
    from: { npm: ['@biomejs/biome@2.6.8', '@biomejs/cli-linux-x64@2.6.8'] },
    version: 'node_modules/@biomejs/cli-linux-x64/biome --version',
    files: { 'a.js': 'var  a = [1,2,\n3];if(a==1){ debugger }\n', 'b.json': '{"b" : [ 1 ] }\n' },
    command: [
      'bash',
      '-c',
      'node_modules/@biomejs/cli-linux-x64/biome format --stdin-file-path=a.js < a.js; node_modules/@biomejs/cli-linux-x64/biome lint --colors=off --max-diagnostics=5 a.js b.json 2>&1 | grep -v Checked; echo ${PIPESTATUS[0]}',
    ],
    follows: ['biome'],
  },
  {
    id: 'oxlint',
    what: 'oxlint in Node: Rust with a private mimalloc and arenas',
    from: { npm: ['oxlint@1.94.0'] },
    version: 'node node_modules/oxlint/bin/oxlint --version',
    files: { 'a.js': 'const a = 1; if (a == null) { debugger }\nlet b = [,];\n' },
    command: ['node', 'node_modules/oxlint/bin/oxlint', '--format=unix', '--threads=2', 'a.js'],
  },
  {
    id: 'prettier',
    what: 'prettier: JavaScript only, many parsers',
    from: { npm: ['prettier@3.10.1'] },
    version: 'node node_modules/prettier/bin/prettier.cjs --version',
    files: {
      'a.ts': 'interface  A<T>{ v:T }\nconst f=async<T,>(x:T)=>({ ...x ,y:[1,2,3]})\n',
      'b.md': '# a\n* x\n* y\n',
      'c.css': 'a{color:red}\n',
    },
    command: ['node', 'node_modules/prettier/bin/prettier.cjs', 'a.ts', 'b.md', 'c.css'],
  },
];
