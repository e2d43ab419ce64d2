CREATE TABLE t (a INT, b INT)
---
ok: 0 affected

INSERT INTO t VALUES (3, 1), (1, 2), (2, 3), (3, 1)
---
ok: 4 affected; Records: 4  Duplicates: 0  Warnings: 0

SELECT * FROM t
---
a	b
1	2
2	3
3	1
3	1

UPDATE t SET b = 9 WHERE a = 3
---
ok: 2 affected; Rows matched: 2  Changed: 2  Warnings: 0

DELETE FROM t WHERE a = 3 LIMIT 1
---
ok: 1 affected

SELECT * FROM t
---
a	b
1	2
2	3
3	9

INSERT INTO t SELECT * FROM t
---
ok: 3 affected; Records: 3  Duplicates: 0  Warnings: 0

SELECT COUNT(*) FROM t
---
COUNT(*)
6

SELECT a, COUNT(*) FROM t GROUP BY a
---
a	COUNT(*)
1	2
2	2
3	2
