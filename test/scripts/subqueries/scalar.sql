CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY (a))
---
ok: 0 affected

INSERT INTO t VALUES (1,10,'x'),(2,20,'y'),(3,20,'z'),(4,NULL,'x'),(5,50,NULL)
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

SELECT (SELECT MAX(a) FROM t)
---
(SELECT MAX(a) FROM t)
50

SELECT id, (SELECT COUNT(*) FROM t y WHERE y.a < x.a) FROM t x
---
id	(SELECT COUNT(*) FROM t y WHERE y.a < x.a)
1	0
2	1
3	1
4	0
5	3

SELECT id FROM t WHERE a = (SELECT MAX(a) FROM t)
---
id
5

SELECT (SELECT id FROM t)
---
error 1242: Subquery returns more than 1 row

SELECT (SELECT id FROM t WHERE id = 99)
---
(SELECT id FROM t WHERE id = 99)
NULL

SELECT (SELECT id, a FROM t)
---
error 1241: Operand should contain 1 column(s)

SELECT id FROM t WHERE a > ANY (SELECT 15)
---
id
2
3
5

SELECT id FROM t WHERE a >= ALL (SELECT a FROM t WHERE a IS NOT NULL)
---
id
5

SELECT id FROM t WHERE (a, b) = (SELECT a, b FROM t WHERE id = 2)
---
id
2

SELECT id, (SELECT b FROM t y WHERE y.id = x.id + 1) n FROM t x ORDER BY id
---
id	n
1	y
2	z
3	x
4	NULL
5	NULL

SELECT MAX((SELECT COUNT(*) FROM t)) FROM t
---
MAX((SELECT COUNT(*) FROM t))
5

SELECT id FROM t x WHERE a = (SELECT MAX(a) FROM t y WHERE y.b = x.b)
---
id
1
2
3
