import type { Program } from '../program.ts';

const JNI_C = `#include <jni.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
static JavaVM *vm;
JNIEXPORT jint JNI_OnLoad(JavaVM *given, void *unused) { (void)unused; vm = given; return JNI_VERSION_10; }
JNIEXPORT jlong JNICALL Java_Main_make(JNIEnv *env, jclass c, jint size) { (void)env; (void)c; return (jlong)calloc(1, (size_t)size); }
JNIEXPORT void JNICALL Java_Main_drop(JNIEnv *env, jclass c, jlong block) { (void)env; (void)c; free((void *)block); }
JNIEXPORT jstring JNICALL Java_Main_twice(JNIEnv *env, jclass c, jstring text) {
  (void)c;
  const char *chars = (*env)->GetStringUTFChars(env, text, NULL);
  size_t n = strlen(chars);
  char *both = malloc(2 * n + 1);
  memcpy(both, chars, n);
  memcpy(both + n, chars, n + 1);
  (*env)->ReleaseStringUTFChars(env, text, chars);
  jstring result = (*env)->NewStringUTF(env, both);
  free(both);
  return result;
}
JNIEXPORT jlong JNICALL Java_Main_sum(JNIEnv *env, jclass c, jlongArray array) {
  (void)c;
  jsize n = (*env)->GetArrayLength(env, array);
  jlong *copy = (*env)->GetLongArrayElements(env, array, NULL), sum = 0;
  for (jsize i = 0; i < n; i++) sum += copy[i];
  (*env)->ReleaseLongArrayElements(env, array, copy, JNI_ABORT);
  return sum;
}
static void *attached(void *n) {
  JNIEnv *env;
  (*vm)->AttachCurrentThread(vm, (void **)&env, NULL);
  jstring s = (*env)->NewStringUTF(env, "from a thread of C");
  *(jsize *)n = (*env)->GetStringLength(env, s);
  (*vm)->DetachCurrentThread(vm);
  return NULL;
}
JNIEXPORT jint JNICALL Java_Main_threads(JNIEnv *env, jclass c, jint count) {
  (void)env; (void)c;
  jsize length = 0, all = 0;
  for (jint i = 0; i < count; i++) { pthread_t t; pthread_create(&t, NULL, attached, &length); pthread_join(t, NULL); all += length; }
  return all;
}
`;

const JNI_JAVA = `import java.nio.ByteBuffer;
public class Main {
  static { System.loadLibrary("jni"); }
  static native long make(int size);
  static native void drop(long block);
  static native String twice(String text);
  static native long sum(long[] array);
  static native int threads(int count);
  public static void main(String[] a) throws Exception {
    Thread[] ts = new Thread[4];
    for (int t = 0; t < ts.length; t++) { ts[t] = new Thread(() -> { for (int i = 1; i < 2000; i++) drop(make(i)); }); ts[t].start(); }
    for (Thread t : ts) t.join();
    int n = 0;
    for (int i = 0; i < 2000; i++) n += twice("x".repeat(i % 60)).length();
    long[] numbers = new long[50000];
    java.util.Arrays.setAll(numbers, i -> i);
    for (int i = 0; i < 200; i++) ByteBuffer.allocateDirect(i * 100 + 1).put(0, (byte) 1);
    System.out.println(n + " " + sum(numbers) + " " + threads(10));
    System.gc();
    System.exit(6);
  }
}
`;

const XS = `#define PERL_NO_GET_CONTEXT
#include "EXTERN.h"
#include "perl.h"
#include "XSUB.h"

MODULE = Own PACKAGE = Own

SV *
twice(char *text)
  CODE:
    STRLEN n = strlen(text);
    char *both;
    Newx(both, 2 * n + 1, char);
    memcpy(both, text, n); memcpy(both + n, text, n + 1);
    RETVAL = newSVpvn(both, 2 * n);
    Safefree(both);
  OUTPUT: RETVAL

IV
count(AV *list)
  CODE:
    void *p = malloc(100);
    p = realloc(p, 5000);
    RETVAL = av_len(list) + 1;
    free(p);
  OUTPUT: RETVAL
`;

