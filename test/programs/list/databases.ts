import type { Program } from '../program.ts';

/** PostgreSQL refuses to be started by root: a user namespace in which we are somebody else. */
const POSTGRES = `set -e
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
$bin/initdb -D data -A trust --no-sync -E UTF8 --locale=C.UTF-8 > initdb.log
$bin/postgres -D data -k "$PWD" -h "" -c fsync=off -c log_destination=stderr -c logging_collector=off 2> server.log &
server=$!
for i in $(seq 600); do $bin/pg_isready -q -h "$PWD" && break; sleep 0.1; done
$bin/psql -h "$PWD" -X -q -d postgres -f script.sql
$bin/pg_dump -h "$PWD" -d postgres -t sums --data-only --inserts | grep INSERT
kill -INT $server
wait $server
echo "server ended $?"
`;

const POSTGRES_SQL = `create extension if not exists plpgsql;
create table t as select i, i % 7 as g, repeat('x', i % 40) as s from generate_series(1, 20000) i;
create index on t (g, i);
analyze t;
set max_parallel_workers_per_gather = 2; set min_parallel_table_scan_size = 0; set parallel_setup_cost = 0;
create table sums as select g, count(*) as n, sum(length(s)) as l from t group by g;
select * from sums order by g;
select md5(string_agg(s, ',' order by i desc)) from t;
do $$ declare n int := 0; begin for k in 1..500 loop n := n + length(format('%s-%s', k, k)); end loop; raise info 'loop %', n; end $$;
select jsonb_pretty(jsonb_agg(row_to_json(q))) from (select g, n from sums order by g limit 2) q;
select regexp_replace('abc123', '(\\d)', '<\\1>', 'g');
select 1 / 0;
`;

const REDIS = `redis-server --port 0 --unixsocket "$PWD/s" --save "" --appendonly no --daemonize no --logfile log &
server=$!
for i in $(seq 300); do redis-cli -s s ping > /dev/null 2>&1 && break; sleep 0.1; done
seq 1 3000 | awk '{ print "SET k" $1 " v" $1 * 7; print "LPUSH l " $1; print "ZADD z " $1 % 13 " m" $1; print "HSET h f" $1 % 50 " " $1 }' | redis-cli -s s | sort | uniq -c | sort -n | tail -2
redis-cli -s s dbsize
redis-cli -s s zrange z 0 4
redis-cli -s s eval "local n = 0 for i = 1, 100 do n = n + tonumber(redis.call('GET', 'k' .. i):sub(2)) end return n" 0
redis-cli -s s sort l limit 0 3
redis-cli -s s memory usage nothing
redis-cli -s s shutdown nosave
wait $server
echo "server ended $?"
`;

const MARIADB = `set -e
user=$(id -un)
mariadb-install-db --no-defaults --user="$user" --datadir="$PWD/data" --auth-root-authentication-method=normal --skip-test-db > install.log 2>&1
mariadbd --no-defaults --user="$user" --datadir="$PWD/data" --socket="$PWD/s" --skip-networking --pid-file="$PWD/pid" 2> server.log &
server=$!
for i in $(seq 600); do mariadb-admin --no-defaults -u root -S s ping > /dev/null 2>&1 && break; sleep 0.1; done
mariadb --no-defaults -u root -S s < script.sql
mariadb-admin --no-defaults -u root -S s shutdown
wait $server
echo "server ended $?"
`;

const MARIADB_SQL = `create database d; use d;
create table t (i int primary key auto_increment, g int, s varchar(60)) engine=InnoDB;
insert into t (g, s) select seq % 7, repeat('x', seq % 40) from seq_1_to_5000;
create index by_g on t (g);
select g, count(*), sum(length(s)) from t group by g order by g;
select md5(group_concat(i order by s desc, i)) from t where i < 200;
create table a (i int, s text) engine=Aria; insert into a select i, s from t where g = 3; select count(*) from a;
select json_object('n', 1, 'l', json_array(1, 2)); select regexp_replace('abc123', '([0-9])', '<\\\\1>');
`;

