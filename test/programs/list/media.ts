import type { Program } from '../program.ts';

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="120">
<defs><linearGradient id="g"><stop offset="0" stop-color="#135"/><stop offset="1" stop-color="#fa3"/></linearGradient><filter id="b"><feGaussianBlur stdDeviation="3"/></filter></defs>
<rect width="160" height="120" fill="url(#g)"/><circle cx="60" cy="60" r="35" fill="#fff8" filter="url(#b)"/>
<path d="M10 110 C 40 10, 65 10, 95 80 S 150 150, 155 20" stroke="#000" fill="none" stroke-width="4"/></svg>
`;

/** A 160 × 120 picture as portable pixmap, made with nothing but awk. */
const PICTURE =
  'awk \'BEGIN { print "P3 160 120 255"; for (y = 0; y < 120; y++) for (x = 0; x < 160; x++) print (x * 3) % 256, (y * 5 + x) % 256, (x * y) % 256 }\' > in.ppm';

export const MEDIA: Program[] = [
  {
    id: 'ffmpeg',
    what: 'ffmpeg with two threads: MPEG-4 encoded from a test pattern, sum of every frame',
    from: { debian: ['ffmpeg'] },
    version: 'ffmpeg -version',
    command: [
      'ffmpeg',
      '-v',
      'error',
      '-nostdin',
      '-threads',
      '2',
      '-f',
      'lavfi',
      '-i',
      'testsrc2=size=160x120:rate=10:duration=3',
      '-c:v',
      'mpeg4',
      '-flags',
      'bitexact',
      '-threads',
      '2',
      '-f',
      'framemd5',
      '-',
    ],
    timeout: 120,
  },
  {
    id: 'ffmpeg-transcode',
    what: 'ffmpeg: x264 and AAC into Matroska, then decoded again through filters',
    from: { debian: ['ffmpeg'] },
    version: 'ffmpeg -version',
    command: [
      'bash',
      '-c',
      'ffmpeg -v error -nostdin -f lavfi -i testsrc=size=160x120:rate=10:duration=2 -f lavfi -i sine=duration=2 -c:v libx264 -x264-params threads=2:log=none -c:a aac -fflags +bitexact -flags +bitexact o.mkv && ffmpeg -v error -nostdin -i o.mkv -vf "scale=80:60,hue=s=0,drawgrid=w=20" -f md5 - && ffprobe -v error -show_entries stream=codec_name,width -of json o.mkv; echo ended $?',
    ],
    produces: ['o.mkv'],
    follows: ['ffmpeg', 'ffprobe'],
    timeout: 120,
  },
  {
    id: 'imagemagick',
    what: 'ImageMagick: resize, blur, text-free montage, PNG, JPEG and WebP',
    from: { debian: ['imagemagick'] },
    version: 'convert --version',
    prepare: PICTURE,
    command: [
      'bash',
      '-c',
      'convert in.ppm -resize 200% -blur 0x2 -rotate 20 -define png:exclude-chunks=date,time +set date:create +set date:modify out.png && convert in.ppm -quality 80 out.jpg && identify -format "%m %wx%h %#\\n" out.png out.jpg && convert out.jpg -colorspace gray -unique-colors txt:- | wc -l && compare -metric AE in.ppm out.jpg null: 2>&1',
    ],
    follows: ['convert', 'identify'],
    stderrVaries: 'a metric is printed there',
    timeout: 120,
  },
  {
    id: 'graphviz',
    what: 'Graphviz: a graph of 60 nodes laid out and drawn with Cairo and Pango',
    from: { debian: ['graphviz'] },
    version: 'dot -V 2>&1',
    prepare:
      'awk \'BEGIN { print "digraph g {"; for (i = 1; i < 60; i++) print "n" i, "-> n" int(i / 2) ";"; print "}" }\' > in.dot',
    command: [
      'bash',
      '-c',
      'dot -Tsvg in.dot && neato -Tplain in.dot | head -5 && dot -Tpng in.dot | sha256sum && gvpr "END_G { print(nNodes($)) }" in.dot',
    ],
    follows: ['dot', 'neato'],
    stderrVaries: 'a font configuration may be missing',
    quick: true,
  },
  {
    id: 'gnuplot',
    what: 'gnuplot: a surface and a fit, drawn as SVG',
    from: { debian: ['gnuplot-nox'] },
    version: 'gnuplot --version',
    files: {
      'in.gp':
        'set terminal svg size 300,200\nset isosamples 20\nset hidden3d\nsplot sin(x)*cos(y)\nf(x) = a*x + b\nset fit quiet logfile "fit.log"\nfit f(x) "data" via a, b\nprint sprintf("%.4f %.4f", a, b)\nplot "data" with linespoints, f(x)\n',
    },
    prepare: "awk 'BEGIN { for (i = 0; i < 50; i++) print i, 3 * i + (i * 7) % 5 }' > data",
    command: ['gnuplot', 'in.gp'],
  },
  {
    id: 'ghostscript',
    what: 'Ghostscript: PostScript to PDF and to a picture; a garbage-collected heap of its own',
    from: { debian: ['ghostscript'] },
    version: 'gs --version',
    files: {
      'in.ps':
        '%!PS\n/Helvetica findfont 24 scalefont setfont\n1 1 3 { /p exch def 0 1 20 { /i exch def gsave i 18 mul i 25 mul translate i 17 mul rotate 0.1 i mul setgray 0 0 moveto (page ) show p 10 string cvs show grestore } for showpage } for\n',
    },
    command: [
      'bash',
      '-c',
      'gs -q -dNOPAUSE -dBATCH -dSAFER -sDEVICE=ppmraw -r36 -sOutputFile=- in.ps | sha256sum && gs -q -dNOPAUSE -dBATCH -sDEVICE=txtwrite -sOutputFile=- in.ps | head -5 && gs -q -dNODISPLAY -dBATCH -c "1 2 add == vmstatus pop pop == quit"',
    ],
    follows: ['gs'],
    timeout: 120,
  },
  {
    id: 'poppler',
    what: 'poppler: text and pictures out of a PDF',
    from: { debian: ['poppler-utils', 'ghostscript'] },
    version: 'pdftoppm -v 2>&1',
    files: {
      'in.ps':
        '%!PS\n/Times-Roman findfont 30 scalefont setfont 72 500 moveto (Hello PDF) show 100 100 200 150 rectfill showpage 72 72 moveto (Two) show showpage\n',
    },
    prepare: 'gs -q -dNOPAUSE -dBATCH -sDEVICE=pdfwrite -sOutputFile=in.pdf in.ps',
    command: [
      'bash',
      '-c',
      'pdftotext -layout in.pdf - && pdftoppm -r 40 -png in.pdf o && sha256sum o-*.png && pdfinfo in.pdf | grep Pages && pdftocairo -svg -f 1 -l 1 in.pdf - | wc -l',
    ],
    follows: ['pdftotext', 'pdftoppm', 'pdfinfo', 'pdftocairo'],
  },
  {
    id: 'rsvg-convert',
    what: 'librsvg: Rust inside C (glib, cairo, pango), stripped',
    from: { debian: ['librsvg2-bin'] },
    version: 'rsvg-convert --version',
    files: { 'in.svg': SVG },
    command: [
      'bash',
      '-c',
      'rsvg-convert -z 2 in.svg | sha256sum; rsvg-convert -f svg in.svg | wc -l; echo "<svg" | rsvg-convert > none',
    ],
    follows: ['rsvg-convert'],
    stderrVaries: 'none of it matters here',
    quick: true,
  },
  {
    id: 'pandoc',
    what: 'pandoc: Haskell’s run-time system beside malloc',
    from: { debian: ['pandoc'] },
    version: 'pandoc --version',
    files: {
      'in.md':
        '# Title\n\nA *text* with `code`, a [link](x) and $x^2$.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n    - two\n\n```c\nint main;\n```\n',
    },
    command: [
      'pandoc',
      '-f',
      'markdown',
      '-t',
      'html5',
      '--standalone',
      '--metadata',
      'title=t',
      '--toc',
      'in.md',
    ],
    timeout: 120,
  },
  {
    id: 'cjxl',
    what: 'JPEG XL encoder and decoder, linked to tcmalloc, two threads',
    from: { debian: ['libjxl-tools'] },
    version: 'cjxl --version',
    prepare: `${PICTURE}; perl -ne 'if ($. == 1) { print "P6\\n160 120\\n255\\n" } else { print pack("C3", split) }' in.ppm > in6.ppm`,
    command: [
      'bash',
      '-c',
      'cjxl --num_threads=2 -d 1 -e 5 in6.ppm o.jxl && djxl --num_threads=2 o.jxl o.png && sha256sum o.jxl o.png',
    ],
    follows: ['cjxl', 'djxl'],
    stderrVaries: 'it tells its own speed',
    quick: true,
  },
  {
    id: 'sox',
    what: 'SoX: a chord made, filtered and measured; plug-ins through libltdl',
    from: { debian: ['sox'] },
    version: 'sox --version',
    command: [
      'bash',
      '-c',
      'sox -R -n -r 8000 -b 16 o.wav synth 1 sine 300 sine 400 channels 1 lowpass 900 reverb 20 && sha256sum o.wav && sox o.wav -n stat 2>&1 | head -4 && soxi -D o.wav',
    ],
    follows: ['sox'],
  },
];
