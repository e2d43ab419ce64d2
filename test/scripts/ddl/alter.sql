CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(10))
---
ok: 0 affected

INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'y'), (3, NULL, NULL)
---
ok: 3 affected; Records: 3  Duplicates: 0  Warnings: 0

ALTER TABLE t ADD COLUMN c INT NOT NULL DEFAULT 5
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

ALTER TABLE t ADD d INT FIRST, ADD e VARCHAR(3) AFTER a
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

SELECT * FROM t
---
d	id	a	e	b	c
NULL	1	10	NULL	x	5
NULL	2	20	NULL	y	5
NULL	3	NULL	NULL	NULL	5

ALTER TABLE t DROP COLUMN d, DROP e
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

ALTER TABLE t MODIFY a BIGINT
---
ok: 3 affected; Records: 3  Duplicates: 0  Warnings: 0

ALTER TABLE t CHANGE b bb CHAR(20) NOT NULL
---
error 1265: Data truncated for column 'bb' at row 3

UPDATE t SET bb = '' WHERE bb IS NULL
---
error 1054: Unknown column 'bb' in 'where clause'

ALTER TABLE t RENAME COLUMN b TO bb
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

ALTER TABLE t ADD INDEX (a), ADD UNIQUE ub (bb)
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

ALTER TABLE t ADD INDEX (a)
---
ok: 0 affected, 1 warnings; Records: 0  Duplicates: 0  Warnings: 1

ALTER TABLE t DROP INDEX a
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

ALTER TABLE t DROP INDEX nope
---
error 1091: Can't DROP 'nope'; check that column/key exists

ALTER TABLE t DROP COLUMN nope
---
error 1091: Can't DROP 'nope'; check that column/key exists

ALTER TABLE t DROP PRIMARY KEY
---
ok: 3 affected; Records: 3  Duplicates: 0  Warnings: 0

ALTER TABLE t ADD PRIMARY KEY (id)
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

ALTER TABLE t ADD PRIMARY KEY (id)
---
error 1068: Multiple primary key defined

SELECT * FROM t
---
id	a	bb	c
1	10	x	5
2	20	y	5
3	NULL	NULL	5

ALTER TABLE t ALTER c SET DEFAULT 9
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

INSERT INTO t (id, a, bb) VALUES (4, 40, 'z')
---
ok: 1 affected

ALTER TABLE t ALTER c DROP DEFAULT
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

INSERT INTO t (id, a, bb) VALUES (5, 50, 'zz')
---
error 1364: Field 'c' doesn't have a default value

SELECT * FROM t
---
id	a	bb	c
1	10	x	5
2	20	y	5
3	NULL	NULL	5
4	40	z	9

ALTER TABLE t RENAME TO t2
---
ok: 0 affected

SELECT COUNT(*) FROM t2
---
COUNT(*)
4

RENAME TABLE t2 TO t3, t3 TO t4
---
ok: 0 affected

SELECT COUNT(*) FROM t4
---
COUNT(*)
4

ALTER TABLE t4 ADD CHECK (a > 15)
---
error 3819: Check constraint 't4_chk_1' is violated.

ALTER TABLE t4 ADD CHECK (a > 5)
---
ok: 4 affected; Records: 4  Duplicates: 0  Warnings: 0

INSERT INTO t4 VALUES (6, 1, 'q', 1)
---
error 3819: Check constraint 't4_chk_1' is violated.

ALTER TABLE t4 MODIFY bb VARCHAR(1)
---
ok: 4 affected; Records: 4  Duplicates: 0  Warnings: 0

ALTER TABLE t4 ADD UNIQUE (c)
---
error 1062: Duplicate entry '5' for key 't4.c'

ALTER TABLE t4 DROP COLUMN id, DROP COLUMN a, DROP COLUMN bb, DROP COLUMN c
---
error 1090: You can't delete all columns with ALTER TABLE; use DROP TABLE instead

ALTER TABLE nope ADD a INT
---
error 1146: Table 'test.nope' doesn't exist

CREATE INDEX i1 ON t4 (a DESC)
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

DROP INDEX i1 ON t4
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

ALTER TABLE t4 CONVERT TO CHARACTER SET latin1
---
ok: 4 affected; Records: 4  Duplicates: 0  Warnings: 0

ALTER TABLE t4 COMMENT = 'hello', AUTO_INCREMENT = 50
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

ALTER TABLE t4 DISABLE KEYS
---
ok: 0 affected, 1 warnings