const RUBY_C = `#include <ruby.h>
#include <stdlib.h>
#include <string.h>
struct own { size_t size; char *bytes; };
static void drop(void *p) { struct own *o = p; xfree(o->bytes); xfree(o); }
static const rb_data_type_t type = {"own", {0, drop, 0}, 0, 0, RUBY_TYPED_FREE_IMMEDIATELY};
static VALUE make(VALUE class, VALUE size) {
  struct own *o;
  VALUE made = TypedData_Make_Struct(class, struct own, &type, o);
  o->size = NUM2SIZET(size);
  o->bytes = ALLOC_N(char, o->size + 1);
  memset(o->bytes, 'r', o->size);
  return made;
}
static VALUE text(VALUE self) {
  struct own *o;
  TypedData_Get_Struct(self, struct own, &type, o);
  char *copy = malloc(o->size + 1);
  memcpy(copy, o->bytes, o->size);
  VALUE made = rb_str_new(copy, (long)o->size);
  free(copy);
  return made;
}
void Init_own(void) {
  VALUE c = rb_define_class("Own", rb_cObject);
  rb_undef_alloc_func(c);
  rb_define_singleton_method(c, "make", make, 1);
  rb_define_method(c, "text", text, 0);
}
`;

const LUA_C = `#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>
static void *accounted(void *data, void *p, size_t old, size_t size) {
  *(size_t *)data += size;
  if (!size) { free(p); return NULL; }
  (void)old;
  return realloc(p, size);
}
static int inner(lua_State *L) {
  size_t used = 0;
  lua_State *own = lua_newstate(accounted, &used);
  luaL_openlibs(own);
  int bad = luaL_loadstring(own, luaL_checkstring(L, 1)) || lua_pcall(own, 0, 0, 0);
  lua_close(own);
  lua_pushboolean(L, !bad && used > 1000);
  return 1;
}
static int joined(lua_State *L) {
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (int i = 0; i < 2000; i++) { char *copy = strdup("part "); luaL_addstring(&b, copy); free(copy); }
  luaL_pushresult(&b);
  return 1;
}
int luaopen_own(lua_State *L) {
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, inner); lua_setfield(L, -2, "inner");
  lua_pushcfunction(L, joined); lua_setfield(L, -2, "joined");
  return 1;
}
`;

const PYTHON_C = `#define PY_SSIZE_T_CLEAN
#include <Python.h>
static PyObject *twice(PyObject *self, PyObject *text) {
  (void)self;
  Py_ssize_t n;
  const char *chars = PyUnicode_AsUTF8AndSize(text, &n);
  if (!chars) return NULL;
  char *raw = PyMem_RawMalloc((size_t)n + 1), *mem = PyMem_Malloc((size_t)n + 1), *obj = PyObject_Malloc((size_t)n + 1);
  memcpy(raw, chars, (size_t)n); memcpy(mem, raw, (size_t)n); memcpy(obj, mem, (size_t)n); obj[n] = 0;
  PyObject *made = PyUnicode_FromFormat("%s%s", obj, obj);
  PyMem_RawFree(raw); PyMem_Free(mem); PyObject_Free(obj);
  return made;
}
static PyMethodDef methods[] = {{"twice", twice, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "own", NULL, -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_own(void) { return PyModule_Create(&module); }
`;

