import type { Program } from '../program.ts';

const WISH = `package require Tk
canvas .c -width 200 -height 150; pack .c
for {set i 0} {$i < 200} {incr i} { .c create oval $i [expr {$i % 90}] [expr {$i+20}] [expr {($i*7)%150}] -fill "#[format %06x [expr {$i*70000}]]" -tags t$i }
text .t -width 20 -height 3; pack .t; for {set i 0} {$i < 300} {incr i} { .t insert end "line $i\\n" }
listbox .l; pack .l; for {set i 0} {$i < 100} {incr i} { .l insert end item$i }
update
set im [image create photo -width 60 -height 60]; for {set i 0} {$i < 60} {incr i} { $im put "#ff00[format %02x $i]" -to $i 0 [expr {$i+1}] 60 }
puts "[llength [.c find all]] [.t count -lines 1.0 end] [.l size] [string length [$im data]]"
for {set i 0} {$i < 150} {incr i} { .c delete t$i }
update; destroy .; 
`;

const GTK = `for demo in paint treeview_list_store textview css_basics flowbox; do
  timeout 30 gtk3-demo --run=$demo --autoquit; echo "$demo $?"
done
`;

const WEBDRIVER = `import base64, hashlib, json, os, subprocess, time, urllib.request
server = subprocess.Popen(["WebKitWebDriver", "--host=127.0.0.1", "--port=41973"])
def ask(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request("http://127.0.0.1:41973" + path, data, {"Content-Type": "application/json"}, method=method)
    return json.load(urllib.request.urlopen(request, timeout=60))["value"]
for _ in range(200):
    try: ask("GET", "/status"); break
    except OSError: time.sleep(0.05)
browser = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"
options = {"webkitgtk:browserOptions": {"binary": browser, "args": ["--automation"]}}
session = "/session/" + ask("POST", "/session", {"capabilities": {"alwaysMatch": options}})["sessionId"]
try:
    ask("POST", session + "/url", {"url": "file://" + os.getcwd() + "/page.html"})
    print(ask("GET", session + "/title"))
    print(ask("POST", session + "/execute/sync", {"script": "return [...document.querySelectorAll('div')].map((d) => d.dataset.n * 2).join()", "args": []}))
    print(len(base64.b64decode(ask("GET", session + "/screenshot"))) > 500)
finally:
    ask("DELETE", session)
    server.terminate(); server.wait()
`;

const PAGE = `<!doctype html><meta charset="utf-8"><title>a page</title>
<style>div{width:40px;height:40px;display:inline-block}</style>
<body><script>
for (let i = 0; i < 60; i++) { const d = document.createElement('div'); d.style.background = 'hsl(' + i * 6 + ' 80% 50%)'; d.dataset.n = i; document.body.append(d); }
const c = document.createElement('canvas'); c.width = c.height = 50; const x = c.getContext('2d'); x.arc(25, 25, 20, 0, 5); x.fill(); document.body.append(c);
</script>
`;

export const DESKTOP: Program[] = [
  {
    id: 'tk',
    what: 'Tk under Xvfb: a canvas of 200 shapes, texts, a list, a picture',
    from: { debian: ['tk', 'xvfb', 'xauth'] },
    version: "dpkg-query -W -f '${Version}' tk",
    files: { 'main.tcl': WISH },
    command: ['xvfb-run', '-a', 'wish', 'main.tcl'],
    follows: ['wish', 'Xvfb'],
    timeout: 60,
  },
  {
    id: 'gtk3-demo',
    what: 'GTK 3 under Xvfb: five of its own demos, each opened and closed',
    from: { debian: ['gtk-3-examples', 'xvfb', 'xauth'] },
    version: "dpkg-query -W -f '${Version}' gtk-3-examples",
    files: { 'main.sh': GTK },
    command: ['xvfb-run', '-a', 'bash', 'main.sh'],
    follows: ['gtk3-demo', 'Xvfb'],
    stderrVaries: 'warnings with process ids',
    timeout: 180,
  },
  {
    id: 'gtk4-demo',
    what: 'GTK 4 under Xvfb, drawn by Cairo: three of its own demos, each opened and closed',
    from: { debian: ['gtk-4-examples', 'xvfb', 'xauth'] },
    version: "dpkg-query -W -f '${Version}' gtk-4-examples",
    command: [
      'xvfb-run',
      '-a',
      'bash',
      '-c',
      'for demo in listview_words paint textview; do timeout 30 gtk4-demo --run=$demo --autoquit; echo "$demo $?"; done',
    ],
    env: { GSK_RENDERER: 'cairo' },
    follows: ['gtk4-demo', 'Xvfb'],
    stderrVaries: 'warnings with process ids',
    timeout: 180,
  },
  {
    id: 'qt5-examples',
    what: 'Qt 5 under Xvfb: three of its examples animated for two seconds each, ended by SIGTERM',
    from: { debian: ['qtbase5-examples', 'xvfb', 'xauth'] },
    version: "dpkg-query -W -f '${Version}' qtbase5-examples",
    command: [
      'xvfb-run',
      '-a',
      'bash',
      '-c',
      'cd /usr/lib/x86_64-linux-gnu/qt5/examples/widgets; for example in animation/animatedtiles itemviews/puzzle richtext/textedit; do timeout 2 $example/${example##*/}; echo "$example $?"; done',
    ],
    follows: ['animatedtiles', 'textedit', 'Xvfb'],
    stderrVaries: 'it names a runtime directory',
    timeout: 60,
  },
  {
    id: 'webkit',
    what: 'WebKitGTK’s MiniBrowser under Xvfb, driven over loopback: a page with script and a picture of it',
    from: { debian: ['webkit2gtk-driver', 'python3', 'xvfb', 'xauth'] },
    version: "dpkg-query -W -f '${Version}' webkit2gtk-driver",
    files: { 'main.py': WEBDRIVER, 'page.html': PAGE },
    command: ['xvfb-run', '-a', '/usr/bin/python3', 'main.py'],
    env: { LIBGL_ALWAYS_SOFTWARE: '1' },
    follows: ['WebKitWebDriver', 'MiniBrowser', 'WebKitWebProcess', 'WebKitNetworkProcess'],
    stderrVaries: 'warnings with process ids',
    timeout: 180,
  },
];
