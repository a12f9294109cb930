import type { Program } from '../program.ts';

/** PostgreSQL refuses to be started by root: a user namespace in which we are somebody else. */
const POSTGRES = `set -e
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
$bin/initdb -D data -A trust --no-sync -E UTF8 --locale=C.UTF-8 > initdb.log
$bin/postgres -D data -k "$PWD" -h "" -c fsync=off -c autovacuum_naptime=1s -c log_destination=stderr 2> server.log &
server=$!
for i in $(seq 600); do $bin/pg_isready -q -h "$PWD" && break; sleep 0.1; done
export PGHOST=$PWD PGDATABASE=postgres
$bin/pgbench -i -s 2 -q 2> init.log
told='number of transactions|number of failed'
$bin/pgbench -n -c 8 -j 2 -t 400 2> /dev/null | grep -E "$told"
$bin/pgbench -n -c 8 -j 2 -t 1500 -S -M prepared 2> /dev/null | grep -E "$told"
$bin/pgbench -n -c 4 -j 2 -t 100 -N -C 2> /dev/null | grep -E "$told"
$bin/psql -X -At -c 'select (select sum(abalance) from pgbench_accounts) - (select sum(delta) from pgbench_history), (select count(*) from pgbench_history)'
$bin/psql -X -At -c 'set min_parallel_table_scan_size = 0; set parallel_setup_cost = 0; set parallel_tuple_cost = 0; select count(*), sum(length(a.filler)) from pgbench_accounts a join pgbench_branches b using (bid)'
kill -INT $server
wait $server
echo "server ended $?"
`;

const MARIADB = `set -e
user=$(id -un)
mariadb-install-db --no-defaults --user="$user" --datadir="$PWD/data" --auth-root-authentication-method=normal --skip-test-db > install.log 2>&1
mariadbd --no-defaults --user="$user" --datadir="$PWD/data" --socket="$PWD/s" --skip-networking --pid-file="$PWD/pid" --innodb-flush-log-at-trx-commit=0 --max-connections=64 2> server.log &
server=$!
for i in $(seq 600); do mariadb-admin --no-defaults -u root -S s ping > /dev/null 2>&1 && break; sleep 0.1; done
mariadb --no-defaults -u root -S s -e 'create database d; create table d.t (i int primary key auto_increment, g int, s varchar(60), key (g)) engine=InnoDB'
slap() { mariadb-slap --no-defaults -u root -S s --concurrency=8 --iterations=1 "$@" > slap.log; echo "slap ended $?"; }
slap --create-schema=d --no-drop --number-of-queries=4000 --query="insert into t (g, s) values (floor(rand() * 7), repeat('x', 30))"
slap --create-schema=d --no-drop --number-of-queries=2000 --query="select g, count(*), sum(length(s)) from t where i < 300 group by g; update t set g = g + 1 where i = 17; select md5(group_concat(i)) from t where i < 60" --delimiter=";"
slap --number-of-queries=1600 --auto-generate-sql --auto-generate-sql-load-type=mixed --auto-generate-sql-add-autoincrement --engine=InnoDB
mariadb --no-defaults -u root -S s -N -e 'select count(*), sum(length(s)) from d.t'
mariadb-admin --no-defaults -u root -S s shutdown
wait $server
echo "server ended $?"
`;

const NGINX = `printf '%s' "$CONF" > nginx.conf
[ "$(id -u)" = 0 ] && sed -i 's/USER/user root;/' nginx.conf || sed -i 's/USER//' nginx.conf
nginx -p "$PWD/" -c nginx.conf &
server=$!
for i in $(seq 300); do curl -sf http://127.0.0.1:41971/a.txt > /dev/null && break; sleep 0.1; done
load() { ab -q -r "$@" | grep -E '^(Complete requests|Failed requests|Non-2xx|Document Length)'; }
load -k -n 20000 -c 32 http://127.0.0.1:41971/a.txt
load -n 3000 -c 16 -H 'Accept-Encoding: gzip' http://127.0.0.1:41971/a.txt
load -k -n 4000 -c 16 http://127.0.0.1:41971/proxy/a.txt
load -k -n 4000 -c 16 http://127.0.0.1:41971/none
kill -QUIT $server
wait $server
echo "server ended $?"
`;

