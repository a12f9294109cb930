import type { Program } from '../program.ts';

const R_SCRIPT = `set.seed(7)
x <- matrix(rnorm(10000), 100)
print(round(sum(solve(x) %*% x), 6))
d <- data.frame(g = rep(1:5, 200), v = 1:1000)
print(aggregate(v ~ g, d, mean))
print(coef(lm(v ~ g, d)))
print(nchar(paste(sapply(1:2000, function(i) strrep("x", i %% 30)), collapse = "")))
l <- lapply(1:500, function(i) regmatches(paste0("a", i), regexpr("[0-9]+", paste0("a", i))))
print(length(unlist(l)))
invisible(gc())
print(digest <- sum(utf8ToInt(paste(deparse(d), collapse = ""))))
stop("as asked")
`;

const HASKELL = `import qualified Data.Map.Strict as M
import Control.Concurrent
import Foreign.Marshal.Alloc
import Foreign.Storable
import Foreign.Ptr
main :: IO ()
main = do
  let m = M.fromListWith (+) [(i \`mod\` 97, i * i) | i <- [1 .. 200000 :: Int]]
  print (M.foldl' (+) 0 m, M.size m)
  done <- newEmptyMVar
  _ <- forkIO (putMVar done (sum [length (show i) | i <- [1 .. 20000 :: Int]]))
  takeMVar done >>= print
  n <- allocaBytes 4096 (\\p -> poke (castPtr p) (7 :: Int) >> peek (castPtr p :: Ptr Int))
  p <- mallocBytes 100 :: IO (Ptr Int)
  poke p n
  peek p >>= print
  free p
`;

const OCAML = `module M = Map.Make (String)
let () =
  let m = ref M.empty in
  for i = 1 to 50000 do m := M.add (string_of_int (i * 7919 mod 10007)) (Bytes.make (i mod 50) 'x') !m done;
  Printf.printf "%d %d\\n" (M.cardinal !m) (M.fold (fun _ b n -> n + Bytes.length b) !m 0);
  Gc.compact ();
  let r, w = Unix.pipe () in
  (match Unix.fork () with
   | 0 -> ignore (Unix.write_substring w "from child" 0 10); Unix._exit 3
   | pid -> let _, s = Unix.waitpid [] pid in
     let b = Bytes.create 10 in ignore (Unix.read r b 0 10);
     Printf.printf "%s %s\\n" (Bytes.to_string b) (match s with Unix.WEXITED n -> string_of_int n | _ -> "?"))
`;

const CSHARP = `using System; using System.Collections.Generic; using System.Linq; using System.Runtime.InteropServices; using System.Threading;
class P { [DllImport("libc")] static extern IntPtr malloc(IntPtr n); [DllImport("libc")] static extern void free(IntPtr p);
 static void Main() { var d = new Dictionary<string, List<int>>(); for (int i = 0; i < 30000; i++) { var k = "k" + i % 501; if (!d.ContainsKey(k)) d[k] = new List<int>(); d[k].Add(i); }
 Console.WriteLine(d.Values.Sum(l => l.Count) + " " + d.Keys.OrderBy(k => k, StringComparer.Ordinal).First()); for (int i = 0; i < 100; i++) free(malloc((IntPtr)i));
 var p = Marshal.StringToHGlobalAnsi("native"); Console.WriteLine(Marshal.PtrToStringAnsi(p)); Marshal.FreeHGlobal(p);
 int n = 0; var ts = Enumerable.Range(0, 4).Select(t => new Thread(() => { for (int i = 0; i < 1000; i++) Interlocked.Add(ref n, ("x" + i).Length); })).ToList(); ts.ForEach(t => t.Start()); ts.ForEach(t => t.Join()); GC.Collect(); Console.WriteLine(n); Environment.Exit(4); } }
`;

const LISP = `(let ((h (make-hash-table :test 'equal)))
  (dotimes (i 50000) (setf (gethash (format nil "k~a" (mod i 997)) h) (make-string (mod i 40))))
  (gc :full t)
  (format t "~a ~a~%" (hash-table-count h)
          (loop for i from 1 to 200 for x = 1 then (* x i) finally (return (mod x 1000007)))))
(dotimes (i 500)
  (let ((a (sb-alien:make-alien (sb-alien:unsigned 8) (1+ i))))
    (setf (sb-alien:deref a i) 9)
    (sb-alien:free-alien a)))
(handler-case (error "as asked") (error (e) (format t "~a~%" e)))
(sb-ext:exit :code 5)
`;

