import type { Program } from '../program.ts';

const PAGE = `<!doctype html><meta charset="utf-8"><title>t</title>
<style>body{margin:0;font:20px sans-serif;background:#eef}div{width:40px;height:40px;display:inline-block}</style>
<body><script>
for (let i = 0; i < 60; i++) { const d = document.createElement('div'); d.style.background = 'hsl(' + i * 6 + ' 80% 50%)'; d.dataset.n = i; document.body.append(d); }
const c = document.createElement('canvas'); c.width = c.height = 50; const x = c.getContext('2d'); x.arc(25, 25, 20, 0, 5); x.fill(); document.body.append(c);
document.title = JSON.stringify([...document.querySelectorAll('div')].map((d) => d.dataset.n * 2)).length;
</script>
`;

const CHROMIUM = [
  'chromium',
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--user-data-dir=profile',
];

/** A fresh profile, its default sandbox, in as many processes as it likes. */
const FIREFOX =
  'firefox-esr --headless --profile "$PWD/profile" --screenshot "$PWD/page.png" --window-size=400,300 "file://$PWD/page.html"; status=$?; file page.png; exit $status';

export const BROWSERS: Program[] = [
  {
    id: 'firefox',
    what: 'headless Firefox with a fresh profile, in its own sandbox: a page with script rendered to a PNG',
    from: { debian: ['firefox-esr', 'file'] },
    version: 'firefox-esr --version',
    files: { 'page.html': PAGE },
    prepare: 'mkdir profile',
    command: ['bash', '-c', FIREFOX],
    produces: ['page.png'],
    follows: ['firefox-esr'],
    stderrVaries: 'it names what its sandbox or the machine lacks',
    timeout: 180,
  },
  {
    id: 'chromium-dom',
    what: 'headless Chromium: a page with script, its document printed',
    from: { debian: ['chromium'] },
    version: 'chromium --version',
    files: { 'page.html': PAGE },
    command: ['bash', '-c', `${CHROMIUM.join(' ')} --dump-dom "file://$PWD/page.html"`],
    follows: ['chromium'],
    stderrVaries: 'the browser logs with process ids and times',
    timeout: 120,
  },
  {
    id: 'chromium-png',
    what: 'headless Chromium: the same page rendered to a PNG',
    from: { debian: ['chromium'] },
    version: 'chromium --version',
    files: { 'page.html': PAGE },
    command: [
      'bash',
      '-c',
      `${CHROMIUM.join(' ')} --screenshot=page.png --window-size=400,300 --hide-scrollbars "file://$PWD/page.html" && file page.png`,
    ],
    produces: ['page.png'],
    follows: ['chromium'],
    stderrVaries: 'the browser logs with process ids and times',
    timeout: 120,
  },
];