const APACHE = `mkdir -p www run
seq 1 500 > www/a.txt
{
  echo "ServerRoot $PWD"
  echo 'ServerName localhost
Listen 127.0.0.1:41972
PidFile run/pid
ErrorLog run/error
DefaultRuntimeDir run'
  for module in mpm_event authz_core dir mime deflate filter rewrite status headers; do
    echo "LoadModule \${module}_module /usr/lib/apache2/modules/mod_$module.so"
  done
  [ "$(id -u)" = 0 ] && printf 'User www-data\\nGroup www-data\\n'
  echo "DocumentRoot $PWD/www
StartServers 2
ThreadsPerChild 25
ServerLimit 2
MaxRequestWorkers 50
MaxSpareThreads 50
MaxKeepAliveRequests 0
TypesConfig /etc/mime.types
AddOutputFilterByType DEFLATE text/plain
RewriteEngine On
RewriteRule ^/r/(.*) /\\$1 [PT]
<Directory $PWD/www>
Require all granted
</Directory>"
} > httpd.conf
apache2 -f "$PWD/httpd.conf" -DFOREGROUND &
server=$!
for i in $(seq 300); do curl -sf http://127.0.0.1:41972/a.txt > /dev/null && break; sleep 0.1; done
curl -s --compressed http://127.0.0.1:41972/r/a.txt | md5sum
load() { ab -q -r "$@" | grep -E '^(Complete requests|Failed requests|Non-2xx)'; }
load -k -n 10000 -c 32 http://127.0.0.1:41972/a.txt
load -n 2000 -c 16 -H 'Accept-Encoding: gzip' http://127.0.0.1:41972/r/a.txt
load -k -n 2000 -c 16 http://127.0.0.1:41972/none
kill -TERM $server
wait $server
echo "server ended $?"
`;

const PHP = `cat > fpm.conf <<X
[global]
error_log = $PWD/fpm.log
daemonize = no
[www]
listen = $PWD/fpm
pm = static
pm.max_children = 3
pm.max_requests = 400
user = $(id -un)
X
cat > index.php <<'X'
<?php
$a = [];
for ($i = 0; $i < 300; $i++) $a["k$i"] = str_repeat("x", $i % 40);
header("Content-Type: text/plain");
echo md5(serialize($a)), " ", strlen(gzdeflate(json_encode($a))), " ", preg_replace("/x+/", "y", $a["k39"]), "\\n";
X
cat > nginx.conf <<X
daemon off; worker_processes 1; pid pid; error_log error.log; $([ "$(id -u)" = 0 ] && echo 'user root;')
events { worker_connections 64; }
http { access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  server { listen 127.0.0.1:41973; location / { fastcgi_pass unix:$PWD/fpm; fastcgi_param SCRIPT_FILENAME $PWD/index.php; fastcgi_param REQUEST_METHOD GET; } } }
X
fpm=$(ls /usr/sbin/php-fpm8.2 | tail -1)
$fpm -F -R -n -y fpm.conf &
server=$!
nginx -p "$PWD/" -c nginx.conf &
front=$!
for i in $(seq 300); do curl -sf http://127.0.0.1:41973/ > /dev/null && break; sleep 0.1; done
curl -s http://127.0.0.1:41973/
ab -q -r -n 3000 -c 6 http://127.0.0.1:41973/ | grep -E '^(Complete requests|Failed requests|Non-2xx)'
kill -QUIT $front $server
wait $server
echo "server ended $?"
`;

