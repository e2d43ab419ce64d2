CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT NOT NULL DEFAULT 7, b VARCHAR(5), c INT GENERATED ALWAYS AS (a * 2) STORED, d INT AS (a + 1) VIRTUAL)
---
ok: 0 affected

INSERT INTO t (b) VALUES ('x')
---
ok: 1 affected

INSERT INTO t (a, b) VALUES (1, 'p'), (2, 'q'), (DEFAULT, NULL)
---
ok: 3 affected; Records: 3  Duplicates: 0  Warnings: 0

INSERT INTO t SET a = 5, b = 'set'
---
ok: 1 affected

INSERT INTO t () VALUES ()
---
ok: 1 affected

INSERT INTO t (id, a) VALUES (100, 1)
---
ok: 1 affected

INSERT INTO t (a) VALUES (3)
---
ok: 1 affected

SELECT * FROM t
---
id	a	b	c	d
1	7	x	14	8
100	1	NULL	2	2
101	3	NULL	6	4
2	1	p	2	2
3	2	q	4	3
4	7	NULL	14	8
5	5	set	10	6
6	7	NULL	14	8

SELECT LAST_INSERT_ID()
---
LAST_INSERT_ID()
101

INSERT INTO t (a) VALUES (NULL)
---
error 1048: Column 'a' cannot be null

INSERT INTO t (a) VALUES (1), (NULL)
---
error 1048: Column 'a' cannot be null

INSERT INTO t (b) VALUES ('toolong')
---
error 1406: Data too long for column 'b' at row 1

INSERT INTO t (a) VALUES (1, 2)
---
error 1136: Column count doesn't match value count at row 1

INSERT INTO t (nope) VALUES (1)
---
error 1054: Unknown column 'nope' in 'field list'

INSERT INTO t (a, a) VALUES (1, 2)
---
error 1110: Column 'a' specified twice

INSERT INTO t (c) VALUES (1)
---
error 3105: The value specified for generated column 'c' in table 't' is not allowed.

INSERT INTO t VALUES (1,2,3)
---
error 1136: Column count doesn't match value count at row 1

INSERT INTO t (id, a) VALUES (1, 1)
---
error 1062: Duplicate entry '1' for key 't.PRIMARY'

INSERT IGNORE INTO t (id, a) VALUES (1, 1), (200, 2)
---
ok: 1 affected, 1 warnings; Records: 2  Duplicates: 1  Warnings: 1

INSERT INTO t (a, b) SELECT a + 10, b FROM t WHERE id < 3
---
ok: 2 affected; Records: 2  Duplicates: 0  Warnings: 0

INSERT INTO t (a) VALUES ('abc')
---
error 1366: Incorrect integer value: 'abc' for column 'a' at row 1

INSERT INTO t (a) VALUES (99999999999)
---
error 1264: Out of range value for column 'a' at row 1

INSERT INTO t (id, a) VALUES (0, 55)
---
ok: 1 affected

SELECT id, a, b, c, d FROM t
---
id	a	b	c	d
1	7	x	14	8
100	1	NULL	2	2
101	3	NULL	6	4
2	1	p	2	2
200	2	NULL	4	3
201	17	x	34	18
202	11	p	22	12
204	55	NULL	110	56
3	2	q	4	3
4	7	NULL	14	8
5	5	set	10	6
6	7	NULL	14	8

INSERT INTO t (id, a, b) VALUES (1, 9, 'n') ON DUPLICATE KEY UPDATE a = VALUES(a) + 1, b = 'dup'
---
ok: 2 affected, 1 warnings

INSERT INTO t (id, a, b) VALUES (1, 9, 'n') AS new ON DUPLICATE KEY UPDATE a = new.a + t.a
---
ok: 2 affected

INSERT INTO t (id, a, b) VALUES (1, 9, 'n') ON DUPLICATE KEY UPDATE id = id
---
ok: 0 affected

SELECT * FROM t WHERE id = 1
---
id	a	b	c	d
1	19	dup	38	20

REPLACE INTO t (id, a) VALUES (1, 77)
---
ok: 2 affected

REPLACE INTO t (id, a) VALUES (1000, 77)
---
ok: 1 affected

SELECT * FROM t WHERE id IN (1, 1000)
---
id	a	b	c	d
1	77	NULL	154	78
1000	77	NULL	154	78

INSERT INTO nope VALUES (1)
---
error 1146: Table 'test.nope' doesn't exist
