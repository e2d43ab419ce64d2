CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY (a))
---
ok: 0 affected

INSERT INTO t VALUES (1,10,'x'),(2,20,'y'),(3,20,'z'),(4,NULL,'x'),(5,50,NULL)
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

UPDATE t SET a = a + 1
---
ok: 4 affected; Rows matched: 5  Changed: 4  Warnings: 0

UPDATE t SET a = 100 WHERE id = 1
---
ok: 1 affected; Rows matched: 1  Changed: 1  Warnings: 0

UPDATE t SET a = 100 WHERE id = 1
---
ok: 0 affected; Rows matched: 1  Changed: 0  Warnings: 0

UPDATE t SET b = 'new' WHERE a IS NULL
---
ok: 1 affected; Rows matched: 1  Changed: 1  Warnings: 0

UPDATE t SET a = a + 1, b = a WHERE id = 2
---
ok: 1 affected; Rows matched: 1  Changed: 1  Warnings: 0

UPDATE t SET a = 0 ORDER BY id DESC LIMIT 2
---
ok: 2 affected; Rows matched: 2  Changed: 2  Warnings: 0

SELECT * FROM t
---
id	a	b
1	100	x
2	22	22
3	21	z
4	0	new
5	0	NULL

UPDATE t SET id = id + 10 ORDER BY id DESC
---
ok: 5 affected; Rows matched: 5  Changed: 5  Warnings: 0

UPDATE t SET id = 11 WHERE id = 12
---
error 1062: Duplicate entry '11' for key 't.PRIMARY'

UPDATE t SET nope = 1
---
error 1054: Unknown column 'nope' in 'field list'

UPDATE t SET a = nope
---
error 1054: Unknown column 'nope' in 'field list'

UPDATE t SET a = (SELECT 5) WHERE id = 11
---
ok: 1 affected; Rows matched: 1  Changed: 1  Warnings: 0

UPDATE t SET a = DEFAULT WHERE id = 11
---
ok: 1 affected; Rows matched: 1  Changed: 1  Warnings: 0

UPDATE t SET id = NULL WHERE id = 11
---
error 1048: Column 'id' cannot be null

UPDATE t SET a = 'abc' WHERE id = 11
---
error 1366: Incorrect integer value: 'abc' for column 'a' at row 1

UPDATE t SET b = 'this is far too long for it' WHERE id = 11
---
error 1406: Data too long for column 'b' at row 1

UPDATE t SET a = 1 WHERE id = 999
---
ok: 0 affected; Rows matched: 0  Changed: 0  Warnings: 0

SELECT * FROM t
---
id	a	b
11	NULL	x
12	22	22
13	21	z
14	0	new
15	0	NULL

UPDATE t SET a = a WHERE 1
---
ok: 0 affected; Rows matched: 5  Changed: 0  Warnings: 0