const HAPROXY = `seq 1 500 > a.txt
cat > ha.cfg <<X
global
  maxconn 500
  nbthread 2
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
frontend f
  bind 127.0.0.1:41974
  http-request set-header X-From %[src]
  compression algo gzip
  acl static path_beg /fixed
  use_backend fixed if static
  default_backend b
backend fixed
  http-request return status 200 content-type text/plain string "fixed"
backend b
  balance roundrobin
  server a 127.0.0.1:41975
X
cat > nginx.conf <<X
daemon off; worker_processes 1; pid pid; error_log error.log; $([ "$(id -u)" = 0 ] && echo 'user root;')
events { worker_connections 128; }
http { access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  server { listen 127.0.0.1:41975; root $PWD; } }
X
nginx -p "$PWD/" -c nginx.conf &
back=$!
haproxy -db -f ha.cfg 2> ha.log &
server=$!
for i in $(seq 300); do curl -sf http://127.0.0.1:41974/a.txt > /dev/null && break; sleep 0.1; done
curl -s http://127.0.0.1:41974/a.txt | md5sum
load() { ab -q -r "$@" | grep -E '^(Complete requests|Failed requests|Non-2xx)'; }
load -k -n 8000 -c 32 http://127.0.0.1:41974/a.txt
load -n 3000 -c 16 http://127.0.0.1:41974/fixed
kill -USR1 $server
wait $server
echo "server ended $?"
kill -QUIT $back
wait $back
`;

const SAMBA = `mkdir -p share private run
chmod 777 share
cat > smb.conf <<X
[global]
  workgroup = W
  smb ports = 41976
  interfaces = 127.0.0.1
  bind interfaces only = yes
  private dir = $PWD/private
  state directory = $PWD/private
  cache directory = $PWD/private
  lock directory = $PWD/run
  pid directory = $PWD/run
  ncalrpc dir = $PWD/run/ncalrpc
  passdb backend = tdbsam
  map to guest = Bad User
  guest account = $(id -un)
  log file = $PWD/run/log
  load printers = no
  disable spoolss = yes
[share]
  path = $PWD/share
  guest ok = yes
  read only = no
X
testparm -s smb.conf 2> /dev/null | grep -c =
smbd -F -s smb.conf < /dev/null > smbd.log 2>&1 &
server=$!
client() { smbclient -N -s smb.conf -p 41976 //127.0.0.1/share -c "$1" 2> client.log; }
for i in $(seq 200); do client 'ls' > /dev/null && break; sleep 0.1; done
seq 1 20000 > big
for i in 1 2 3 4 5; do client "put big f$i; rename f$i g$i; mkdir d$i; get g$i back$i" > /dev/null; echo "client $?"; cmp big back$i; done
client 'recurse; ls' | grep -c 'g[1-5] \\|d[1-5] '
client 'get nothing'
kill -TERM $server
wait $server
echo "server ended $?"
`;

const SSHD = `[ "$(id -u)" = 0 ] && mkdir -p /run/sshd
ssh-keygen -q -t ed25519 -N '' -f host
ssh-keygen -q -t ecdsa -N '' -f user
cp user.pub allowed
cat > sshd.conf <<X
Port 41977
ListenAddress 127.0.0.1
HostKey $PWD/host
PidFile none
AuthorizedKeysFile $PWD/allowed
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
Subsystem sftp internal-sftp
X
/usr/sbin/sshd -D -e -f "$PWD/sshd.conf" 2> sshd.log &
server=$!
options="-F none -i user -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=$PWD/known -o LogLevel=ERROR"
for i in $(seq 100); do ssh $options -p 41977 127.0.0.1 true 2> /dev/null && break; sleep 0.1; done
for i in 1 2 3 4 5; do ssh $options -p 41977 127.0.0.1 "echo from session $i; exit $i"; echo "ssh $?"; done
seq 1 50000 > big
ssh $options -C -p 41977 127.0.0.1 md5sum < big
scp -q $options -P 41977 big "127.0.0.1:$PWD/copy"; echo "scp $?"; cmp big copy
ssh $options -o PubkeyAuthentication=no -p 41977 127.0.0.1 true 2> /dev/null; echo "refused $?"
kill $server
wait $server
echo "server ended $?"
`;

const REDIS = `redis-server --port 0 --unixsocket "$PWD/s" --save "" --appendonly yes --appendfsync no --daemonize no --logfile log > /dev/null &
server=$!
for i in $(seq 300); do redis-cli -s s ping > /dev/null 2>&1 && break; sleep 0.1; done
redis-benchmark -s s -q -n 5000 -c 20 -t set,get,incr,lpush,rpush,lpop,sadd,hset,spop,zadd,lrange_100,mset > bench.log 2>&1; echo "benchmark $?"
redis-cli -s s llen mylist
redis-cli -s s get counter:__rand_int__
redis-cli -s s bgrewriteaof > /dev/null
redis-cli -s s dbsize
redis-cli -s s flushall
redis-cli -s s shutdown nosave
wait $server
echo "server ended $?"
`;

