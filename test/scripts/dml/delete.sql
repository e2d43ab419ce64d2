CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY (a))
---
ok: 0 affected

INSERT INTO t VALUES (1,10,'x'),(2,20,'y'),(3,20,'z'),(4,NULL,'x'),(5,50,NULL)
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

DELETE FROM t WHERE id = 1
---
ok: 1 affected

DELETE FROM t ORDER BY id DESC LIMIT 1
---
ok: 1 affected

SELECT * FROM t
---
id	a	b
2	20	y
3	20	z
4	NULL	x

DELETE FROM t WHERE a = 20 AND b = 'y'
---
ok: 1 affected

DELETE FROM t WHERE nope = 1
---
error 1054: Unknown column 'nope' in 'where clause'

DELETE FROM t
---
ok: 2 affected

SELECT COUNT(*) FROM t
---
COUNT(*)
0

DELETE FROM nope
---
error 1146: Table 'test.nope' doesn't exist
