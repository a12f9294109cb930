-- A database in memory: rows made, indexed, joined, changed and removed.
CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, amount REAL, note TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO customer SELECT i, 'customer ' || i, 'city ' || (i * 7919 % 311) FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
  INSERT INTO orders SELECT i, i * 104729 % 20000 + 1, i % 1000 / 3.0, printf('order %d of %s', i, hex(i * 31)) FROM n;
CREATE INDEX by_customer ON orders (customer);
SELECT city, count(*), round(sum(amount), 2) AS total FROM customer JOIN orders ON customer = customer.id
  GROUP BY city ORDER BY total DESC LIMIT 5;
UPDATE orders SET note = upper(note) || ' changed' WHERE id % 3 = 0;
DELETE FROM orders WHERE id % 5 = 0;
SELECT count(*), max(length(note)), count(DISTINCT substr(note, 1, 12)) FROM orders;
