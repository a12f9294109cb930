import type { Program } from '../program.ts';

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="120">
<defs><linearGradient id="g"><stop offset="0" stop-color="#135"/><stop offset="1" stop-color="#fa3"/></linearGradient><filter id="b"><feGaussianBlur stdDeviation="3"/></filter></defs>
<rect width="160" height="120" fill="url(#g)"/><circle cx="60" cy="60" r="35" fill="#fff8" filter="url(#b)"/>
<path d="M10 110 C 40 10, 65 10, 95 80 S 150 150, 155 20" stroke="#000" fill="none" stroke-width="4"/></svg>
`;

/** A 160 × 120 picture as portable pixmap. */
const PICTURE =
  'awk \'BEGIN { print "P3 160 120 255"; for (y = 0; y < 120; y++) for (x = 0; x < 160; x++) print (x * 3) % 256, (y * 5 + x) % 256, (x * y) % 256 }\' > in.ppm';

const GIMP = `(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "in.ppm" "in.ppm")))
       (layer (car (gimp-image-get-active-layer image))))
  (plug-in-gauss RUN-NONINTERACTIVE image layer 5 5 0)
  (gimp-image-scale image 80 60)
  (let ((copy (car (gimp-layer-copy layer TRUE))))
    (gimp-image-insert-layer image copy 0 0)
    (gimp-drawable-invert copy TRUE)
    (gimp-layer-set-opacity copy 40))
  (let ((flat (car (gimp-image-flatten image))))
    (gimp-file-save RUN-NONINTERACTIVE image flat "out.ppm" "out.ppm"))
  (gimp-quit 0))
`;

const BLENDER = `import bpy, os
here = os.getcwd()
bpy.ops.wm.read_factory_settings(use_empty=False)
bpy.ops.mesh.primitive_monkey_add(location=(1, 2, 0))
m = bpy.context.object.modifiers.new("s", "SUBSURF"); m.levels = 3
e = bpy.context.object.evaluated_get(bpy.context.evaluated_depsgraph_get())
print(len(e.data.vertices), round(sum(abs(v.co.x * v.co.y) for v in e.data.vertices), 3))
s = bpy.context.scene
s.render.engine = "CYCLES"; s.cycles.samples = 4; s.cycles.use_denoising = False
s.render.threads_mode = "FIXED"; s.render.threads = 2
s.render.resolution_x = 64; s.render.resolution_y = 48; s.render.filepath = here + "/r.png"
bpy.ops.render.render(write_still=True)
import hashlib
pixels = bpy.data.images.load(here + "/r.png").pixels[:]
print(len(pixels), hashlib.sha256(repr([round(p, 3) for p in pixels]).encode()).hexdigest())
bpy.ops.wm.save_as_mainfile(filepath=here + "/r.blend")
bpy.ops.wm.open_mainfile(filepath=here + "/r.blend")
print(len(bpy.data.objects))
`;

const SCRIBUS = `import scribus, sys
scribus.newDocument((200, 300), (10, 10, 10, 10), scribus.PORTRAIT, 1, scribus.UNIT_POINTS, scribus.PAGE_1, 0, 2)
for i in range(20):
    r = scribus.createRect(10 + i, 10 + i * 5, 50, 20); scribus.setFillColor("Black", r)
t = scribus.createText(20, 150, 150, 100)
scribus.setText("word " * 200, t)
print(scribus.getTextLength(t), scribus.pageCount(), len(scribus.getAllObjects()))
scribus.saveDocAs("out.sla")
scribus.fileQuit()
`;

export const OFFICE: Program[] = [
  {
    id: 'libreoffice-writer',
    what: 'LibreOffice Writer without a screen: HTML to OpenDocument to PDF and to text',
    from: { debian: ['libreoffice-writer-nogui', 'poppler-utils'] },
    version: 'soffice --version',
    files: {
      'in.html': `<html><body><h1>Title</h1><p>Some <b>bold</b> text.</p><ul><li>one</li><li>two</li></ul><table><tr><td>1</td><td>2</td></tr></table></body></html>