const OCTAVE = `a = magic(41); b = a \\ ones(41, 1); printf("%d %.9f\\n", rank(a), sum(b));
[u, s, v] = svd(reshape(1:400, 20, 20)); printf("%.4f\\n", s(1));
c = cell(1, 500); for i = 1:500 c{i} = repmat("x", 1, mod(i, 30)); end; printf("%d\\n", length([c{:}]));
f = fft(1:1024); printf("%.6f\\n", abs(f(3)));
disp(regexprep("abc123", "(\\d)", "<$1>"));
printf("%.8f\\n", fzero(@(x) cos(x) - x, [0 1]));
m = containers.Map(); for i = 1:50 m(sprintf("k%d", i)) = i; end; printf("%d\\n", m.Count);
error("as asked");
`;

const TEX = `\\documentclass{article}
\\usepackage[margin=2cm]{geometry}
\\newcount\\n
\\begin{document}
\\tableofcontents
\\section{One}\\label{one}
\\loop \\advance\\n by 1 Paragraph \\the\\n: $\\int_0^{\\the\\n} x^2\\,dx$ see \\ref{one}. \\par \\ifnum\\n<400 \\repeat
\\section{Two}
\\begin{tabular}{ll} a & b \\\\ c & d \\end{tabular}
\\end{document}
`;

const KOTLIN = `fun main() { val m = (1..5000).groupBy { it % 7 }.mapValues { it.value.sum() }; println(m); println(listOf("a","b").joinToString { it.repeat(3) }) }
`;

const SCALA = `object M { def main(a: Array[String]): Unit = { println((1 to 5000).groupBy(_ % 7).mapValues(_.sum).toSeq.sorted); println("x" * 10) } }
`;

const NIM = `import std/[tables, strutils, algorithm]
type Node = ref object
  next: Node
  text: string
var t = initTable[string, seq[int]]()
for i in 0 ..< 30000: t.mgetOrPut("k" & $(i mod 501), @[]).add i
var head: Node
for i in 0 ..< 5000: head = Node(next: head, text: repeat("x", i mod 40))
var n = 0
var at = head
while at != nil: (n += at.text.len; at = at.next)
echo t.len, " ", n, " ", sorted(@["b", "a"]).join(",")
`;

const PASCAL = `program p;
uses SysUtils, Classes;
var l: TStringList; i: integer; s: ansistring;
begin
  l := TStringList.Create;
  for i := 1 to 20000 do l.Add(IntToStr(i * 7919 mod 10007));
  l.Sort; s := l.CommaText;
  writeln(length(s), ' ', l[0], ' ', l[19999]);
  l.Free; halt(3);
end.
`;

const ADA = `with Ada.Text_IO; with Ada.Containers.Indefinite_Ordered_Maps;
procedure Main is
   package Maps is new Ada.Containers.Indefinite_Ordered_Maps (String, String);
   M : Maps.Map; N : Natural := 0;
   task type Worker; task body Worker is S : String (1 .. 100) := (others => 'x'); begin if S (5) /= 'x' then raise Program_Error; end if; end Worker;
   type Link is access Worker; W : array (1 .. 4) of Link;
begin
   for I in W'Range loop W (I) := new Worker; end loop;
   for I in 1 .. 5000 loop M.Include (Integer'Image (I mod 997), (1 .. I mod 40 => 'y')); end loop;
   for E of M loop N := N + E'Length; end loop;
   Ada.Text_IO.Put_Line (Integer'Image (Integer (M.Length)) & Integer'Image (N));
end Main;
`;

const D_SOURCE = `import std.stdio, std.algorithm, std.array, std.conv, core.memory, core.stdc.stdlib;
void main() {
  string[][string] m;
  foreach (i; 0 .. 20000) m["k" ~ to!string(i % 501)] ~= "x".replicate(i % 30);
  GC.collect();
  writeln(m.length, " ", m.byValue.map!(l => l.map!(s => s.length).sum).sum);
  foreach (i; 1 .. 100) free(malloc(i));
}
`;

