CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY (a))
---
ok: 0 affected

INSERT INTO t VALUES (1,10,'x'),(2,20,'y'),(3,20,'z'),(4,NULL,'x'),(5,50,NULL)
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

SELECT * FROM t WHERE id = 1 FOR UPDATE
---
id	a	b
1	10	x

SELECT * FROM t WHERE a = 20 FOR SHARE
---
id	a	b
2	20	y
3	20	z

SELECT * FROM t WHERE id = 1 FOR UPDATE NOWAIT
---
id	a	b
1	10	x

SELECT id FROM t ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED
---
id
1
2

BEGIN
---
ok: 0 affected

SELECT id FROM t WHERE id > 3 FOR UPDATE
---
id
4
5

UPDATE t SET a = 1 WHERE id = 4
---
ok: 1 affected; Rows matched: 1  Changed: 1  Warnings: 0

COMMIT
---
ok: 0 affected

SELECT * FROM t WHERE id = 4
---
id	a	b
4	1	x

SELECT x.id FROM t x JOIN t y ON x.id = y.id FOR UPDATE OF x
---
id
1
2
3
4
5

SELECT x.id FROM t x FOR UPDATE OF z
---
error 3568: Unresolved table name `z` in locking clause.
