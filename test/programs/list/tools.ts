import type { Program } from '../program.ts';

const GIT_ENV = {
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_AUTHOR_DATE: '2024-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'C',
  GIT_COMMITTER_EMAIL: 'c@example.org',
  GIT_COMMITTER_DATE: '2024-01-01T00:00:00Z',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_PAGER: 'cat',
};

/** Twelve commits on two branches, not observed. */
const REPOSITORY = `git init -q -b main r && cd r
for i in 1 2 3 4 5 6; do seq 1 $((i * 40)) > f$i; echo $i >> all; git add . && git commit -qm "commit $i"; done
git checkout -q -b side HEAD~3
for i in 1 2 3; do echo s$i >> side; git add . && git commit -qm "side $i"; done
git checkout -q main`;

const git = (id: string, what: string, script: string, prepare = REPOSITORY): Program => ({
  id,
  what,
  from: { debian: ['git'] },
  version: 'git --version',
  env: GIT_ENV,
  prepare,
  command: ['bash', '-c', script],
  follows: ['git'],
  quick: true,
});

const GDB = `set pagination off
set confirm off
set disable-randomization on
break leaf
run
bt
print *head
ptype head
finish
continue
`;

const NGINX = `daemon off; master_process on; worker_processes 2; pid pid; error_log log warn;
events { worker_connections 64; }
http { access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  gzip on; gzip_min_length 10; gzip_types *;
  server { listen unix:sock; root www; location /moved { return 301 /x; } autoindex on; } }
`;