export const LANGUAGES: Program[] = [
  {
    id: 'maxima',
    what: 'Maxima on GNU Common Lisp, which moves the program break itself: algebra with long numbers',
    from: { debian: ['maxima'] },
    version: 'maxima --version',
    command: [
      'bash',
      '-c',
      "maxima --very-quiet -r 'display2d:false$ factor(2^96-1); integrate(1/(1+x^3),x); expand((a+b)^12); 200!; taylor(sin(x)/x,x,0,12); quit();'; echo ended $?",
    ],
    follows: ['maxima'],
  },
  {
    id: 'r',
    what: 'R: linear algebra through BLAS and LAPACK, data frames, a model, its collector, an error',
    from: { debian: ['r-base-core'] },
    version: 'R --version',
    files: { 'main.R': R_SCRIPT },
    command: ['bash', '-c', 'Rscript --vanilla main.R; echo ended $?'],
    follows: ['R'],
  },
  {
    id: 'ghc',
    what: 'GHC compiles a program, which runs with lightweight threads and foreign blocks',
    from: { debian: ['ghc'] },
    version: 'ghc --version',
    files: { 'main.hs': HASKELL },
    command: [
      'bash',
      '-c',
      'ghc -v0 -O1 -threaded -rtsopts main.hs -o program && ./program +RTS -N2; echo ended $?',
    ],
    follows: ['ghc', 'program'],
    timeout: 180,
  },
  {
    id: 'ocaml',
    what: 'OCaml: native code and bytecode of one program that compacts its heap and forks, and the toplevel',
    from: { debian: ['ocaml-nox'] },
    version: 'ocamlopt -version',
    files: { 'main.ml': OCAML },
    command: [
      'bash',
      '-c',
      'ocamlopt -I +unix unix.cmxa main.ml -o program && ./program && ocamlc unix.cma main.ml -o program.byte && ./program.byte; echo ended $?; echo "print_int (List.fold_left (+) 0 (List.init 1000 Fun.id));;" | ocaml -noprompt',
    ],
    follows: ['ocamlopt', 'program', 'ocamlrun'],
    timeout: 120,
  },
  {
    id: 'erlang',
    what: 'Erlang: schedulers in threads, 500 processes, tables, its own allocators over mmap and malloc, a port',
    from: { debian: ['erlang-base'] },
    version: "dpkg-query -W -f '${Version}' erlang-base",
    command: [
      'bash',
      '-c',
      'erl -noshell -eval \'L = [{N, integer_to_list(N * N)} || N <- lists:seq(1, 20000)], M = maps:from_list(L), io:format("~p ~s~n", [maps:size(M), maps:get(777, M)]), S = self(), [spawn(fun() -> S ! lists:sum(lists:seq(1, I)) end) || I <- lists:seq(1, 500)], io:format("~p~n", [lists:sum([receive X -> X end || _ <- lists:seq(1, 500)])]), io:format("~s~n", [binary:encode_hex(erlang:md5(term_to_binary(L)))]), E = ets:new(t, [ordered_set]), ets:insert(E, L), io:format("~p~n", [ets:info(E, size)]), io:format("~s", [os:cmd("echo from child")]), halt(0).\'; echo ended $?',
    ],
    follows: ['beam.smp'],
  },
  {
    id: 'mono',
    what: 'Mono: mcs compiles, mono runs threads, calls malloc and free through P/Invoke, ends with 4',
    from: { debian: ['mono-runtime', 'mono-mcs'] },
    version: 'mono --version',
    files: { 'main.cs': CSHARP },
    command: ['bash', '-c', 'mcs main.cs -out:p.exe && mono p.exe; echo ended $?'],
    follows: ['mono'],
    timeout: 120,
  },
  {
    id: 'sbcl',
    what: 'SBCL: its own heap with a moving collector, foreign blocks, a condition, exit status 5',
    from: { debian: ['sbcl'] },
    version: 'sbcl --version',
    files: { 'main.lisp': LISP },
    command: ['sbcl', '--script', 'main.lisp'],
    follows: ['sbcl'],
  },
  {
    id: 'octave',
    what: 'Octave: matrices, cells, FFTW, regular expressions, an error',
    from: { debian: ['octave'] },
    version: 'octave-cli --version',
    files: { 'main.m': OCTAVE },
    command: ['octave-cli', '--quiet', '--norc', 'main.m'],
    follows: ['octave-cli'],
    timeout: 120,
  },
  {
    id: 'pdflatex',
    what: 'pdfTeX twice over 400 paragraphs: a table of contents, references, a PDF',
    from: { debian: ['texlive-latex-base'] },
    version: 'pdflatex --version',
    files: { 'a.tex': TEX },
    command: [
      'bash',
      '-c',
      'for i in 1 2; do pdflatex -interaction=batchmode a.tex > /dev/null; done; echo $?; grep -c . a.log',
    ],
    env: { SOURCE_DATE_EPOCH: '1700000000', FORCE_SOURCE_DATE: '1' },
    produces: ['a.pdf'],
    follows: ['pdflatex'],
    timeout: 120,
  },
  {
    id: 'lualatex',
    what: 'LuaTeX: Lua and TeX over one document, OpenType fonts',
    from: { debian: ['texlive-luatex', 'texlive-latex-base'] },
    version: 'lualatex --version',
    files: { 'a.tex': TEX },
    command: [
      'bash',
      '-c',
      'lualatex -interaction=batchmode a.tex > /dev/null; echo $?; pdftotext a.pdf - 2> /dev/null | md5sum; grep -c . a.log',
    ],
    env: { SOURCE_DATE_EPOCH: '1700000000', FORCE_SOURCE_DATE: '1' },
    produces: ['a.pdf'],
    follows: ['lualatex'],
    timeout: 120,
  },
  {
    id: 'kotlin',
    what: 'Kotlin’s compiler in a JVM, and what it made',
    from: { debian: ['kotlin'] },
    version: "dpkg-query -W -f '${Version}' kotlin",
    files: { 'Main.kt': KOTLIN },
    command: [
      'bash',
      '-c',
      'kotlinc Main.kt -d m.jar && java -cp m.jar:/usr/share/java/kotlin-stdlib.jar MainKt; echo ended $?',
    ],
    follows: ['java'],
    timeout: 180,
  },
  {
    id: 'scala',
    what: 'Scala’s compiler in a JVM, and what it made',
    from: { debian: ['scala'] },
    version: "dpkg-query -W -f '${Version}' scala",
    files: { 'M.scala': SCALA },
    command: ['bash', '-c', 'scalac M.scala && scala M; echo ended $?'],
    follows: ['java'],
    timeout: 180,
  },
  {
    id: 'nim',
    what: 'Nim compiles by way of C; a program with its own allocator and its collector',
    from: { debian: ['nim', 'gcc'] },
    version: 'nim --version',
    files: { 'main.nim': NIM },
    command: [
      'bash',
      '-c',
      'nim c --hints:off --verbosity:0 --nimcache:cache -o:program main.nim && ./program; echo ended $?',
    ],
    follows: ['nim', 'program'],
    stderrVaries: 'the compiler tells its speed',
    timeout: 120,
  },
  {
    id: 'fpc',
    what: 'Free Pascal: the compiler, and a program with lists of strings on its own heap manager and cmem',
    from: { debian: ['fp-compiler', 'fp-units-rtl', 'fp-units-base', 'fp-units-fcl'] },
    version: 'fpc -iV',
    files: { 'p.pas': PASCAL },
    command: [
      'bash',
      '-c',
      'fpc -v0 p.pas > /dev/null 2>&1; ./p; echo ended $?; sed -i "s/uses /uses cmem, /" p.pas; fpc -v0 p.pas > /dev/null 2>&1; ./p; echo ended $?',
    ],
    follows: ['p'],
    timeout: 120,
  },
  {
    id: 'gnat',
    what: 'GNAT: Ada compiled, tasks as threads, containers, secondary stacks',
    from: { debian: ['gnat'] },
    version: 'gnatmake --version',
    files: { 'main.adb': ADA },
    command: ['bash', '-c', 'gnatmake -q main.adb && ./main; echo ended $?'],
    follows: ['gnat1', 'main'],
    timeout: 120,
  },
  {
    id: 'ldc',
    what: 'The LLVM D compiler, and a program on D’s collector beside malloc',
    from: { debian: ['ldc'] },
    version: 'ldc2 --version',
    files: { 'main.d': D_SOURCE },
    command: ['bash', '-c', 'ldc2 -O1 main.d -of=program && ./program; echo ended $?'],
    follows: ['ldc2', 'program'],
    timeout: 120,
  },
];