const MEMCACHED = `user=$([ "$(id -u)" = 0 ] && echo '-u root')
memcached $user -l 127.0.0.1 -p 41978 -U 0 -t 4 -m 8 &
server=$!
for i in $(seq 100); do memcping --servers=127.0.0.1:41978 2> /dev/null && break; sleep 0.1; done
for test in set get; do memcslap --servers=127.0.0.1:41978 --concurrency=4 --execute-number=3000 --initial-load=2000 --test=$test > slap.log 2>&1; echo "$test $?"; done
echo some text > value
memccp --servers=127.0.0.1:41978 value && memccat --servers=127.0.0.1:41978 value
kill -INT $server
wait $server
echo "server ended $?"
`;

const NAMED = `cat > named.conf <<X
options { directory "$PWD"; listen-on port 41979 { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none; session-keyfile none; recursion no; dnssec-validation no; };
controls { };
zone "example.org" { type primary; file "zone"; };
X
{ echo '$TTL 60
@ SOA ns.example.org. me.example.org. 1 2 3 4 5
@ NS ns
ns A 127.0.0.1'; for i in $(seq 2000); do echo "h$i A 10.1.$((i / 250)).$((i % 250))"; done; } > zone
named -g -n 2 -c named.conf 2> named.log &
server=$!
for i in $(seq 100); do dig +short +tries=1 +timeout=1 -p 41979 @127.0.0.1 h7.example.org > /dev/null 2>&1 && break; sleep 0.1; done
dig +short -p 41979 @127.0.0.1 h7.example.org
for i in $(seq 2000); do echo "h$i.example.org A"; done > queries
dnsperf -s 127.0.0.1 -p 41979 -d queries -n 5 -c 4 | grep -E 'Queries (sent|completed|lost)|Response codes'
dig +tcp -p 41979 @127.0.0.1 example.org AXFR | grep -c A
kill -TERM $server
wait $server
echo "server ended $?"
`;