const PYSIDE = `import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6 import QtCore, QtGui, QtWidgets
app = QtWidgets.QApplication(sys.argv)
class Window(QtWidgets.QWidget):
    counted = QtCore.Signal(int)
    def __init__(self):
        super().__init__()
        layout = QtWidgets.QVBoxLayout(self)
        self.table = QtWidgets.QTableWidget(40, 5); layout.addWidget(self.table)
        for r in range(40):
            for c in range(5): self.table.setItem(r, c, QtWidgets.QTableWidgetItem(f"{r}-{c}" * 3))
        self.tree = QtWidgets.QTreeWidget(); layout.addWidget(self.tree)
        for i in range(100): self.tree.addTopLevelItem(QtWidgets.QTreeWidgetItem([f"item {i}"]))
        self.edit = QtWidgets.QTextEdit(); layout.addWidget(self.edit)
        self.edit.setHtml("<b>bold</b> " * 200)
        self.seen = 0
        self.counted.connect(self.note)
    def note(self, n): self.seen += n
    def paintEvent(self, event):
        p = QtGui.QPainter(self); p.drawEllipse(3, 3, 50, 50); p.end()
window = Window(); window.show()
for n in range(300): window.counted.emit(n)
class Work(QtCore.QRunnable):
    def run(self): QtCore.QCryptographicHash.hash(b"x" * 10000, QtCore.QCryptographicHash.Sha256)
for _ in range(20): QtCore.QThreadPool.globalInstance().start(Work())
QtCore.QThreadPool.globalInstance().waitForDone()
model = QtCore.QSortFilterProxyModel(); source = QtCore.QStringListModel([str(i * 7919 % 1000) for i in range(1000)])
model.setSourceModel(source); model.sort(0); model.setFilterFixedString("77")
image = window.grab().toImage()
print(window.seen, model.rowCount(), image.width() > 0, window.edit.toPlainText().count("bold"))
QtCore.QTimer.singleShot(100, lambda: app.exit(5))
status = app.exec()
sys.stdout.flush()
os._exit(status)  # its wheel counts a reference wrongly when Python ends
`;

const WEBENGINE = `import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = "--no-sandbox --disable-gpu"
from PySide6 import QtCore, QtWidgets
from PySide6.QtWebEngineWidgets import QWebEngineView
app = QtWidgets.QApplication(sys.argv)
view = QWebEngineView()
def told(text):
    print(text, flush=True)
    view.setParent(None); view.deleteLater()
    QtCore.QTimer.singleShot(200, lambda: app.exit(0))
def loaded(ok):
    view.page().runJavaScript("[...document.querySelectorAll('div')].map((d) => d.dataset.n * 2).join()", told)
view.loadFinished.connect(loaded)
view.setHtml("<body><script>for (let i = 0; i < 60; i++) { const d = document.createElement('div'); d.dataset.n = i; d.textContent = i; document.body.append(d); }</script>")
view.resize(400, 300); view.show()
QtCore.QTimer.singleShot(60000, lambda: app.exit(9))
sys.exit(app.exec())
`;

const NAPI_C = `#include <node_api.h>
#include <stdlib.h>
#include <string.h>
static void drop(napi_env env, void *data, void *hint) { (void)env; (void)hint; free(data); }
static napi_value make(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument, result;
  uint32_t size;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  napi_get_value_uint32(env, argument, &size);
  char *bytes = malloc(size + 1);
  memset(bytes, 'n', size);
  napi_create_external_buffer(env, size, bytes, drop, NULL, &result);
  return result;
}
static napi_value init(napi_env env, napi_value exports) {
  napi_value f;
  napi_create_function(env, "make", NAPI_AUTO_LENGTH, make, NULL, &f);
  napi_set_named_property(env, exports, "make", f);
  return exports;
}
NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
`;