export const TOOLS: Program[] = [
  git(
    'git-history',
    'git: log with a graph, blame, diff, shortlog, rev-list',
    'cd r && git log --graph --oneline --all && git blame -s all && git diff --stat HEAD~4 && git diff -M HEAD~1 && git shortlog -sn HEAD && git rev-list --objects --all | sort | tail -3',
  ),
  git(
    'git-commit',
    'git: init, add, commit, merge, tag, rebase',
    'cd r && git merge -q --no-edit side && git tag -a v1 -m one && git checkout -q -b topic HEAD~1 && echo x > y && git add y && git commit -qm topic && git rebase -q main && git log --oneline -n 4 && git describe && git status --short && git stash list',
  ),
  git(
    'git-pack',
    'git: gc, repack, fsck, clone over a pipe, archive',
    'cd r && git gc -q --aggressive && git fsck --full 2>&1 && git count-objects -v | grep packs && cd .. && git clone -q --no-local r c && git -C c log --oneline | wc -l && git -C r archive --format=tar HEAD | sha256sum && git -C r bundle create -q ../b HEAD && git -C r bundle verify -q ../b',
  ),
  {
    id: 'curl',
    what: 'curl over file:// and a refused unix socket: exit status 7',
    from: { debian: ['curl'] },
    version: 'curl --version',
    prepare: 'seq 1 20000 > in.txt',
    command: [
      'bash',
      '-c',
      'curl -s "file://$PWD/in.txt" | md5sum; curl -s --range 10-30 "file://$PWD/in.txt"; curl -s --unix-socket nothing http://localhost/',
    ],
    follows: ['curl'],
    quick: true,
  },
  {
    id: 'curl-https',
    what: 'curl and openssl s_server: a TLS handshake and a page on the loopback interface',
    from: { debian: ['curl', 'openssl'] },
    version: 'curl --version',
    files: { 'page.txt': 'over TLS\n' },
    prepare:
      'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost 2> /dev/null',
    command: [
      'bash',
      '-c',
      'openssl s_server -quiet -accept 127.0.0.1:18443 -cert cert.pem -key key.pem -WWW > /dev/null 2>&1 & for i in $(seq 100); do curl -s --cacert cert.pem https://localhost:18443/page.txt && break; sleep 0.1; done; kill $!; wait $!; echo "server ended $?"',
    ],
    follows: ['curl', 'openssl'],
    stderrVaries: 'the shell may name the server that it ended',
  },
  {
    id: 'nginx',
    what: 'nginx with a master and two workers on a unix socket, asked by curl',
    from: { debian: ['nginx-light', 'curl'] },
    version: 'nginx -v 2>&1',
    files: { 'nginx.conf': NGINX },
    prepare: 'mkdir www && seq 1 5000 > www/n.txt && echo hello > www/index.html && chmod -R a+rX .',
    command: [
      'bash',
      '-c',
      'nginx -p "$PWD/" -c "$PWD/nginx.conf" -g "user $(id -un);" & for i in $(seq 100); do curl -s -o /dev/null --unix-socket sock http://x/ && break; sleep 0.1; done; curl -s --unix-socket sock http://x/; curl -s --compressed --unix-socket sock http://x/n.txt | md5sum; curl -s --unix-socket sock -o /dev/null -w "%{http_code}\\n" http://x/none; kill -QUIT $!; wait $!; echo "server ended $?"',
    ],
    follows: ['nginx', 'curl'],
    stderrVaries: 'nginx speaks of its error log before it has read its configuration',
  },
  {
    id: 'openssl',
    what: 'openssl: digests, ciphers, RSA and EC keys, a certificate read back',
    from: { debian: ['openssl'] },
    version: 'openssl version',
    prepare:
      'seq 1 5000 > in.txt; openssl genrsa -out key.pem 2048 2> /dev/null; openssl req -new -x509 -key key.pem -subj /CN=x -set_serial 7 -days 1 -out cert.pem',
    command: [
      'bash',
      '-c',
      'openssl dgst -sha3-256 in.txt; openssl enc -aes-256-ctr -pbkdf2 -S 0102030405060708 -k pw -in in.txt | openssl dgst -sha256; openssl dgst -sha256 -sign key.pem in.txt | openssl base64 | head -1 > sig; openssl x509 -in cert.pem -noout -subject -serial; openssl rsa -in key.pem -check -noout; openssl asn1parse -in cert.pem | wc -l; openssl list -digest-algorithms | wc -l',
    ],
    follows: ['openssl'],
    quick: true,
  },
  {
    id: 'ssh-keygen',
    what: 'ssh-keygen: fingerprints, conversion, a signature checked',
    from: { debian: ['openssh-client'] },
    version: 'ssh -V 2>&1',
    prepare:
      'ssh-keygen -q -t ed25519 -N "" -C c -f k; ssh-keygen -q -t rsa -b 2048 -N "" -C c -f r; echo text > t; echo "me $(cat k.pub)" > allowed',
    command: [
      'bash',
      '-c',
      'ssh-keygen -y -f k > out; cmp out k.pub; ssh-keygen -e -m PKCS8 -f r.pub | wc -l; ssh-keygen -Y sign -q -f k -n file t && ssh-keygen -Y verify -f allowed -I me -n file -s t.sig < t > v; echo $?; ssh-keygen -l -f k.pub | wc -w; ssh-keygen -p -q -N secret -f r; echo $?',
    ],
    follows: ['ssh-keygen'],
    stderrVaries: 'names of keys',
    quick: true,
  },
  {
    id: 'gpg',
    what: 'gpg: symmetric encryption and back, digests, packets listed',
    from: { debian: ['gpg'] },
    version: 'gpg --version',
    prepare:
      'seq 1 2000 > in.txt; mkdir -m 700 g; gpg --homedir g --batch -q --print-md sha256 in.txt > /dev/null 2>&1',
    command: [
      'bash',
      '-c',
      'gpg --homedir g --batch -q --print-md sha512 in.txt; gpg --homedir g --batch -q --store -o s in.txt; gpg --homedir g --batch -q --decrypt s | md5sum; gpg --homedir g --batch --enarmor < in.txt | wc -l',
    ],
    follows: ['gpg'],
    stderrVaries: 'advice about keys',
    quick: true,
  },
  {
    id: 'rsync',
    what: 'rsync: two processes over a pipe, a delta, deletions',
    from: { debian: ['rsync'] },
    version: 'rsync --version',
    prepare:
      'mkdir a; for i in $(seq 60); do seq $i 900 > a/f$i; done; cp -a a b; echo x >> a/f7; rm a/f9; echo new > a/n',
    command: [
      'bash',
      '-c',
      'rsync -acO --delete --out-format="%o %n" --no-whole-file a/ b/ | sort; diff -r a b && echo same',
    ],
    follows: ['rsync'],
  },
  {
    id: 'tmux',
    what: 'tmux: a server of its own, a window, its screen captured',
    from: { debian: ['tmux'] },
    version: 'tmux -V',
    env: { TERM: 'xterm' },
    command: [
      'bash',
      '-c',
      't="tmux -f /dev/null -S $PWD/s"; $t new-session -d -x 60 -y 8 "for i in 1 2 3; do echo line $i; done; echo done > flag; cat"; for i in $(seq 100); do [ -e flag ] && break; sleep 0.1; done; $t split-window -d "sleep 5"; $t list-panes -F "#{pane_index} #{pane_width}x#{pane_height}"; $t capture-pane -p -t 0 | head -3; $t set-buffer hello; $t show-buffer; echo; $t kill-server; echo $?',
    ],
    follows: ['tmux'],
    quick: true,
  },
  {
    id: 'gdb',
    what: 'gdb in batch mode on an observed-free program of 60 lines: breakpoint, backtrace, Python',
    from: { debian: ['gdb', 'gcc'] },
    version: 'gdb --version',
    files: {
      'main.c':
        '#include <stdlib.h>\nstruct n { int v; struct n *next; };\nstatic struct n *head;\n__attribute__((noinline)) int leaf(int d) { int twice = d * 2; return twice + head->v; }\n__attribute__((noinline)) int walk(int d) { return d ? walk(d - 1) : leaf(d); }\nint main(void) { static struct n one = {41, 0}; head = &one; return walk(4); }\n',
      script: GDB,
    },
    prepare: 'cc -g -O0 main.c -o program',
    command: [
      'gdb',
      '-q',
      '-nx',
      '-batch',
      '-iex',
      'set startup-with-shell off',
      '-iex',
      'set debuginfod enabled off',
      '-ex',
      'info functions walk',
      '-ex',
      'info line leaf',
      '-ex',
      'list main',
      '-ex',
      'ptype struct n',
      '-ex',
      'disassemble leaf',
      '-ex',
      'python print(len(gdb.lookup_global_symbol("main").symtab.filename) > 0)',
      'program',
    ],
    quick: true,
  },
  {
    id: 'gdb-run',
    what: 'gdb starts and debugs a child that is observed as well',
    from: { debian: ['gdb', 'gcc'] },
    version: 'gdb --version',
    files: {
      'main.c':
        '#include <stdlib.h>\nstruct n { int v; struct n *next; };\nstatic struct n *head;\n__attribute__((noinline)) int leaf(int d) { int twice = d * 2; return twice + head->v; }\n__attribute__((noinline)) int walk(int d) { return d ? walk(d - 1) : leaf(d); }\nint main(void) { head = malloc(sizeof *head); head->v = 41; head->next = 0; int r = walk(4); free(head); return r; }\n',
      script: `${GDB}quit\n`,
    },
    prepare: 'cc -g -O0 -no-pie main.c -o program',
    command: [
      'bash',
      '-c',
      'gdb -q -nx -batch -iex "set debuginfod enabled off" -x script program | grep -v "0x\\|process\\|libthread_db"',
    ],
    follows: ['gdb', 'program'],
    stderrVaries: 'gdb warns of what the sandbox forbids',
  },
  {
    id: 'named-checkzone',
    what: 'BIND: a zone of 300 names checked and compiled; its libraries are linked to jemalloc',
    from: { debian: ['bind9-utils'] },
    version: 'named-checkzone -v',
    prepare:
      '{ echo "@ 3600 IN SOA ns. a. 1 2 3 4 5"; echo "@ IN NS ns."; for i in $(seq 300); do echo "h$i IN A 192.0.2.$((i % 250))"; done; } > zone',
    command: ['named-checkzone', '-D', 'example.org', 'zone'],
  },
  {
    id: 'dig',
    what: 'BIND’s delv and dig refuse a server that is not there; jemalloc, threads, libuv',
    from: { debian: ['bind9-dnsutils'] },
    version: 'delv -v 2>&1',
    command: [
      'bash',
      '-c',
      'dig +tries=1 +time=1 @127.0.0.1 -p 9 example.org > out; echo $?; dig -x 192.0.2.1 +noall +question +header-only -h | head -3 | cut -c1-40',
    ],
    follows: ['dig'],
    stderrVaries: 'network errors',
  },
];