export const DATABASES: Program[] = [
  {
    id: 'sqlite3',
    what: 'sqlite3: a database file, indexes, window functions, JSON, full-text search',
    from: { debian: ['sqlite3'] },
    version: 'sqlite3 --version',
    stdin: [
      'create table t(i integer primary key, g, s);',
      "with recursive c(i) as (select 1 union all select i + 1 from c where i < 5000) insert into t select i, i % 7, printf('%.*c', i % 40, 'x') from c;",
      'create index by_g on t(g, s);',
      'select g, count(*), sum(length(s)) from t group by g;',
      "select json_group_array(json_object('i', i)) from (select i from t order by s desc, i limit 5);",
      'select i, sum(i) over (order by i rows 3 preceding) from t limit 4;',
      "create virtual table f using fts5(x); insert into f select 'word' || (i % 9) from t; select count(*) from f('word3');",
      'pragma integrity_check; vacuum;',
      '.schema t',
      'select nothing;',
      '',
    ].join('\n'),
    command: ['sqlite3', 'db'],
    quick: true,
  },
  {
    id: 'postgres',
    what: 'PostgreSQL: initdb, a server on a unix socket with parallel workers, psql, pg_dump, shutdown',
    from: { debian: ['postgresql', 'postgresql-client'] },
    version: '/usr/lib/postgresql/*/bin/postgres --version',
    files: { 'run.sh': POSTGRES, 'script.sql': POSTGRES_SQL },
    command: ['unshare', '--map-user=1000', '--map-group=1000', 'bash', 'run.sh'],
    follows: ['initdb', 'postgres', 'psql', 'pg_dump'],
    quick: true,
    timeout: 180,
  },
  {
    id: 'redis',
    what: 'redis-server and redis-cli on jemalloc: 12,000 commands, Lua, sorted sets, shutdown',
    from: { debian: ['redis-server'] },
    version: 'redis-server --version',
    files: { 'run.sh': REDIS },
    command: ['bash', 'run.sh'],
    follows: ['redis-server', 'redis-cli'],
    stderrVaries: 'an advice about the kernel’s settings',
    quick: true,
  },
  {
    id: 'mariadb',
    what: 'MariaDB: install, a server on a unix socket, InnoDB and Aria tables, shutdown',
    from: { debian: ['mariadb-server'] },
    version: 'mariadbd --version',
    files: { 'run.sh': MARIADB, 'script.sql': MARIADB_SQL },
    command: ['bash', 'run.sh'],
    follows: ['mariadbd', 'mariadb'],
    timeout: 240,
  },
  {
    id: 'memcached',
    what: 'memcached on a unix socket: 500 keys set and read back by a Perl client',
    from: { debian: ['memcached', 'perl'] },
    version: 'memcached --version',
    files: {
      'client.pl':
        'use IO::Socket::UNIX;\nmy $s;\nfor (1..100) { $s = IO::Socket::UNIX->new("s") and last; select undef, undef, undef, 0.1 }\nfor my $i (1..500) { my $v = "v" x ($i % 200); print $s "set k$i 0 0 ", length $v, "\\r\\n$v\\r\\n"; my $r = <$s>; print "set $r" if $r ne "STORED\\r\\n" }\nmy $n = 0;\nfor my $i (1..500) { print $s "get k$i\\r\\n"; while (my $l = <$s>) { last if $l =~ /^END/; $n += length $l } }\nprint "$n\\n";\n',
    },
    command: [
      'bash',
      '-c',
      'memcached -u root -s "$PWD/s" -t 2 & perl client.pl; kill -INT $!; wait $!; echo "server ended $?"',
    ],
    follows: ['memcached', 'perl'],
    stderrVaries: 'the server may say that it was interrupted',
  },
];
