CREATE TABLE t (a INT CHECK (a > 0), b INT, CONSTRAINT big CHECK (b < 100), c INT AS (a + b) STORED, d INT AS (a * b) VIRTUAL, KEY (c))
---
ok: 0 affected

INSERT INTO t (a, b) VALUES (1, 2)
---
ok: 1 affected

INSERT INTO t (a, b) VALUES (0, 2)
---
error 3819: Check constraint 't_chk_1' is violated.

INSERT INTO t (a, b) VALUES (1, 200)
---
error 3819: Check constraint 'big' is violated.

INSERT INTO t (a, b) VALUES (NULL, NULL)
---
ok: 1 affected

SELECT * FROM t
---
a	b	c	d
1	2	3	2
NULL	NULL	NULL	NULL

UPDATE t SET a = 5 WHERE a = 1
---
ok: 1 affected; Rows matched: 1  Changed: 1  Warnings: 0

SELECT * FROM t WHERE c = 7
---
a	b	c	d
5	2	7	10

UPDATE t SET a = -1 WHERE a = 5
---
error 3819: Check constraint 't_chk_1' is violated.

UPDATE t SET c = 1
---
error 3105: The value specified for generated column 'c' in table 't' is not allowed.

INSERT INTO t (a, b, c) VALUES (1, 1, DEFAULT)
---
ok: 1 affected

ALTER TABLE t DROP CHECK big
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

INSERT INTO t (a, b) VALUES (3, 300)
---
ok: 1 affected

SELECT a, b, c, d FROM t WHERE d > 100
---
a	b	c	d
3	300	303	900

CREATE TABLE g (a INT DEFAULT (1 + 2), b VARCHAR(40) DEFAULT (CONCAT('x', a)))
---
ok: 0 affected

INSERT INTO g () VALUES ()
---
ok: 1 affected

INSERT INTO g (a) VALUES (9)
---
ok: 1 affected

SELECT * FROM g
---
a	b
3	x3
9	x9

ALTER TABLE t DROP COLUMN a
---
error 3108: Column 'a' has a generated column dependency.
