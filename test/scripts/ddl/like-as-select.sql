CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY (a))
---
ok: 0 affected

INSERT INTO t VALUES (1,10,'x'),(2,20,'y'),(3,20,'z'),(4,NULL,'x'),(5,50,NULL)
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

CREATE TABLE l LIKE t
---
ok: 0 affected

SELECT COUNT(*) FROM l
---
COUNT(*)
0

INSERT INTO l SELECT * FROM t
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

SELECT * FROM l WHERE a = 20
---
id	a	b
2	20	y
3	20	z

CREATE TABLE s AS SELECT id, a * 2 AS d, b FROM t WHERE id < 4
---
ok: 3 affected; Records: 3  Duplicates: 0  Warnings: 0

SELECT * FROM s
---
id	d	b
1	20	x
2	40	y
3	40	z

CREATE TABLE s2 (x INT) SELECT id FROM t
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

SELECT * FROM s2
---
x	id
NULL	1
NULL	2
NULL	3
NULL	4
NULL	5

CREATE TABLE s3 SELECT id, id FROM t
---
error 1060: Duplicate column name 'id'

CREATE TABLE l LIKE t
---
error 1050: Table 'l' already exists

CREATE TABLE q LIKE nope
---
error 1146: Table 'test.nope' doesn't exist