`,
    },
    command: [
      'bash',
      '-c',
      'soffice --headless -env:UserInstallation="file://$PWD/profile" --convert-to odt:writer8 in.html > /dev/null && soffice --headless -env:UserInstallation="file://$PWD/profile" --convert-to pdf in.odt > /dev/null && soffice --headless -env:UserInstallation="file://$PWD/profile" --convert-to txt:Text in.odt > /dev/null; cat in.txt; pdftotext in.pdf -',
    ],
    follows: ['soffice.bin'],
    stderrVaries: 'it may speak of Java and of the loader’s preloads',
    timeout: 180,
  },
  {
    id: 'libreoffice-calc',
    what: 'LibreOffice Calc without a screen: 3,000 formulas, to Excel’s format and back',
    from: { debian: ['libreoffice-calc-nogui'] },
    version: 'soffice --version',
    prepare:
      '(echo a,b,c; for i in $(seq 2 3000); do echo "$i,$((i * 7)),=A$i+B$i*SUM(A2:A$((i % 50 + 2)))"; done) > in.csv',
    command: [
      'bash',
      '-c',
      'soffice --headless -env:UserInstallation="file://$PWD/profile" --convert-to xlsx in.csv > /dev/null && soffice --headless -env:UserInstallation="file://$PWD/profile" --convert-to csv:"Text - txt - csv (StarCalc)":44,34,76,1 --outdir out in.xlsx > /dev/null; tail -2 out/in.csv; md5sum out/in.csv',
    ],
    follows: ['soffice.bin'],
    stderrVaries: 'it may speak of Java and of the loader’s preloads',
    timeout: 180,
  },
  {
    id: 'gimp',
    what: 'GIMP without a screen: its plug-ins as processes, a Scheme script with GEGL operations',
    from: { debian: ['gimp'] },
    version: 'gimp-console-2.10 --version',
    files: { 'main.scm': GIMP },
    prepare: PICTURE,
    command: [
      'bash',
      '-c',
      'gimp-console-2.10 -i -d -f -b "$(cat main.scm)" > log; echo ended $?; sha256sum out.ppm',
    ],
    follows: ['gimp-console-2.10', 'script-fu'],
    stderrVaries: 'it tells of buffers that it leaks itself',
    timeout: 120,
  },
  {
    id: 'inkscape',
    what: 'Inkscape without a window: a drawing with a filter to PNG, PDF and plain SVG, an area asked for',
    from: { debian: ['inkscape'] },
    version: 'inkscape --version',
    files: { 'in.svg': SVG },
    command: [
      'bash',
      '-c',
      'inkscape --export-type=png --export-filename=o.png in.svg; inkscape --export-plain-svg --export-filename=o.svg in.svg; inkscape -W in.svg',
    ],
    produces: ['o.png', 'o.svg'],
    follows: ['inkscape'],
    stderrVaries: 'warnings with process ids',
    timeout: 120,
  },
  {
    id: 'blender',
    what: 'Blender without a screen: subdivision, a picture by ray tracing in two threads, a file saved and read',
    from: { debian: ['blender'] },
    version: 'blender --version',
    files: { 'main.py': BLENDER },
    command: [
      'bash',
      '-c',
      'blender -b --factory-startup -noaudio -t 2 -P main.py > log; echo ended $?; grep -v "Fra:\\|Saved\\|Time:\\|Read" log',
    ],
    follows: ['blender'],
    stderrVaries: 'it may tell of devices that are not there',
    timeout: 180,
  },
  {
    id: 'scribus',
    what: 'Scribus under Xvfb: a page of 20 frames and a text frame, by its Python',
    from: { debian: ['scribus', 'xvfb', 'xauth'] },
    version: "dpkg-query -W -f '${Version}' scribus",
    files: { 'main.py': SCRIBUS },
    command: ['xvfb-run', '-a', 'bash', '-c', 'scribus -g -ns -py main.py; grep -c PAGEOBJECT out.sla'],
    follows: ['scribus', 'Xvfb'],
    stderrVaries: 'it lists fonts and icons',
    timeout: 120,
  },
];