const CGO = `package main

// #include <stdlib.h>
// #include <string.h>
// extern int compare(void *, void *);
// static int relay(const void *a, const void *b) { return compare((void *)a, (void *)b); }
// static void sort(int *p, size_t n) { qsort(p, n, sizeof *p, relay); }
import "C"
import ("fmt"; "net"; "os"; "os/user"; "sync"; "unsafe")

//export compare
func compare(a, b unsafe.Pointer) C.int { return *(*C.int)(a) - *(*C.int)(b) }

func main() {
	var all sync.WaitGroup
	var lock sync.Mutex
	total := 0
	for t := 0; t < 8; t++ {
		all.Add(1)
		go func(t int) {
			defer all.Done()
			n := 0
			for i := 0; i < 2000; i++ {
				s := C.CString(fmt.Sprintf("text %d %d", t, i))
				n += int(C.strlen(s))
				C.free(unsafe.Pointer(s))
			}
			lock.Lock(); total += n; lock.Unlock()
		}(t)
	}
	all.Wait()
	const size = 3000
	numbers := (*[size]C.int)(C.calloc(size, 4))
	for i := range numbers { numbers[i] = C.int(i * 7919 % 3001) }
	C.sort(&numbers[0], size)
	u, _ := user.Current()
	_, err := net.LookupHost("localhost")
	fmt.Println(total, numbers[0], numbers[size-1], u.Uid != "", err == nil)
	C.free(unsafe.Pointer(numbers))
	os.Exit(3)
}
`;