export const SERVERS: Program[] = [
  {
    id: 'postgres-load',
    what: 'PostgreSQL under pgbench: 16,000 transactions of 8 clients, prepared and with a connection each; parallel workers',
    from: { debian: ['postgresql', 'postgresql-contrib', 'postgresql-client'] },
    version: '/usr/lib/postgresql/*/bin/pgbench --version',
    files: { 'run.sh': POSTGRES },
    command: ['unshare', '--map-user=1000', '--map-group=1000', 'bash', 'run.sh'],
    follows: ['postgres', 'pgbench', 'initdb'],
    timeout: 240,
  },
  {
    id: 'mariadb-load',
    what: 'MariaDB under mariadb-slap: 7,600 queries of 8 clients, InnoDB',
    from: { debian: ['mariadb-server'] },
    version: 'mariadbd --version',
    files: { 'run.sh': MARIADB },
    command: ['bash', 'run.sh'],
    follows: ['mariadbd', 'mariadb-slap'],
    timeout: 240,
  },
  {
    id: 'nginx-load',
    what: 'nginx with two workers under ab: 31,000 requests, gzip, a proxy to itself',
    from: { debian: ['nginx-light', 'apache2-utils', 'curl'] },
    version: 'nginx -v 2>&1',
    files: { 'run.sh': NGINX },
    prepare: 'mkdir www; seq 1 500 > www/a.txt',
    command: ['bash', 'run.sh'],
    env: {
      CONF: `daemon off; worker_processes 2; pid pid; error_log error.log; USER
events { worker_connections 128; }
http {
  access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  keepalive_requests 100000;
  gzip on; gzip_types text/plain; gzip_min_length 100;
  server { listen 127.0.0.1:41971; root www; types { text/plain txt; } location / { }
    location /proxy/ { proxy_pass http://127.0.0.1:41971/; } }
}
`,
    },
    follows: ['nginx', 'ab'],
    stderrVaries: 'servers tell of their settings, or the shell of a server that it ended',
    timeout: 120,
  },
  {
    id: 'apache-load',
    what: 'Apache httpd, event MPM, with seven modules under ab: 14,000 requests, deflate, rewrite',
    from: { debian: ['apache2-bin', 'apache2-utils', 'curl', 'media-types'] },
    version: 'apache2 -v',
    files: { 'run.sh': APACHE },
    command: ['bash', 'run.sh'],
    follows: ['apache2', 'ab'],
    stderrVaries: 'servers tell of their settings, or the shell of a server that it ended',
    timeout: 120,
  },
  {
    id: 'php-fpm-load',
    what: 'PHP-FPM with three workers that are renewed, behind nginx, under ab: 3,000 requests',
    from: { debian: ['php-fpm', 'nginx-light', 'apache2-utils', 'curl'] },
    version: "dpkg-query -W -f '${Version}' php-fpm",
    files: { 'run.sh': PHP },
    command: ['bash', 'run.sh'],
    follows: ['php-fpm8.2', 'nginx', 'ab'],
    stderrVaries: 'servers tell of their settings, or the shell of a server that it ended',
    timeout: 120,
  },
  {
    id: 'haproxy-load',
    what: 'HAProxy with two threads before nginx under ab: 11,000 requests, compression, a rule',
    from: { debian: ['haproxy', 'nginx-light', 'apache2-utils', 'curl'] },
    version: 'haproxy -v',
    files: { 'run.sh': HAPROXY },
    command: ['bash', 'run.sh'],
    follows: ['haproxy', 'nginx'],
    stderrVaries: 'servers tell of their settings, or the shell of a server that it ended',
    timeout: 120,
  },
  {
    id: 'samba',
    what: 'Samba: testparm, smbd on loopback, smbclient writes, renames and reads back',
    from: { debian: ['samba', 'smbclient'] },
    version: 'smbd --version',
    files: { 'run.sh': SAMBA },
    command: ['bash', 'run.sh'],
    follows: ['smbd', 'smbclient', 'testparm'],
    stderrVaries: 'servers tell of their settings, or the shell of a server that it ended',
    timeout: 180,
  },
  {
    id: 'sshd',
    what: 'OpenSSH on loopback: seven sessions, compression, scp, a refusal; sshd in its own sandbox',
    from: { debian: ['openssh-server', 'openssh-client'] },
    version: 'ssh -V 2>&1',
    files: { 'run.sh': SSHD },
    command: ['bash', 'run.sh'],
    follows: ['sshd', 'ssh', 'scp', 'ssh-keygen'],
    stderrVaries: 'servers tell of their settings, or the shell of a server that it ended',
    timeout: 120,
  },
  {
    id: 'redis-load',
    what: 'redis-server on jemalloc under redis-benchmark: 60,000 commands, a log rewritten by a fork',
    from: { debian: ['redis-server'] },
    version: 'redis-server --version',
    files: { 'run.sh': REDIS },
    command: ['bash', 'run.sh'],
    follows: ['redis-server', 'redis-benchmark'],
    stderrVaries: 'servers tell of their settings, or the shell of a server that it ended',
    timeout: 120,
  },
  {
    id: 'memcached-load',
    what: 'memcached with four threads and 8 MB under memcslap',
    from: { debian: ['memcached', 'libmemcached-tools'] },
    version: 'memcached --version',
    files: { 'run.sh': MEMCACHED },
    command: ['bash', 'run.sh'],
    follows: ['memcached', 'memcslap'],
    stderrVaries: 'servers tell of their settings, or the shell of a server that it ended',
    timeout: 120,
  },
  {
    id: 'named-load',
    what: 'BIND’s server on jemalloc under dnsperf: 10,000 queries, a zone transfer',
    from: { debian: ['bind9', 'bind9-dnsutils', 'dnsperf'] },
    version: 'named -v',
    files: { 'run.sh': NAMED },
    command: ['bash', 'run.sh'],
    follows: ['named', 'dnsperf'],
    stderrVaries: 'servers tell of their settings, or the shell of a server that it ended',
    timeout: 120,
  },
];
