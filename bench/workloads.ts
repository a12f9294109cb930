/** A program whose cost is compared. */
export interface Workload {
  name: string;
  /** What it does to the heap, a few words. */
  about: string;
  language: string;
  threads: 1 | 2;
  /** Ours: a source in `bench/workloads/`, built here. Absent for a program of the machine. */
  source?: string;
  /** A program of the machine, by name; looked up in the usual folders. */
  program?: string;
  /** `{here}` stands for the folder of the sources. */
  args: string[];
  /** File in the folder of the sources that feeds its standard input. */
  input?: string;
}

const own = (source: string, language: string, threads: 1 | 2, rounds: number, about: string): Workload => ({
  name: source.replace(/\..*$/, ''),
  source,
  language,
  threads,
  about,
  args: [String(rounds)],
});

/** Each takes about 0.5 to 1.5 seconds of CPU. */
export const workloads: readonly Workload[] = [
  own('churn.c', 'C', 1, 30_000_000, 'allocation only: mixed small blocks replaced at random'),
  own('dense.c', 'C', 1, 2_500_000, 'millions of live blocks of 16 to 24 bytes'),
  own('json.c', 'C', 1, 50, 'parse, serialise and free a tree'),
  own('grow.c', 'C', 1, 2_000, 'vectors that grow and shrink by realloc'),
  own('words.cpp', 'C++', 1, 450_000, 'std::map, std::unordered_map, std::string'),
  own('matrix.cpp', 'C++', 1, 40, 'arithmetic and sorting, few allocations'),
  own('index.rs', 'Rust', 1, 70_000, 'BTreeMap<String, Vec<String>>'),
  own('interpreter.rs', 'Rust', 1, 2_000_000, 'an interpreter: boxes, Rc, short-lived strings'),
  own('pipeline.c', 'C', 2, 3_000, 'born in one thread, freed in the other'),
  own('server.cpp', 'C++', 2, 120, 'churn by threads that inherit blocks'),
  own('trees.rs', 'Rust', 2, 110, 'two threads that share nothing: trees of boxes'),
  {
    name: 'cc1plus',
    about: 'the C++ compiler at -O2',
    language: 'C++',
    threads: 1,
    program: 'cc1plus',
    args: [
      '-quiet',
      '-O2',
      '-std=c++17',
      '-D_GNU_SOURCE',
      '-imultiarch',
      'x86_64-linux-gnu',
      '{here}/words.cpp',
      '-o',
      '/dev/null',
    ],
  },
  {
    name: 'perl',
    about: 'hashes of arrays, split, join, sort',
    language: 'C',
    threads: 1,
    program: 'perl',
    args: ['{here}/report.pl', '200000'],
  },
  {
    name: 'python',
    about: 'objects, dictionaries, a heap queue',
    language: 'C',
    threads: 1,
    program: 'python3',
    args: ['{here}/graph.py', '60000'],
  },
  {
    name: 'sqlite',
    about: 'a database in memory',
    language: 'C',
    threads: 1,
    program: 'sqlite3',
    args: ['-batch', ':memory:'],
    input: 'orders.sql',
  },
];
