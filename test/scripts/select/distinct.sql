CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY (a))
---
ok: 0 affected

INSERT INTO t VALUES (1,10,'x'),(2,20,'y'),(3,20,'z'),(4,NULL,'x'),(5,50,NULL)
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

SELECT DISTINCT a FROM t
---
a
10
20
50
NULL

SELECT DISTINCT a, b FROM t
---
a	b
10	x
20	y
20	z
50	NULL
NULL	x

SELECT COUNT(DISTINCT a) FROM t
---
COUNT(DISTINCT a)
3

SELECT COUNT(DISTINCT a, b) FROM t
---
COUNT(DISTINCT a, b)
3

SELECT DISTINCT 1 FROM t
---
1
1

SELECT DISTINCT b FROM t ORDER BY a
---
error 3065: Expression #1 of ORDER BY clause is not in SELECT list, references column 'test.t.a' which is not in SELECT list; this is incompatible with DISTINCT