export const NATIVE: Program[] = [
  {
    id: 'jni',
    what: 'a Java program with a native library: strings, arrays, blocks, threads of C attached, direct buffers',
    from: { machine: ['javac', 'java'], debian: ['gcc', 'libc6-dev'] },
    version: 'java -version 2>&1',
    files: { 'Main.java': JNI_JAVA, 'jni.c': JNI_C },
    prepare:
      'javac Main.java; home=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")"); gcc -O1 -g -shared -fPIC -pthread -I"$home/include" -I"$home/include/linux" jni.c -o libjni.so',
    command: ['bash', '-c', 'java -Djava.library.path=. -cp . Main; echo ended $?'],
    follows: ['java'],
    timeout: 120,
  },
  {
    id: 'perl-xs',
    what: 'a Perl module in C through XS, built by xsubpp: strings and blocks back and forth',
    from: { debian: ['perl', 'libperl-dev', 'gcc'] },
    version: 'perl -v',
    files: { 'Own.xs': XS },
    prepare:
      'core=$(perl -MConfig -e \'print "$Config{archlibexp}/CORE"\'); xsubpp -typemap "$(perl -MConfig -e \'print $Config{privlibexp}\')/ExtUtils/typemap" Own.xs > Own.c; mkdir -p auto/Own; gcc -O1 -g -shared -fPIC -DXS_VERSION=\'""\' -DVERSION=\'""\' $(perl -MConfig -e \'print $Config{ccflags}\') -I"$core" Own.c -o auto/Own/Own.so',
    command: [
      'perl',
      '-e',
      'require XSLoader; unshift @INC, "."; XSLoader::load("Own"); my $n = 0; $n += length Own::twice("x" x ($_ % 80)) for 1..3000; print "$n ", Own::count([1..40]), "\\n"; exit 3',
    ],
  },
  {
    id: 'ruby-native',
    what: 'a Ruby extension in C: objects that own blocks, collected',
    from: { debian: ['ruby', 'ruby-dev', 'gcc'] },
    version: 'ruby --version',
    files: { 'own.c': RUBY_C },
    prepare:
      'gcc -O1 -g -shared -fPIC $(ruby -rrbconfig -e \'puts "-I#{RbConfig::CONFIG["rubyhdrdir"]} -I#{RbConfig::CONFIG["rubyarchhdrdir"]}"\') own.c -o own.so',
    command: [
      'ruby',
      '-I.',
      '-e',
      'require "own"; n = 0; 5000.times { |i| n += Own.make(i % 300).text.size }; GC.start; puts n; begin; Own.make("x"); rescue => e; puts e.class; end; exit 3',
    ],
  },
  {
    id: 'lua-native',
    what: 'a Lua module in C: a state in a state with an allocator of its own, buffers',
    from: { debian: ['lua5.4', 'liblua5.4-dev', 'gcc'] },
    version: 'lua5.4 -v',
    files: { 'own.c': LUA_C },
    prepare:
      'gcc -O1 -g -shared -fPIC $(pkg-config --cflags lua5.4 2> /dev/null || echo -I/usr/include/lua5.4) own.c -o own.so',
    command: [
      'lua5.4',
      '-e',
      'package.cpath = "./?.so"; local own = require "own"; print(#own.joined(), own.inner("local t = {} for i = 1, 5000 do t[i] = tostring(i) .. (\'x\'):rep(i % 30) end"), own.inner("error \'bad\'")); os.exit(3)',
    ],
  },
  {
    id: 'python-native',
    what: 'a CPython extension in C that uses each of Python’s three domains rightly',
    from: { debian: ['python3', 'python3-dev', 'gcc'] },
    version: 'python3 --version',
    files: { 'own.c': PYTHON_C },
    prepare: 'gcc -O1 -g -shared -fPIC $(/usr/bin/python3-config --includes) own.c -o own.so',
    command: [
      '/usr/bin/python3',
      '-c',
      'import own; print(sum(len(own.twice("x" * (i % 2000))) for i in range(5000)))',
    ],
  },
  {
    id: 'node-napi',
    what: 'a Node add-on in C: 3,000 buffers over blocks of malloc, finalised by the collector',
    from: { machine: ['node'], debian: ['gcc', 'libc6-dev'] },
    version: 'node --version',
    files: { 'own.c': NAPI_C },
    prepare:
      'include="$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")/include/node"; [ -f "$include/node_api.h" ] || include=/usr/include/node; gcc -O1 -g -shared -fPIC -DNODE_GYP_MODULE_NAME=own -I"$include" own.c -o own.node',
    command: [
      'node',
      '--expose-gc',
      '-e',
      'const { make } = require("./own.node"); let n = 0; for (let i = 0; i < 3000; i++) n += make(i % 700).toString().length; global.gc(); console.log(n); setTimeout(() => { global.gc(); process.exit(3); }, 50)',
    ],
  },
  {
    id: 'cgo',
    what: 'Go with cgo: strings of C from eight goroutines, qsort that calls back into Go, the C resolver',
    from: { machine: ['go'], debian: ['gcc', 'libc6-dev'] },
    version: 'go version',
    files: { 'main.go': CGO },
    prepare: 'GO111MODULE=off CGO_ENABLED=1 go build -o program main.go',
    command: ['bash', '-c', './program; echo ended $?'],
    follows: ['program'],
    timeout: 120,
  },
  {
    id: 'pyside6',
    what: 'PySide6: widgets painted off screen, signals, a thread pool, sorted models',
    from: {
      pypi: ['PySide6-Essentials==6.12.0'],
      debian: ['libegl1', 'libgl1', 'libxkbcommon0', 'libdbus-1-3', 'libfontconfig1', 'libglib2.0-0'],
    },
    version: 'python3 -c "import PySide6; print(PySide6.__version__)"',
    files: { 'main.py': PYSIDE },
    command: ['python3', 'main.py'],
    stderrVaries: 'it names fonts and directories that are not there',
    timeout: 120,
  },
  {
    id: 'pyside6-webengine',
    what: 'PySide6’s WebEngine: Chromium inside of a Python program, a page with script',
    from: {
      pypi: ['PySide6-Essentials==6.12.0', 'PySide6-WebEngine==6.12.0.140'],
      debian: [
        'libegl1',
        'libgl1',
        'libxkbcommon0',
        'libdbus-1-3',
        'libfontconfig1',
        'libglib2.0-0',
        'libnss3',
        'libasound2',
        'libxcomposite1',
        'libxdamage1',
        'libxrandr2',
        'libxtst6',
        'libxkbfile1',
        'libxi6',
      ],
    },
    version: 'python3 -c "import PySide6; print(PySide6.__version__)"',
    files: { 'main.py': WEBENGINE },
    command: ['python3', 'main.py'],
    follows: ['QtWebEngineProcess'],
    stderrVaries: 'Chromium logs with process ids and times',
    timeout: 180,
  },
];
